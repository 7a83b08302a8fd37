"""latency: the reply came within so many milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mythos.graders.base import Ask, Example, Score, is_number, met, unmeasured


@dataclass(frozen=True, slots=True)
class Latency:
    """Needs the fact `latency_ms`; a reply from the cache has none."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        return "" if is_number(expected) and expected > 0 else "Give the most milliseconds, above zero."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        took = example.facts.get("latency_ms")
        if not is_number(took):
            return unmeasured("How long the reply took was not measured.")
        fact = f"The reply took {took:.0f} ms; at most {example.expected:g} ms are allowed."
        return met(True, fact) if took <= example.expected else Score(example.expected / took, fact)
