"""Server-sent events of chat completions, gathered into one reply."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mythos.providers.base import Price, Reply, failed

MOST_CHARACTERS = 4_000_000


@dataclass(slots=True)
class Gathered:
    """What has come so far."""

    model: str
    parts: list[str] = field(default_factory=list)
    size: int = 0
    usage: dict[str, Any] = field(default_factory=dict)
    finish: str = ""
    is_done: bool = False

    def take(self, line: str) -> Iterator[str]:
        """The text in one line of the stream, if there is any."""
        if not line.startswith("data:"):
            return
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            self.is_done = True
            return
        text = self._read(data)
        self.size += len(text)
        if self.size > MOST_CHARACTERS:
            raise failed("malformed", "The reply is too large.")
        if text:
            self.parts.append(text)
            yield text

    def _read(self, data: str) -> str:
        try:
            event = json.loads(data)
            self.usage = event.get("usage") or self.usage
            self.model = str(event.get("model") or self.model)
            choices = event.get("choices") or []
            if not choices:
                return ""
            self.finish = str(choices[0].get("finish_reason") or self.finish)
            return str((choices[0].get("delta") or {}).get("content") or "")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise failed("malformed", "The provider's reply cannot be read.") from error

    def reply(self, latency_ms: float, price: Price | None) -> Reply:
        """The whole of it, once the stream has ended as it should."""
        if not (self.is_done or self.finish):
            raise failed("truncated", "The connection broke before the reply was complete.")
        tokens_in, tokens_out = (int(self.usage.get(key) or 0) for key in ("prompt_tokens", "completion_tokens"))
        cost = price.of(tokens_in, tokens_out) if price and self.usage else None
        return Reply("".join(self.parts), tokens_in, tokens_out, cost, latency_ms, self.model, self.finish or "stop")
