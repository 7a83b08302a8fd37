"""tone-is: the reply's measured tone is the one asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mythos.graders.base import Ask, Example, Score, met, unmeasured
from mythos.text.tone import TONES, tone
from mythos.text.traits import measure


@dataclass(frozen=True, slots=True)
class ToneIs:
    """The strongest tone by measured traits, not by a model's opinion."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        wanted = expected if isinstance(expected, list) else [expected]
        if wanted and all(name in TONES for name in wanted):
            return ""
        return "Name one or several of the tones " + ", ".join(TONES) + "."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        if not reply.strip():
            return unmeasured("An empty reply has no tone.")
        wanted = example.expected if isinstance(example.expected, list) else [example.expected]
        found = tone(measure(reply), reply)
        share = round(100 * found.scores[found.label])
        asked = " or ".join(wanted)
        return met(found.label in wanted, f"The text sounds {found.label} ({share} %); asked for: {asked}.")
