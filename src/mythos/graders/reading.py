"""reading-ease: the reply is at least so easy to read (Flesch, 0–100)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mythos.graders.base import Ask, Example, Score, is_number, met, unmeasured
from mythos.text.traits import measure


@dataclass(frozen=True, slots=True)
class ReadingEase:
    """The trait of the same name; English prose only."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        return "" if is_number(expected) and 0 <= expected <= 100 else "Give the least reading ease, from 0 to 100."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        traits = measure(reply)
        if not traits.get("words"):
            return unmeasured("The text has no words whose reading ease could be measured.")
        ease, least = traits["reading_ease"], float(example.expected)
        fact = f"Reading ease is {ease:.0f} of 100; at least {least:.0f} is asked for."
        return met(True, fact) if ease >= least else Score(ease / least, fact)
