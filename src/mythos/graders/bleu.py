"""bleu and gleu: how many runs of words the reply shares with a reference, as translations are scored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from mythos.errors import NotConfigured
from mythos.graders import nearness
from mythos.graders.base import Ask, Example, Score, library, met, unmeasured

_WORD = re.compile(r"[^\W_]+|[^\w\s]")
PACKAGE = "nltk"


@dataclass(frozen=True, slots=True)
class Bleu:
    """Sentence BLEU-4 (smoothed by method 1) or GLEU, through NLTK."""

    which: Literal["bleu", "gleu"]
    version: int = 1

    def problem(self, expected: Any) -> str:
        return nearness.problem(expected)

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        texts, threshold = nearness.wanted(example.expected, 0.5)
        said = _WORD.findall(reply.lower())
        if not said:
            return met(False, "The text has no words.")
        references = [_WORD.findall(text.lower()) for text in texts]
        try:
            value = self._measure(references, said)
        except NotConfigured as error:
            return unmeasured(error.message)
        return nearness.near_enough(value, threshold, self.which.upper())

    def _measure(self, references: list[list[str]], said: list[str]) -> float:
        if self.which == "gleu":
            return float(library("nltk.translate.gleu_score", PACKAGE).sentence_gleu(references, said))
        bleu = library("nltk.translate.bleu_score", PACKAGE)
        smooth = bleu.SmoothingFunction().method1
        return float(bleu.sentence_bleu(references, said, smoothing_function=smooth))
