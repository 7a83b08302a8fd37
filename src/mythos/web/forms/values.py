"""Values of expectations as people type them: text, numbers, or JSON."""

from __future__ import annotations

import json
from typing import Any

from mythos.errors import MythosError
from mythos.plugins import find


def typed_value(kind: str, text: str) -> Any:
    """What the kind takes: a list or an object written as JSON, else the text itself, else a number."""
    if not text.strip():
        return None
    try:
        grader, said = find("grader", kind), _as_json(text)
    except MythosError:
        return text
    order = (said, text) if isinstance(said, list | dict) else (text, said)
    return next((value for value in order if not grader.problem(value)), text)


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def shown_value(value: Any) -> str:
    """A value as somebody types it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def typed_weight(text: str) -> Any:
    """A number, or the text that is none, for the service to refuse."""
    try:
        return float(text)
    except ValueError:
        return text
