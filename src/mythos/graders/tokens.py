"""Length of the reply: in tokens of o200k_base, or in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mythos.graders.base import Ask, Example, Score, is_number, met
from mythos.text.tokens import count_tokens

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """At most, or at least, so many tokens; counted here, whatever the provider says."""

    bound: Literal["most", "least"]
    version: int = 1

    def problem(self, expected: Any) -> str:
        fine = is_number(expected) and expected >= 0 and expected == int(expected)
        return "" if fine else "Give a whole number of tokens, zero or more."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        limit, count = int(example.expected), count_tokens(reply)
        fact = f"The text has {count} tokens; at {self.bound} {limit} are asked for."
        if self.bound == "most":
            return met(True, fact) if count <= limit else Score(limit / count, fact)
        return met(True, fact) if count >= limit else Score(count / limit, fact)


@dataclass(frozen=True, slots=True)
class WordCount:
    """Exactly so many words, or between `min` and `max`."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        if isinstance(expected, Mapping):
            known = {key: value for key, value in expected.items() if key in ("min", "max")}
            if not known or len(known) != len(expected) or not all(_is_count(value) for value in known.values()):
                return "Give `min`, `max` or both, as whole numbers of words."
            fits = known.get("min", 0) <= known.get("max", float("inf"))
            return "" if fits else "The least number of words is above the most."
        return "" if _is_count(expected) else "Give a whole number of words, or `min` and `max`."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        count, expected = len(_WORD.findall(reply)), example.expected
        if not isinstance(expected, Mapping):
            return met(count == expected, f"The text has {count} words; {int(expected)} are asked for.")
        least, most = expected.get("min", 0), expected.get("max")
        asked = f"at least {least}" + ("" if most is None else f" and at most {most}")
        inside = count >= least and (most is None or count <= most)
        return met(inside, f"The text has {count} words; {asked} are asked for.")


def _is_count(value: Any) -> bool:
    return is_number(value) and value >= 0 and value == int(value)
