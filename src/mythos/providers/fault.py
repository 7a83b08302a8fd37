"""A provider that fails on purpose, the same way every time; for tests of what depends on providers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from mythos.providers.base import Cause, Limits, Message, Options, Price, Provider, Reply, failed, request_hash

FAULTS: tuple[Cause, ...] = ("rate_limited", "server_error", "timeout", "truncated", "malformed")


class Faulty:
    """Fails a share of requests, each as often as `times`, before the inner provider answers it."""

    name = "fault"
    is_simulated = True

    def __init__(
        self,
        inner: Provider,
        *,
        share: float = 0.3,
        times: int = 1,
        latency: float = 0.0,
        concurrency: int = 8,
        price: Price | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._inner, self._share, self._times, self._latency = inner, share, times, latency
        self._price, self._sleep = price, sleep
        self.limits = Limits(concurrency)
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def model(self) -> str:
        return self._inner.model()

    def price(self, model: str) -> Price | None:
        return self._price or self._inner.price(model)

    def chat(self, messages: Sequence[Message], options: Options) -> Reply:
        key = request_hash(messages, options)
        with self._lock:
            self.calls[key] += 1
            tried = self.calls[key]
        if self._latency:
            self._sleep(self._latency)
        number = int(key[:8], 16)
        if number / 0xFFFFFFFF < self._share and tried <= self._times:
            cause = FAULTS[number % len(FAULTS)]
            after = 0.01 if cause == "rate_limited" else None
            raise failed(cause, f"Made to fail: {cause}.", retry_after=after)
        reply = self._inner.chat(messages, options)
        if self._price is None:
            return reply
        cost = self._price.of(reply.tokens_in, reply.tokens_out)
        return Reply(
            reply.text, reply.tokens_in, reply.tokens_out, cost, self._latency * 1000, reply.model, reply.finish
        )
