"""The limits of a provider, held over all processes and machines that share the database.

A row says when the next call may start; whoever wants to call moves it on by one statement, and waits. Each run holds
at most one place (of a fraction of a second) at a time and then queues again, so runs share evenly, however many calls
each makes at once. One thread a process asks for all: the threads that call never touch the database.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, connection, transaction

from mythos.providers.base import Limits, Provider, failed
from mythos.providers.limits import Pace, Paced
from mythos.work.models import ProviderRate

BLOCK_SECONDS = 0.25  # of calls that a fast line reserves at a time
IDLE_SECONDS = 2.0
AWAY_SECONDS = 60.0
_NOW = {"postgresql": "extract(epoch FROM clock_timestamp())::float8"}
_RESERVE = """UPDATE work_providerrate SET
next_call = {most}({now}, next_call, next_token) + %s, next_token = {most}({now}, next_call, next_token) + %s
WHERE provider = %s RETURNING next_call - %s - {now}"""
_CORRECT = "UPDATE work_providerrate SET next_token = next_token + %s WHERE provider = %s"


def pace_of(provider: Provider) -> Paced:
    """The shared pace for one run of calls; without limits nothing is asked."""
    limits = provider.limits
    if limits.per_minute is None and limits.tokens_per_minute is None:
        return Pace(None)
    return SharedPace(provider.name, limits)


@dataclass(slots=True)
class SharedPace:
    """One run's place in the line for a provider."""

    provider: str
    limits: Limits
    sleep: Callable[[float], None] = time.sleep
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _starts: list[float] = field(default_factory=list, repr=False)

    def wait(self, tokens: int) -> None:
        """Return when the next call may start; the run's other callers wait behind this one."""
        with self._lock:
            if not self._starts:
                self._starts = self._reserve(tokens)
            pause = self._starts.pop(0) - time.monotonic()
            if pause > 0:
                self.sleep(pause)

    def correct(self, tokens: int) -> None:
        """What was said of the tokens was wrong by so many; nobody waits for this."""
        if self.limits.tokens_per_minute is not None:
            keeper.say(_Wish(self.provider, 0.0, tokens * 60.0 / self.limits.tokens_per_minute))

    def _reserve(self, tokens: int) -> list[float]:
        gap = 60.0 / self.limits.per_minute if self.limits.per_minute else 0.0
        each = tokens * 60.0 / self.limits.tokens_per_minute if self.limits.tokens_per_minute else 0.0
        # What later calls will read is not known yet, so a limit of tokens is asked for call by call.
        count = 1 if each or not gap else max(1, int(BLOCK_SECONDS / gap))
        wish = _Wish(self.provider, count * gap, each, Future())
        keeper.say(wish)
        assert wish.answer is not None
        first = time.monotonic() + wish.answer.result()
        return [first + number * gap for number in range(count)]


@dataclass(frozen=True, slots=True)
class _Wish:
    """Seconds that calls and tokens move the row on; without an answer it is a correction."""

    provider: str
    calls: float
    tokens: float
    answer: Future[float] | None = None


class Keeper:
    """The one thread of a process that moves the rows; it ends when nothing was asked for a while."""

    def __init__(self) -> None:
        self._wishes: queue.SimpleQueue[_Wish] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def say(self, wish: _Wish) -> None:
        """Hand in a wish; its answer tells how many seconds to wait."""
        with self._lock:
            self._wishes.put(wish)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._keep, name="provider-rates", daemon=True)
                self._thread.start()

    def _keep(self) -> None:
        try:
            while True:
                try:
                    wish = self._wishes.get(timeout=IDLE_SECONDS)
                except queue.Empty:
                    with self._lock:
                        if self._wishes.empty():
                            self._thread = None
                            return
                    continue
                self._grant(wish)
        finally:
            connection.close()

    def _grant(self, wish: _Wish) -> None:
        """Ask until the database answers; after a minute the caller hears what it would of a provider that is away."""
        until = time.monotonic() + AWAY_SECONDS
        while True:
            try:
                pause = _move(wish)
            except (DatabaseError, InterfaceError):
                connection.close()
                if time.monotonic() < until:
                    time.sleep(0.5)
                    continue
                if wish.answer is not None:
                    wish.answer.set_exception(failed("unreachable", "The database with the limits does not answer."))
                return
            if wish.answer is not None:
                wish.answer.set_result(pause)
            return


def _move(wish: _Wish) -> float:
    with transaction.atomic(), connection.cursor() as cursor:
        if wish.answer is None:
            cursor.execute(_CORRECT, [wish.tokens, wish.provider])
            return 0.0
        now = _NOW.get(connection.vendor, repr(time.time()))
        most = "GREATEST" if connection.vendor == "postgresql" else "MAX"
        asked: tuple[float | str, ...] = (wish.calls, wish.tokens, wish.provider, wish.calls)
        for _ in range(2):
            cursor.execute(_RESERVE.format(now=now, most=most), asked)
            row = cursor.fetchone()
            if row is not None:
                return max(0.0, float(row[0]))
            ProviderRate.objects.get_or_create(provider=wish.provider)
    raise DatabaseError("the row of the provider is gone")


keeper = Keeper()


def _fresh() -> None:
    global keeper
    keeper = Keeper()


os.register_at_fork(after_in_child=_fresh)  # a child has none of its parent's threads
