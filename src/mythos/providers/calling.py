"""Calling a provider as it wants to be called: paced, paid for in advance, tried again, many at once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from mythos.errors import NotConfigured, ProviderFailed
from mythos.providers.base import (
    MAYBE_PAID,
    PASSING,
    Limits,
    Message,
    Options,
    Provider,
    Reply,
    ceiling,
    failed,
    likely_tokens,
)
from mythos.providers.limits import Pace, Paced, Purse
from mythos.providers.many import side_by_side
from mythos.providers.streaming import Piece, stream

Tag = TypeVar("Tag")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried and how long the pauses grow; a pause asked for by the other side comes first."""

    attempts: int = 5
    first_pause: float = 0.5
    longest_pause: float = 30.0
    longest_wait: float = 120.0

    def pause(self, attempt: int, retry_after: float | None, chance: random.Random) -> float | None:
        """Seconds before the next attempt; None when the other side asks for more than we wait."""
        if retry_after is not None:
            return None if retry_after > self.longest_wait else retry_after + chance.uniform(0, self.first_pause)
        return chance.uniform(0, min(self.longest_pause, self.first_pause * 2**attempt))


@dataclass(slots=True)
class Line:
    """One provider with its pace, purses and patience; shared by all threads of a run."""

    provider: Provider
    purses: Sequence[Purse] = ()
    patience: Patience = field(default_factory=Patience)
    pace: Paced | None = None
    sleep: Callable[[float], None] = time.sleep
    chance: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        if self.pace is None:
            self.pace = _make_pace(self.provider)

    def chat(self, messages: Sequence[Message], options: Options) -> tuple[Reply, tuple[str, ...]]:
        """A reply, and the causes of the attempts that failed before it."""
        causes: list[str] = []
        while True:
            try:
                return self._attempt(messages, options), tuple(causes)
            except ProviderFailed as error:
                cause = str(error.data.get("cause", "server_error"))
                causes.append(cause)
                pause = None
                if cause in PASSING and len(causes) < self.patience.attempts:
                    pause = self.patience.pause(len(causes) - 1, error.retry_after, self.chance)
                if pause is None:
                    error.data["causes"] = causes
                    raise
                self.sleep(pause)

    def _attempt(self, messages: Sequence[Message], options: Options) -> Reply:
        held = self._hold(messages, options)
        paid, said, used = 0.0, 0, 0
        try:
            said = used = self._wait(messages, options)
            reply = self.provider.chat(messages, options)
            paid, used = reply.cost or 0.0, reply.tokens_in + reply.tokens_out
            return reply
        except ProviderFailed as error:
            paid = held if error.data.get("cause") in MAYBE_PAID else 0.0
            raise
        finally:
            self._settle(held, paid, used - said)

    def stream(self, messages: Sequence[Message], options: Options) -> Iterator[Piece]:
        """Piece by piece, tried once; a reply that is left in the middle counts as paid in full."""
        held = paid = self._hold(messages, options)
        said = used = 0
        try:
            said = used = self._wait(messages, options)
            for piece in stream(self.provider, messages, options):
                if isinstance(piece, Reply):
                    paid, used = piece.cost or 0.0, piece.tokens_in + piece.tokens_out
                yield piece
        except ProviderFailed as error:
            paid = held if error.data.get("cause") in MAYBE_PAID else 0.0
            raise
        finally:
            self._settle(held, paid, used - said)

    def _wait(self, messages: Sequence[Message], options: Options) -> int:
        """Return when the call may start: how many tokens it was counted for."""
        tokens = likely_tokens(messages, options)
        if self.pace is not None:
            self.pace.wait(tokens)
        return tokens

    def _settle(self, held: float, paid: float, more_tokens: int) -> None:
        for purse in self.purses:
            purse.settle(held, paid)
        if self.pace is not None and more_tokens:
            self.pace.correct(more_tokens)

    def _hold(self, messages: Sequence[Message], options: Options) -> float:
        limited = any(purse.limit is not None for purse in self.purses)
        price = self.provider.price(options.model or self.provider.model())
        if price is None:
            if limited:
                raise NotConfigured(
                    f"A spending limit needs the price of the model {options.model or self.provider.model()}.",
                    hint="Set MYTHOS_PRICES, or take the limit away.",
                )
            return 0.0
        most = ceiling(price, messages, options)
        done: list[Purse] = []
        for purse in self.purses:
            if not purse.hold(most):
                for earlier in done:
                    earlier.settle(most, 0.0)
                raise failed("budget", f"The spending limit is reached: the next call may cost up to ${most:.4f}.")
            done.append(purse)
        return most


_paces: dict[str, tuple[Limits, Pace]] = {}
_paces_lock = threading.Lock()


def _pace_of(provider: Provider) -> Paced:
    """One pace a provider for the whole process, whoever calls."""
    limits = provider.limits
    with _paces_lock:
        known = _paces.get(provider.name)
        if known is None or known[0] != limits:
            known = _paces[provider.name] = (limits, Pace(limits.per_minute, limits.tokens_per_minute))
        return known[1]


_make_pace: Callable[[Provider], Paced] = _pace_of


def use_paces(make: Callable[[Provider], Paced]) -> None:
    """Let another floor, one with a database, say how calls are paced: then limits hold over all processes."""
    global _make_pace
    _make_pace = make


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Tag]):
    """How one request of many ended: a reply or a failure, with the causes of failed attempts."""

    tag: Tag
    reply: Reply | None
    error: ProviderFailed | None
    causes: tuple[str, ...] = ()


def chat_many(
    line: Line,
    requests: Iterable[tuple[Tag, Sequence[Message], Options]],
    *,
    concurrency: int | None = None,
    stop: threading.Event | None = None,
) -> Iterator[list[Outcome[Tag]]]:
    """Outcomes in batches as they arrive, so many at once; after `stop` or a spent budget no new call starts."""
    stopped = stop or threading.Event()

    def call(request: tuple[Tag, Sequence[Message], Options]) -> Outcome[Tag]:
        tag, messages, options = request
        try:
            reply, causes = line.chat(messages, options)
        except ProviderFailed as error:
            if error.data.get("cause") == "budget":
                stopped.set()
            return Outcome(tag, None, error, tuple(error.data.get("causes", ())))
        return Outcome(tag, reply, None, causes)

    return side_by_side(requests, call, concurrency=concurrency or line.provider.limits.concurrency, stop=stopped)
