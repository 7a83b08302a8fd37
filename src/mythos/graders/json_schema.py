"""json-schema: the reply is JSON that follows a JSON Schema."""

from __future__ import annotations

import json as plain
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mythos.errors import NotConfigured
from mythos.graders.base import Ask, Example, Score, library, met, quoted, unmeasured
from mythos.graders.json import embedded, parse

MOST_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """The whole reply, or with `anywhere` some JSON in it, follows the schema."""

    anywhere: bool = False
    version: int = 1

    def problem(self, expected: Any) -> str:
        if not isinstance(expected, Mapping):
            return "Give a JSON Schema as an object."
        text = plain.dumps(expected, default=str)
        if len(text) > MOST_CHARACTERS:
            return "The schema is too long."
        if _has_outside_reference(expected):
            return "A schema may only refer to parts of itself (“#/…”); nothing is fetched."
        try:
            _validator(text)
        except NotConfigured:
            return ""
        except Exception as error:  # the library raises several kinds for a schema that is wrong
            return f"This is not a JSON Schema: {getattr(error, 'message', error)}"
        return ""

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        try:
            validator = _validator(plain.dumps(example.expected, default=str))
        except NotConfigured as error:
            return unmeasured(error.message)
        if self.anywhere:
            candidates = list(embedded(reply))
            if not candidates:
                return met(False, "There is no JSON object or list in the reply.")
        else:
            try:
                candidates = [(parse(reply), (0, len(reply)))]
            except ValueError as error:
                return met(False, f"The text is not JSON: {error}.")
        return _first_that_fits(validator, candidates)


def _first_that_fits(validator: Any, candidates: list[tuple[Any, tuple[int, int]]]) -> Score:
    reason = ""
    for value, span in candidates:
        error = next(iter(validator.iter_errors(value)), None)
        if error is None:
            return met(True, "The text follows the schema.", span)
        reason = reason or f"At {quoted(error.json_path)}: {str(error.message)[:200]}."
    return met(False, f"The text does not follow the schema. {reason}")


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    jsonschema = library("jsonschema", "jsonschema")
    loaded = plain.loads(schema)
    kind = jsonschema.validators.validator_for(loaded, default=jsonschema.Draft202012Validator)
    kind.check_schema(loaded)
    return kind(loaded)


def _has_outside_reference(node: Any) -> bool:
    if isinstance(node, Mapping):
        for key in ("$ref", "$dynamicRef"):
            if isinstance(node.get(key), str) and not node[key].startswith("#"):
                return True
        return any(_has_outside_reference(value) for value in node.values())
    return isinstance(node, list) and any(_has_outside_reference(value) for value in node)
