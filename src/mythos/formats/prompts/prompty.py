"""`.prompty`: version 2 as it is, version 1 read as version 2. References such as `${env:KEY}` stay as written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mythos.formats.prompts.base import Format, Item, OpenFile, PromptRecord
from mythos.formats.prompts.bounds import needed
from mythos.formats.prompts.front_matter import join, split
from mythos.formats.prompts.particulars import (
    CAMEL,
    filled,
    inputs_from,
    our_names,
    record_of,
    slug_of_path,
    text_field,
    their_names,
    typed,
    words,
)
from mythos.formats.prompts.turns import (
    PLACEHOLDER,
    Turn,
    in_roles,
    join_turns,
    split_turns,
    tidy_marks,
    turns_of,
)
from mythos.text.normalize import decode

SUFFIX = ".prompty"
# The roles that its own parser knows; a line `tool:` is content to it.
KNOWN = ("system", "developer", "user", "assistant")


def load(data: bytes, name: str, open_file: OpenFile) -> Sequence[Item]:
    """The prompt of a file."""
    parts = split(decode(data, name=name), name)
    fields = dict(parts.fields)
    title, description = text_field(fields, "name", name), text_field(fields, "description", name)
    own = dict(needed(fields.pop("metadata", None) or {}, dict, name, "metadata"))
    authors, tags = _listed(fields, own, "authors", name), _listed(fields, own, "tags", name)
    given = fields.pop("model", None)
    model, parameters, rest = _model(given, name)
    inputs = _inputs(fields, name)
    if isinstance(way := fields.get("template"), str) and not way.startswith("${"):
        fields["template"] = {"format": {"kind": way}, "parser": {"kind": "prompty"}}
    # An object that is only an id stays one: a model that is a word has no provider, to the loader.
    is_only = isinstance(given, dict) and set(given) == {"id"}
    fields |= filled({"metadata": own, "model": rest}) | ({"model": {}} if is_only else {})
    metadata = {
        "description": description,
        "authors": authors,
        "model": model,
        "parameters": parameters,
        "inputs": inputs,
        "prompty": fields,
    }
    turns = split_turns(tidy_marks(parts.body, KNOWN), roles=KNOWN)
    return [record_of(name, turns, filled(metadata), slug=slug_of_path(name, SUFFIX), title=title, tags=tags)]


def _listed(fields: dict[str, Any], own: dict[str, Any], key: str, name: str) -> list[str]:
    """Version 1 has authors and tags beside the name, version 2 below `metadata`."""
    place = own if key in own else fields
    value = place.pop(key, None)
    return [] if value is None else words([value] if isinstance(value, str) else value, name, key)


def _model(value: Any, name: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The model's id, its parameters, and how to reach it."""
    if value is None or isinstance(value, str):
        return value or "", {}, {}
    rest = dict(needed(value, dict, name, "model"))
    if "api" in rest and "apiType" not in rest:
        rest["apiType"] = rest.pop("api")
    if isinstance(way := rest.get("configuration"), dict) and "type" in way and "connection" not in rest:
        del rest["configuration"]
        rest["connection"] = {("kind" if key == "type" and "kind" not in way else key): way[key] for key in way}
    if "parameters" in rest and "options" not in rest:
        rest["options"] = rest.pop("parameters")
    model = text_field(rest, "id", f"{name}, model")
    options = needed(rest.pop("options", None) or {}, dict, name, "model.options")
    return model, our_names(options, CAMEL), rest


def _inputs(fields: dict[str, Any], name: str) -> dict[str, Any]:
    """Inputs, wherever this version keeps them; a reference to a file stays a reference."""
    made: dict[str, Any] = {}
    for key in ("inputs", "inputSchema"):
        given = fields.get(key)
        if isinstance(given, dict) and set(given) == {"properties"} and isinstance(given["properties"], (list, dict)):
            made = inputs_from(fields.pop(key)["properties"], name, f"{key}.properties")
            break
        if key == "inputs" and isinstance(given, (list, dict)):
            made = inputs_from(fields.pop(key), name, key)
            break
    if isinstance(fields.get("sample"), dict):
        for key, value in fields.pop("sample").items():
            made.setdefault(key, typed(value)).setdefault("example", value)
    return made


def dump(records: Sequence[PromptRecord]) -> bytes:
    """A file of version 2."""
    (record,) = records
    meta = record.metadata
    own = dict(meta.get("prompty", {}))
    about = filled({"authors": meta.get("authors"), "tags": list(record.tags)}) | own.pop("metadata", {})
    way = own.pop("model", None)
    options = their_names(meta.get("parameters", {}), CAMEL)
    model: Any = filled({"id": meta.get("model")}) | (way or {}) | filled({"options": options})
    turns = turns_of(record)
    threads = {turn.content: {"type": "thread"} for turn in turns if turn.role == PLACEHOLDER}
    inputs = [_entry(key, spec) for key, spec in (threads | meta.get("inputs", {})).items()]
    head = {"name": record.title, "description": meta.get("description"), "metadata": about}
    head["model"] = model["id"] if way is None and set(model) == {"id"} else model
    fields = filled(head | {"inputs": inputs}) | own
    return join(fields, _body(turns)).encode()


def _body(turns: Sequence[Turn]) -> str:
    """The turns in the roles Prompty knows; a placeholder of messages is an input of the kind `thread`."""
    told = in_roles(turns, KNOWN)
    threads = [f"{{{{{turn.content}}}}}" if turn.role == PLACEHOLDER else "" for turn in told]
    return "\n\n".join(thread or join_turns([turn], roles=KNOWN) for turn, thread in zip(told, threads, strict=True))


def _entry(key: str, spec: dict[str, Any]) -> dict[str, Any]:
    """An input with its kind, which Prompty wants of every one, and of the items of a list."""
    full = typed([] if spec.get("type") == "array" else spec.get("default", spec.get("example"))) | spec
    return {"name": key} | {("kind" if name == "type" else name): value for name, value in full.items()}


FORMAT = Format("prompty", "Prompty", SUFFIX, load, dump, blocks=("{%",))
