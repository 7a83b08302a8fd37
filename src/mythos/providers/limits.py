"""How fast and how far calls may go: a pace per minute and a purse per run and per day."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


class Pace:
    """Lets calls start at an even rate; waiting callers are served in turn."""

    def __init__(
        self,
        per_minute: int | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when the next call may start."""
        if not self._gap:
            return
        with self._lock:
            now = self._clock()
            start = max(now, self._next)
            self._next = start + self._gap
        if start > now:
            self._sleep(start - now)


@dataclass(slots=True)
class Purse:
    """Money that may be spent, in US dollars; None is no limit. A call is paid for before it starts."""

    limit: float | None = None
    spent: float = 0.0
    held: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def hold(self, amount: float) -> bool:
        """Set the amount aside; False when that would pass the limit."""
        with self._lock:
            if self.limit is not None and self.spent + self.held + amount > self.limit + 1e-12:
                return False
            self.held += amount
            return True

    def settle(self, held: float, paid: float) -> None:
        """Give back what was set aside and book what was paid."""
        with self._lock:
            self.held = max(0.0, self.held - held)
            self.spent += paid
