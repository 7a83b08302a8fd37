"""Doing many things side by side: so many threads, results as they come, nothing started after a stop."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Raised:
    error: BaseException


def side_by_side(
    items: Iterable[Item],
    do: Callable[[Item], Result],
    *,
    concurrency: int,
    stop: threading.Event | None = None,
    tick: float = 5.0,
) -> Iterator[list[Result]]:
    """Results in batches as they arrive; an empty batch after a quiet `tick`, so that the caller can look around.

    No more than `concurrency` items are taken and not yet handed back, so what a batch holds can be kept safe before
    anything new begins.
    """
    stopped = stop or threading.Event()
    source = iter(items)
    todo: queue.SimpleQueue[list[Item] | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[Result | _Raised] = queue.SimpleQueue()

    def work() -> None:
        while (item := todo.get()) is not None:
            try:
                done.put(do(item[0]))
            except BaseException as error:  # handed to the caller's thread, which raises it
                done.put(_Raised(error))

    threads = [threading.Thread(target=work, name=f"call-{number}", daemon=True) for number in range(concurrency)]
    for thread in threads:
        thread.start()
    running, exhausted = 0, False
    try:
        while True:
            while not exhausted and running < concurrency and not stopped.is_set():
                taken = next(source, None)
                if taken is None:
                    exhausted = True
                else:
                    todo.put([taken])
                    running += 1
            if not running:
                return
            batch = _collect(done, tick)
            running -= len(batch)
            yield batch
    finally:
        for _ in threads:
            todo.put(None)
        for thread in threads:
            thread.join()


def _collect(done: queue.SimpleQueue[Result | _Raised], tick: float) -> list[Result]:
    """Everything that is there, waiting for the first at most so long."""
    batch: list[Result] = []
    try:
        found = done.get(timeout=tick)
        while True:
            if isinstance(found, _Raised):
                raise found.error
            batch.append(found)
            found = done.get_nowait()
    except queue.Empty:
        return batch
