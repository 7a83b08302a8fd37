"""regex: a pattern is found in the reply, within a time limit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import regex

from mythos.graders.backtracking import why_explosive
from mythos.graders.base import Ask, Example, Score, met, quoted, unmeasured

SECONDS = 1.0
MOST_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Regex:
    """Python's syntax as the `regex` library reads it; running out of time is not a pass."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        if not isinstance(expected, str) or not expected:
            return "Give a pattern."
        if len(expected) > MOST_CHARACTERS:
            return f"The pattern has more than {MOST_CHARACTERS} characters."
        try:
            _compiled(expected)
        except regex.error as error:
            return f"The pattern cannot be read: {error}."
        except RecursionError:
            return "The pattern is nested too deeply."
        return why_explosive(expected)

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        try:
            found = _compiled(str(example.expected)).search(reply, timeout=SECONDS)
        except regex.error as error:
            return unmeasured(f"The pattern cannot be read: {error}.")
        except TimeoutError:
            return unmeasured(f"The pattern took longer than {SECONDS:g} s on this reply.")
        said = "is" if found else "is not"
        return met(
            found is not None,
            f"The pattern {quoted(example.expected)} {said} found in the reply.",
            found.span() if found else None,
        )


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    return regex.compile(pattern)
