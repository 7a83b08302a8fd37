"""keeps-clause: the text carries what a clause of the codex says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mythos.errors import NotConfigured
from mythos.graders.base import Ask, Example, Score, unmeasured
from mythos.text.coverage import coverage

VALUES = {"carried": 1.0, "weakened": 0.5, "contradicted": 0.0, "absent": 0.0}


@dataclass(frozen=True, slots=True)
class KeepsClause:
    """The expected value is the clause's text; the comparator says how the reply stands to it."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        return "" if isinstance(expected, str) and expected.strip() else "Give the text of the clause to keep."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        try:
            found = coverage(example.expected, reply)
        except NotConfigured as error:
            return unmeasured(error.message)
        reason = found.findings[0].reason if found.findings and found.state != "carried" else ""
        said = "The clause is not mentioned." if found.state == "absent" else f"The clause is {found.state}."
        return Score(VALUES[found.state], f"{said} {reason}".strip(), found.span)
