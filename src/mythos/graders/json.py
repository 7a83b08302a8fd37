"""is-json and contains-json: the reply is JSON, or has a JSON object or list in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mythos.graders.base import Ask, Example, Score, met

MOST_STARTS = 200


@dataclass(frozen=True, slots=True)
class IsJson:
    """The whole reply is one JSON value; anything beside it, such as a code fence, breaks programs."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        return "" if expected in (None, "", True) else "No value is needed here; for a schema use json-schema."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        try:
            parse(reply)
        except ValueError as error:
            return met(False, f"The text is not JSON: {error}.")
        return met(True, "The text is valid JSON.")


@dataclass(frozen=True, slots=True)
class ContainsJson:
    """Somewhere in the reply stands a JSON object or list."""

    version: int = 1

    def problem(self, expected: Any) -> str:
        return IsJson().problem(expected)

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        found = next(embedded(reply), None)
        if found is None:
            return met(False, "There is no JSON object or list in the reply.")
        return met(True, "There is JSON in the reply.", found[1])


def parse(text: str) -> Any:
    """Strict JSON: NaN and Infinity, which Python would take, are refused; so are endless depths."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def embedded(text: str) -> Iterator[tuple[Any, tuple[int, int]]]:
    """Every JSON object and list that stands in the text, outermost first."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    position, tries = 0, 0
    while tries < MOST_STARTS:
        starts = [at for at in (text.find("{", position), text.find("[", position)) if at >= 0]
        if not starts:
            return
        start, tries = min(starts), tries + 1
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            position = start + 1
            continue
        yield value, (start, end)
        position = end


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
