"""Which function does which kind of job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mythos.errors import NotConfigured


@dataclass
class Claim:
    """One worker's hold on one job: valid while the job still carries this token."""

    job_id: int
    kind: str
    key: str
    token: int
    payload: dict[str, Any]
    landed: bool = field(default=False)


Task = Callable[[Claim], None]
_tasks: dict[str, Task] = {}
_long_kinds: set[str] = set()


def task(kind: str, *, is_long: bool = False) -> Callable[[Task], Task]:
    """Register the function that does jobs of this kind; long ones may take minutes and never hold up the others."""

    def register(function: Task) -> Task:
        _tasks[kind] = function
        if is_long:
            _long_kinds.add(kind)
        return function

    return register


def long_kinds() -> frozenset[str]:
    """Kinds of jobs that may take minutes."""
    return frozenset(_long_kinds)


def task_for(kind: str) -> Task:
    """The function for a kind, or NotConfigured when no floor brings it."""
    if kind not in _tasks:
        raise NotConfigured(f"Nothing here does jobs of the kind {kind!r}.")
    return _tasks[kind]


@contextmanager
def registered(kind: str, function: Task) -> Iterator[None]:
    """Register a task for the length of a block."""
    before = _tasks.get(kind)
    _tasks[kind] = function
    try:
        yield
    finally:
        if before is None:
            del _tasks[kind]
        else:
            _tasks[kind] = before
