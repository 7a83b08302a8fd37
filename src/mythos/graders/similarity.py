"""similar: the reply's meaning is near a text, by sentence vectors.

Vectors do not notice “must” becoming “must not”: this finds another subject, never a broken rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mythos.errors import NotConfigured
from mythos.graders import nearness
from mythos.graders.base import Ask, Example, Score, met, unmeasured
from mythos.text.embed import embed


@dataclass(frozen=True, slots=True)
class Similar:
    """Cosine of the local model's vectors."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        return nearness.problem(expected)

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        texts, threshold = nearness.wanted(example.expected, 0.75)
        if not reply.strip():
            return met(False, "The text is empty.")
        try:
            vectors = embed([reply, *texts])
        except NotConfigured as error:
            return unmeasured(error.message)
        return nearness.near_enough(float((vectors[1:] @ vectors[0]).max()), threshold, "Similarity")
