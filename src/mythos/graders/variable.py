"""has-variable: the text has the placeholders named; for promises about a prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mythos.errors import Invalid
from mythos.graders.base import Ask, Example, Score, met, quoted, unmeasured
from mythos.text.template import placeholders

_NAME = re.compile(r"[A-Za-z_][\w.-]*\Z")


@dataclass(frozen=True, slots=True)
class HasVariable:
    """Every named variable stands in the text as `{{name}}`."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        names = expected if isinstance(expected, list) else [expected]
        if names and all(isinstance(name, str) and _NAME.match(name) for name in names):
            return ""
        return "Name the variable without braces, such as customer_name, or give a list of names."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        wanted = example.expected if isinstance(example.expected, list) else [example.expected]
        try:
            places = {p.name: (p.start, p.end) for p in placeholders(reply) if p.kind == "variable"}
        except Invalid as error:
            return unmeasured(f"The placeholders cannot be read: {error.message}")
        missing = [name for name in wanted if name not in places]
        if missing:
            return met(False, f"The variable {quoted(missing[0])} is not in the text.")
        return met(True, f"The variable {quoted(wanted[0])} is in the text.", places[wanted[0]])
