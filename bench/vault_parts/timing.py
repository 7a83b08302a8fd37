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
    from django.db import connection

    ask()
    taken, used = [], []
    for _ in range(times):
        connection.close()
        with Timer() as timer:
            ask()
        taken.append(timer.wall * 1000)
        used.append(timer.cpu * 1000)
    return {
        "least_ms": round(min(taken), 1),
        "p50_ms": round(median(taken), 1),
        "p95_ms": round(sorted(taken)[int(0.95 * times)], 1),
        "cpu_least_ms": round(min(used), 1),
        "cpu_p50_ms": round(median(used), 1),
        "cpu_p95_ms": round(sorted(used)[int(0.95 * times)], 1),
    }
