"""Two cores for one question: calls of the models that do not depend on each other, side by side."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

# Two halve the wait for a long text; more would take the cores of whoever else compares at that moment.
MOST_THREADS = 2


class _Pool:
    """Threads made on first use; a forked child makes its own, for its parent's did not survive the fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._process = 0

    def threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._threads is None or self._process != os.getpid():
                self._threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="model")
                self._process = os.getpid()
            return self._threads


_POOL = _Pool()


def begin(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
    """Start the call beside the caller's own work; `result()` waits for it and raises what it raised."""
    return _POOL.threads().submit(function, *args, **kwargs)


def side_by_side(function: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """`function` of every item, in their order. Not from inside a call begun here: it would wait for itself."""
    given = list(items)
    return list(_POOL.threads().map(function, given)) if len(given) > 1 else [function(item) for item in given]
