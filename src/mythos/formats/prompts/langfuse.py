"""Prompt objects of Langfuse as JSON: one, a list, or an answer of its API with `data`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from mythos.errors import MythosError
from mythos.formats.prompts.base import Format, Item, OpenFile, PromptRecord, problem_of, slugify
from mythos.formats.prompts.bounds import needed, read_json
from mythos.formats.prompts.particulars import filled, record_of, text_field, words
from mythos.formats.prompts.turns import Turn, as_messages, from_messages, turns_of
from mythos.text.normalize import decode

SUFFIX = ".langfuse.json"
_OWN = {"name", "prompt", "type", "tags", "config"}


def load(data: bytes, name: str, open_file: OpenFile) -> Sequence[Item]:
    """Every prompt of a file; one that cannot be read is a problem."""
    given = read_json(decode(data, name=name), name)
    if isinstance(given, dict) and isinstance(given.get("data"), list):
        given = given["data"]
    return list(_items(given if isinstance(given, list) else [given], name))


def _items(entries: list[Any], name: str) -> Iterator[Item]:
    for number, entry in enumerate(entries):
        try:
            yield _record(needed(entry, dict, name, f"[{number}]"), name)
        except MythosError as error:
            yield problem_of(error, name)


def is_langfuse(value: Any) -> bool:
    """Whether a JSON looks like one."""
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        value = value["data"]
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and isinstance(first.get("prompt"), (str, list)) and "name" in first


def _record(entry: dict[str, Any], name: str) -> PromptRecord:
    called = needed(entry.get("name"), str, name, "name")
    prompt = entry.get("prompt")
    notes: list[str] = []
    turns = [Turn("user", prompt)] if isinstance(prompt, str) else from_messages(prompt, name, "prompt", notes)
    config = dict(needed(entry.get("config") or {}, dict, name, "config"))
    metadata = {
        "model": text_field(config, "model", name),
        "parameters": config,
        "langfuse": {key: value for key, value in entry.items() if key not in _OWN},
    }
    tags = words(entry.get("tags") or [], name, "tags")
    return record_of(name, turns, filled(metadata), slug=slugify(called), title=called, tags=tags, notes=notes)


def dump(records: Sequence[PromptRecord]) -> bytes:
    """One object, or a list of them."""
    made = [_entry(record) for record in records]
    return (json.dumps(made[0] if len(made) == 1 else made, ensure_ascii=False, indent=2) + "\n").encode()


def _entry(record: PromptRecord) -> dict[str, Any]:
    meta, turns = record.metadata, turns_of(record)
    is_text = len(turns) == 1 and turns[0].role == "user" and not turns[0].about
    return {
        "name": record.title if slugify(record.title) == record.slug else record.slug,
        "type": "text" if is_text else "chat",
        "prompt": turns[0].content if is_text else as_messages(turns),
        "config": filled({"model": meta.get("model")}) | meta.get("parameters", {}),
        **meta.get("langfuse", {}),
        "tags": list(record.tags),
    }


FORMAT = Format("langfuse", "Langfuse", SUFFIX, load, dump, holds_many=True)
