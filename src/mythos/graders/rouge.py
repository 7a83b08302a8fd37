"""rouge-l and rouge-n: how much of a reference text the reply has."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz.distance import LCSseq

from mythos.graders import nearness
from mythos.graders.base import Ask, Example, Score

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Rouge:
    """F1 over words in lower case: of the longest common subsequence, or of single words."""

    of: Literal["l", "1"]
    version: int = 1

    def problem(self, expected: Any) -> str:
        return nearness.problem(expected)

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        texts, threshold = nearness.wanted(example.expected, 0.75)
        said = _WORD.findall(reply.lower())
        best = max(self._f1(said, _WORD.findall(text.lower())) for text in texts)
        return nearness.near_enough(best, threshold, f"ROUGE-{self.of.upper()}")

    def _f1(self, said: list[str], wanted: list[str]) -> float:
        if not said or not wanted:
            return 0.0
        common = LCSseq.similarity(said, wanted) if self.of == "l" else (Counter(said) & Counter(wanted)).total()
        return 2 * common / (len(said) + len(wanted))
