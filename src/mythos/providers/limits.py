"""How fast and how far calls may go: a pace per minute and a purse per run and per day."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class Paced(Protocol):
    """Says when a call may start. One for each run, so that runs take turns, however many calls each makes at once."""

    def wait(self, tokens: int) -> None:
        """Return when the next call, of about so many tokens, may start."""
        ...

    def correct(self, tokens: int) -> None:
        """A call used so many tokens more than was said (or fewer, below zero)."""
        ...


class Pace:
    """Lets the calls of this process start at an even rate; waiting callers are served in turn."""

    def __init__(
        self,
        per_minute: int | None,
        tokens_per_minute: int | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._token_gap = 60.0 / tokens_per_minute if tokens_per_minute else 0.0
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next = self._next_token = 0.0

    def wait(self, tokens: int = 0) -> None:
        """Return when the next call may start."""
        if not self._gap and not self._token_gap:
            return
        with self._lock:
            now = self._clock()
            start = max(now, self._next, self._next_token)
            self._next = start + self._gap
            self._next_token = start + tokens * self._token_gap
        if start > now:
            self._sleep(start - now)

    def correct(self, tokens: int) -> None:
        """Make the next call wait longer, or less."""
        with self._lock:
            self._next_token += tokens * self._token_gap


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
