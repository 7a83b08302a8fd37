"""Langfuse: the types of its API, as its Python SDK generates them from the OpenAPI description.

Every export is a `CreatePromptRequest`, and a `Prompt` once the server has added what only it knows (version, labels).
Samples that the types accept, of the folder and made here from every field they have, are imported whole: the export
says the same again.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance_parts.base import SAMPLES, Verdict, has, prompts, verdict
from mythos.formats.prompts import langfuse as form
from mythos.formats.prompts.base import PromptRecord, no_file

ORACLES = ("langfuse",)
TEXT = {
    "type": "text", "name": "folder/greeting", "version": 3, "prompt": "Hello {{name}}, @@@langfusePrompt:name=x@@@",
    "config": {"model": "gpt-4o", "temperature": 0.3, "tools": [{"name": "t"}]}, "labels": ["production", "latest"],
    "tags": ["a", "b"], "commitMessage": "First.", "resolutionGraph": {"root": {"name": "x", "version": 3}},
}  # fmt: skip
CHAT = TEXT | {
    "type": "chat", "name": "greeting",
    "prompt": [
        {"role": "system", "content": "Be kind."},
        {"type": "chatmessage", "role": "developer", "content": "In words."},
        {"type": "placeholder", "name": "history"},
        {"role": "user", "content": "{{question}}", "name": "Ann"},
        {"role": "assistant", "content": "Yes."},
    ],
}  # fmt: skip
BARE = {"name": "bare", "prompt": "Hello", "version": 1, "config": {}, "labels": [], "tags": [], "type": "text"}
NO_CONFIG = BARE | {"config": None}


def run(folder: Path) -> Iterator[Verdict]:
    for number, sample in enumerate([TEXT, CHAT, BARE, NO_CONFIG]):
        yield _whole(f"sample {number + 1} of the types", sample)
    for place in dict.fromkeys([folder, SAMPLES / "langfuse"]):
        for path in sorted(place.rglob("*.json")):
            yield _whole(f"sample {path.name}", json.loads(path.read_text(encoding="utf-8")))
    for record in prompts() if has(*ORACLES) else ():
        yield _export(record)


def _whole(name: str, sample: dict[str, Any]) -> Verdict:
    """What the types accept is imported whole."""
    if has(*ORACLES) and (fault := _of_type("Prompt", _served(sample))):
        return verdict(name, f"the sample itself is none: {fault}")
    (record,) = form.load(json.dumps(sample).encode(), "case.json", no_file)
    if not isinstance(record, PromptRecord):
        return verdict(name, str(record))
    again = json.loads(form.dump([record]))
    lost = [key for key in sample if _plain(sample[key]) != _plain(again.get(key))]
    return verdict(name, "; ".join(f"{key}: {again.get(key)} where it says {sample[key]}" for key in lost))


def _plain(value: Any) -> Any:
    """The type of a message that may be left out, left out; nothing is the same as no settings."""
    if isinstance(value, list):
        return [_plain({k: v for k, v in one.items() if (k, v) != ("type", "chatmessage")}) if isinstance(one, dict)
                else one for one in value]  # fmt: skip
    return value if value is not None else {}


def _export(record: PromptRecord) -> Verdict:
    made = json.loads(form.dump([record]))
    faults = [fault for kind, value in (("CreatePromptRequest", made), ("Prompt", _served(made)))
              if (fault := _of_type(kind, value))]  # fmt: skip
    return verdict(f"export of {record.slug}", "; ".join(faults))


def _served(made: dict[str, Any]) -> dict[str, Any]:
    """As the server answers: it knows the version and the labels."""
    return {"version": 1, "labels": [], "config": {}, "tags": []} | made


def _of_type(kind: str, value: dict[str, Any]) -> str:
    pydantic = importlib.import_module("pydantic")
    adapter = pydantic.TypeAdapter(getattr(importlib.import_module("langfuse.api.prompts.types"), kind))
    try:
        adapter.validate_python(value, strict=False)
    except pydantic.ValidationError as error:
        return f"{kind}: {error.errors()[0]['loc']} {error.errors()[0]['msg']}"
    if kind == "CreatePromptRequest" and len(value["name"]) > 255:
        return "CreatePromptRequest: a name has at most 255 characters"
    return ""
