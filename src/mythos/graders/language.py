"""language-is: the reply is written in the language asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mythos.errors import NotConfigured
from mythos.graders.base import Ask, Example, Score, library, met, unmeasured

_LETTERS = re.compile(r"[^\W\d_]")
_CODE = re.compile(r"[a-z]{2,3}\Z")
LEAST_LETTERS = 12


@dataclass(frozen=True, slots=True)
class LanguageIs:
    """By character statistics (py3langid); too few letters are not measured."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        codes = expected if isinstance(expected, list) else [expected]
        ask_for = "Give the two-letter code of a language, such as en or fr, or a list of codes."
        if not codes or not all(isinstance(code, str) and _CODE.match(code) for code in codes):
            return ask_for
        try:
            known = set(_languages())
        except NotConfigured:
            return ""
        unknown = [code for code in codes if code not in known]
        return f"{unknown[0]} is not a language that can be recognised. {ask_for}" if unknown else ""

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        if len(_LETTERS.findall(reply)) < LEAST_LETTERS:
            return unmeasured(f"Fewer than {LEAST_LETTERS} letters are too few to tell a language.")
        wanted = example.expected if isinstance(example.expected, list) else [example.expected]
        try:
            found = str(_identifier().classify(reply)[0])
        except NotConfigured as error:
            return unmeasured(error.message)
        return met(found in wanted, f"The text reads as {found}; asked for: {' or '.join(wanted)}.")


def _languages() -> list[str]:
    return [str(label) for label, _ in _identifier().rank("")]


def _identifier() -> Any:
    return library("py3langid", "py3langid")
