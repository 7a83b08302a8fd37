"""Expectations of cases: checked when they come in, graded when a reply is there. Pure: no database."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mythos import plugins
from mythos.errors import NotConfigured, NotFound, ProviderFailed
from mythos.formats.rituals.expectations import PROMPTFOO_TYPES
from mythos.graders import REFUSED
from mythos.graders.base import Ask, Example, Grader, Score, quoted

_PLACE = re.compile(r"\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}")
_PLAIN_VALUES = ("json-schema", "contains-json-schema")
NOT_HERE = "No grader here knows how to measure it."


@dataclass(frozen=True, slots=True)
class Graded:
    """How a reply did on all expectations of its case."""

    score: float | None
    passed: bool | None
    grades: list[dict[str, Any]]


def grader_for(name: str) -> Grader | None:
    """The grader of a type, or None when nobody here grades it."""
    try:
        grader: Grader = plugins.find("grader", name)
    except (NotFound, NotConfigured):
        return None
    return grader


def why_ungraded(name: str) -> str:
    """Why a type is not graded: empty when it is, None-like text never; unknown names give a question mark."""
    plain = name.removeprefix("not-")
    if grader_for(name) is not None:
        return ""
    if plain in REFUSED:
        return REFUSED[plain]
    return NOT_HERE if plain in PROMPTFOO_TYPES else "?"


def checked(expectations: Sequence[Mapping[str, Any]], *, strict: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """Expectations with ids and weights, and what is wrong with them; types nobody grades only if not `strict`."""
    clean: list[dict[str, Any]] = []
    problems: list[str] = []
    for number, entry in enumerate(expectations, start=1):
        name, value = str(entry.get("type", "")), entry.get("value")
        made = {"id": str(entry.get("id") or f"e{number}"), "type": name, "value": value}
        made["weight"] = entry.get("weight", 1.0)
        for key in ("clause", "promptfoo"):
            if entry.get(key):
                made[key] = entry[key]
        problem = _problem(name, value, made["weight"], strict)
        if problem:
            problems.append(f"{name or 'An expectation'}: {problem}")
        clean.append(made)
    if len({made["id"] for made in clean}) < len(clean):
        problems.append("Two expectations have the same id.")
    return clean, problems


def _problem(name: str, value: Any, weight: Any, strict: bool) -> str:
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < 1e6:
        return "A weight is a number from zero up."
    reason = why_ungraded(name)
    if reason:
        if reason == "?":
            return "There is no such expectation."
        return reason if strict else ""
    grader = grader_for(name)
    if grader is None or _PLACE.search(json.dumps(value, default=str)):
        return ""
    return grader.problem(value)


def case_hash(content: Mapping[str, Any]) -> str:
    """What makes two cases the same case: everything but its place and split."""
    body = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def grade(
    expectations: Sequence[Mapping[str, Any]],
    example: Example,
    reply: str,
    threshold: float | None = None,
    ask: Ask | None = None,
) -> Graded:
    """Every expectation, and the weighted mean of those that could be measured."""
    grades: list[dict[str, Any]] = []
    total = weight_sum = 0.0
    missing = failed = False
    for entry in expectations:
        score, version = _one(entry, example, reply, ask)
        grades.append(_row(entry, score, version))
        weight = float(entry.get("weight", 1.0))
        if score.value is None:
            missing = True
        else:
            failed = failed or (not score.is_met and weight > 0)
            total, weight_sum = total + weight * score.value, weight_sum + weight
    mean = total / weight_sum if weight_sum else None
    return Graded(mean, _passed(mean, threshold, missing, failed), grades)


def _passed(mean: float | None, threshold: float | None, missing: bool, failed: bool) -> bool | None:
    """What was not measured never passes, but one broken expectation is enough to fail."""
    if mean is None:
        return None
    if threshold is not None:
        return None if missing else mean >= threshold
    return False if failed else None if missing else True


def _one(entry: Mapping[str, Any], example: Example, reply: str, ask: Ask | None) -> tuple[Score, int]:
    name = str(entry["type"])
    grader = grader_for(name)
    if grader is None:
        return Score(None, why_ungraded(name).replace("?", NOT_HERE)), 0
    value = entry.get("value")
    filled = value if name.removeprefix("not-") in _PLAIN_VALUES else _filled(value, example.variables)
    problem = grader.problem(filled) if filled is not value else ""
    if problem:
        return Score(None, problem), grader.version
    try:
        return grader.grade(replace(example, expected=filled), reply, ask), grader.version
    except ProviderFailed as error:
        return Score(None, f"The judge failed: {error.message}"), grader.version
    except Exception as error:  # a grader from outside may fail in any way; its case must not be lost
        return Score(None, f"The grader failed: {type(error).__name__}: {quoted(str(error))}"), grader.version


def _row(entry: Mapping[str, Any], score: Score, version: int) -> dict[str, Any]:
    row: dict[str, Any] = {"id": entry["id"], "type": entry["type"], "value": score.value}
    row |= {"explanation": score.explanation, "version": version}
    if score.span is not None:
        row["span"] = list(score.span)
    if entry.get("clause"):
        row["clause"] = entry["clause"]
    return row


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    """The expected value with the case's own variables in it; the same object when nothing changed."""
    if isinstance(value, str):
        if "{{" not in value:
            return value
        return _PLACE.sub(lambda found: variables.get(found.group(1), found.group(0)), value)
    if isinstance(value, list):
        made = [_filled(item, variables) for item in value]
        return made if any(new is not old for new, old in zip(made, value, strict=True)) else value
    if isinstance(value, dict):
        filled = {key: _filled(item, variables) for key, item in value.items()}
        return filled if any(filled[key] is not value[key] for key in value) else value
    return value
