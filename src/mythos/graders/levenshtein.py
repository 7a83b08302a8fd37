"""levenshtein: at most so many characters differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Levenshtein as distance

from mythos.graders import nearness
from mythos.graders.base import Ask, Example, Score, met


@dataclass(frozen=True, slots=True)
class Levenshtein:
    """Insertions, deletions and substitutions of characters; the threshold is the most, 5 unless given."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        return nearness.problem(expected, most=100_000)

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        texts, most = nearness.wanted(example.expected, 5)
        edits = min(distance.distance(reply, text) for text in texts)
        fact = f"{edits} characters differ; at most {most:g} may."
        return met(True, fact) if edits <= most else Score(most / edits, fact)
