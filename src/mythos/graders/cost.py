"""cost: the reply cost at most so much, in US dollars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mythos.graders.base import Ask, Example, Score, is_number, met, unmeasured


@dataclass(frozen=True, slots=True)
class Cost:
    """Needs the fact `cost`; a model without a known price is not measured."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        return "" if is_number(expected) and expected >= 0 else "Give the highest cost in US dollars, zero or more."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        cost = example.facts.get("cost")
        if not is_number(cost):
            return unmeasured("What the reply cost is not known.")
        fact = f"The reply cost ${cost:.6f}; at most ${example.expected:.6f} is allowed."
        return met(True, fact) if cost <= example.expected else Score(example.expected / cost, fact)
