"""A JSON of revisions: `{"name": [{"date": …, "commit": …, "text": …}, …]}`, oldest first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mythos.errors import Invalid
from mythos.formats.prompts.base import Item, Problem, PromptRecord, Revision, slugify, title_of
from mythos.text.normalize import decode

MAX_JSON_BYTES = 40_000_000


def read(path: Path) -> Iterator[Item]:
    """One prompt a name; a malformed entry is a problem that names its place in the file."""
    with path.open("rb") as file:
        text = decode(file.read(MAX_JSON_BYTES + 1), name=path.name, limit=MAX_JSON_BYTES)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise Invalid(
            f"{path.name}, line {error.lineno}: this is not JSON ({error.msg}).",
            data={"file": path.name, "line": error.lineno},
        ) from error
    if not isinstance(document, dict):
        raise Invalid(
            f"{path.name}, line 1: expected an object of names, each with a list of revisions.",
            data={"file": path.name, "line": 1},
        )
    for name, entries in document.items():
        yield _record(name, entries, path.name, _line_of(text, name))


def _line_of(text: str, name: str) -> int:
    position = text.find(json.dumps(name) + ":")
    return text.count("\n", 0, position) + 1 if position >= 0 else 1


def _record(name: str, entries: Any, file: str, line: int) -> Item:
    slug = slugify(name)
    if not slug:
        return Problem(file, line, f"{name!r} gives no slug.")
    if not isinstance(entries, list) or not entries:
        return Problem(file, line, f"{name}: expected a list of revisions.")
    revisions = []
    for index, entry in enumerate(entries):
        revision = _revision(entry)
        if isinstance(revision, str):
            return Problem(file, line, f"{name}[{index}].{revision}")
        revisions.append(revision)
    return PromptRecord(slug, title_of(slug), tuple(revisions), "system", (), file, line)


def _revision(entry: Any) -> Revision | str:
    """A revision, or what is wrong with the entry."""
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str) or not entry["text"].strip():
        return "text: expected a text that is not empty."
    try:
        when = datetime.fromisoformat(entry["date"]) if entry.get("date") else None
    except (TypeError, ValueError):
        return f"date: {entry['date']!r} is not a date such as 2026-01-31."
    if when is not None and when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    origin = str(entry.get("commit", ""))
    message = str(entry.get("message") or (f"Commit {origin[:12]}" if origin else ""))
    return Revision(entry["text"], when, str(entry.get("author", "")), message, origin)
