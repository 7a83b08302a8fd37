"""Wall and processor time of blocks and of questions asked again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any


class Timer:
    """Wall and processor seconds of a block."""

    def __enter__(self) -> Timer:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self.wall
        self.cpu = time.process_time() - self.cpu

    def rate(self, count: int) -> dict[str, float]:
        """How many a second, by the clock and by the processor."""
        return {"per_s": round(count / self.wall, 1), "per_cpu_s": round(count / self.cpu, 1)}


def sample(ask: Callable[[], Any], times: int = 30) -> dict[str, float]:
    """Milliseconds of a question asked again and again, each time on a connection of its own as the server does."""
    return in_turns([ask], times)[0]


def in_turns(asks: list[Callable[[], Any]], times: int = 30) -> list[dict[str, float]]:
    """Milliseconds of each of several questions, asked one after the other so that all meet the same weather."""
    from django.db import connection

    spent: list[list[Timer]] = [[] for _ in asks]
    for number in range(times + 1):
        for ask, timers in zip(asks, spent, strict=True):
            connection.close()
            with Timer() as timer:
                ask()
            if number:  # the first one warms
                timers.append(timer)
    return [spread(timers) for timers in spent]


def spread(timers: list[Timer]) -> dict[str, float]:
    """The least, the middle and the 95th percentile in milliseconds, by the clock and by the processor."""
    result = {}
    for prefix, seconds in (("", [t.wall for t in timers]), ("cpu_", [t.cpu for t in timers])):
        ordered = sorted(1000 * value for value in seconds)
        result[f"{prefix}least_ms"] = round(ordered[0], 1)
        result[f"{prefix}p50_ms"] = round(median(ordered), 1)
        result[f"{prefix}p95_ms"] = round(ordered[int(0.95 * len(ordered))], 1)
    return result
