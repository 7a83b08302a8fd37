"""Words that the reply must or must not have: contains, equals, starts-with, ends-with and their kin."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mythos.graders.base import Ask, Example, Score, met, quoted


def _is_word(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value) != ""


def _items(expected: Any) -> list[str]:
    """A list, or one text with commas between its parts."""
    if isinstance(expected, str):
        return [part.strip() for part in expected.split(",") if part.strip()]
    return [str(item) for item in expected]


@dataclass(frozen=True, slots=True)
class Contains:
    """The words stand somewhere in the reply."""

    ignore_case: bool = False
    version: int = 1

    def problem(self, expected: Any) -> str:
        return "" if _is_word(expected) else "Say which words to look for; nothing is part of every reply."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        span = _find(str(example.expected), reply, self.ignore_case)
        said = "is" if span else "is not"
        return met(span is not None, f"{quoted(example.expected)} {said} in the reply.", span)


@dataclass(frozen=True, slots=True)
class ContainsSeveral:
    """Any or all of several texts stand in the reply."""

    how_many: Literal["any", "all"]
    ignore_case: bool = False
    version: int = 1

    def problem(self, expected: Any) -> str:
        if isinstance(expected, str):
            return "" if _items(expected) else "Name at least one text to look for."
        if not isinstance(expected, Sequence) or not expected:
            return "Give a list of texts to look for, at least one."
        return "" if all(_is_word(item) for item in expected) else "Every entry of the list must be a text."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        wanted = _items(example.expected)
        spans = {text: _find(text, reply, self.ignore_case) for text in wanted}
        missing = [text for text, span in spans.items() if span is None]
        first = next((span for span in spans.values() if span), None)
        if self.how_many == "any":
            found = next((text for text, span in spans.items() if span), None)
            said = f"{quoted(found)} is in the reply." if found else f"None of {len(wanted)} texts is in the reply."
            return met(found is not None, said, first)
        if missing:
            return met(False, f"{quoted(missing[0])} is not in the reply.")
        return met(True, f"Every one of {len(wanted)} texts is in the reply.", first)


@dataclass(frozen=True, slots=True)
class Equals:
    """The text is this text, edges aside, or, for an object, JSON of the same content."""

    ignore_case: bool = False
    version: int = 1

    def problem(self, expected: Any) -> str:
        if isinstance(expected, (dict, list)) or (expected is not None and not isinstance(expected, bool)):
            return ""
        return "Say what the reply has to be."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        expected = example.expected
        if isinstance(expected, (dict, list)):
            try:
                same = json.loads(reply) == expected
            except ValueError:
                return met(False, "The text is not JSON, so it cannot equal the expected object.")
        elif self.ignore_case:
            same = reply.strip().casefold() == str(expected).strip().casefold()
        else:
            same = reply.strip() == str(expected).strip()
        return met(same, "The text is exactly the expected text." if same else "The text is another text.")


@dataclass(frozen=True, slots=True)
class Edge:
    """The text starts, or ends, with the words; white space around it does not count."""

    which: Literal["start", "end"]
    ignore_case: bool = False
    version: int = 1

    def problem(self, expected: Any) -> str:
        return "" if _is_word(expected) and str(expected).strip() else f"Say what the reply has to {self.which} with."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        words = re.escape(str(example.expected).strip())
        pattern = rf"\A\s*({words})" if self.which == "start" else rf"({words})\s*\Z"
        found = re.search(pattern, reply, re.IGNORECASE if self.ignore_case else 0)
        verb = f"{self.which}s" if found else f"does not {self.which}"
        return met(
            found is not None, f"The text {verb} with {quoted(example.expected)}.", found.span(1) if found else None
        )


def _find(words: str, reply: str, ignore_case: bool) -> tuple[int, int] | None:
    if not ignore_case:
        start = reply.find(words)
        return (start, start + len(words)) if start >= 0 else None
    found = re.search(re.escape(words), reply, re.IGNORECASE)
    return found.span() if found else None
