"""finish-reason: why the model stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mythos.graders.base import Ask, Example, Score, met, unmeasured

REASONS = ("stop", "length", "content_filter", "tool_calls")


@dataclass(frozen=True, slots=True)
class FinishReason:
    """Needs the fact `finish`."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        return "" if expected in REASONS else "Name one of " + ", ".join(REASONS) + "."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        finish = example.facts.get("finish")
        if not finish:
            return unmeasured("Why the model stopped was not said.")
        return met(finish == example.expected, f"The model stopped because of {finish}; asked for: {example.expected}.")
