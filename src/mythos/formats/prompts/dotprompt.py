"""`.prompt` (dotprompt, Genkit): YAML header, Handlebars body with `{{role "…"}}`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mythos.formats.prompts.base import Format, Item, OpenFile, PromptRecord, refuse
from mythos.formats.prompts.bounds import needed
from mythos.formats.prompts.front_matter import Parts, join, split
from mythos.formats.prompts.particulars import (
    CAMEL,
    filled,
    our_names,
    record_of,
    slug_of_path,
    text_field,
    their_names,
)
from mythos.formats.prompts.turns import ROLES, Turn, turns_of
from mythos.text.normalize import decode

SUFFIX = ".prompt"
# What may stand after a role: key="value" pairs, kept with the turn as other formats write them, in brackets.
_PAIRS = r"(?:\s+[A-Za-z_]\w{0,40}=(?:\"[^\"{}\[\]\n]{0,80}\"|[\w.]{1,80})){0,4}"
_ROLE = re.compile(rf"\{{\{{\s*role\s+[\"'](\w{{1,40}})[\"']({_PAIRS})\s*\}}\}}|<<<dotprompt:role:(\w{{1,40}})>>>")
_PICO_KEY = re.compile(r"([A-Za-z_]\w*)(\?)?")
_PICO = re.compile(r"(string|number|integer|boolean|any)(?:,\s*(.+))?")
_TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}
_SCHEMA_KEYS = {"type", "properties", "required"}


def load(data: bytes, name: str, open_file: OpenFile) -> Sequence[Item]:
    """The prompt of a file."""
    parts = split(decode(data, name=name), name)
    fields = dict(parts.fields)
    title, description = text_field(fields, "name", name), text_field(fields, "description", name)
    model = text_field(fields, "model", name)
    config = needed(fields.pop("config", None) or {}, dict, name, "config")
    given = dict(needed(fields.pop("input", None) or {}, dict, name, "input"))
    inputs = _inputs(given, name)
    fields |= filled({"input": given})
    metadata = {
        "description": description,
        "model": model,
        "parameters": our_names(config, CAMEL),
        "inputs": inputs,
        "dotprompt": fields,
    }
    return [record_of(name, _turns(parts, name), filled(metadata), slug=slug_of_path(name, SUFFIX), title=title)]


def _turns(parts: Parts, name: str) -> list[Turn]:
    turns, role, about, position = [], "user", "", 0
    for mark in [*_ROLE.finditer(parts.body), None]:
        content = parts.body[position : mark.start() if mark else None].strip("\n")
        if content.strip() or position:
            turns.append(Turn(role, content.strip(" \n"), about))
        if mark:
            role, position = mark[1] or mark[3], mark.end()
            about = f"[{mark[2].strip()}]" if mark[2] else ""
            role = "assistant" if role == "model" else role
            if role not in ROLES:
                raise refuse(name, f"there is no role {role!r}.", field=f"role {role}")
    return turns


def _inputs(given: dict[str, Any], name: str) -> dict[str, Any]:
    """Inputs of a JSON Schema or of a flat Picoschema, taken out of `given`; anything richer stays in it as written."""
    schema = given.get("schema")
    made = _of_json_schema(schema) if isinstance(schema, dict) and "properties" in schema else _of_picoschema(schema)
    if made is None:
        return {}
    given.pop("schema", None)
    for key, value in needed(given.pop("default", None) or {}, dict, name, "input.default").items():
        made.setdefault(key, {})["default"] = value
    return made


def _of_json_schema(schema: dict[str, Any]) -> dict[str, Any] | None:
    properties, required = schema["properties"], schema.get("required", [])
    if set(schema) - _SCHEMA_KEYS or schema.get("type", "object") != "object" or not isinstance(properties, dict):
        return None
    if not isinstance(required, list) or set(map(str, required)) - set(properties):
        return None
    if any(not isinstance(spec, dict) or {"required", "default"} & set(spec) for spec in properties.values()):
        return None
    return {key: spec | ({"required": True} if key in required else {}) for key, spec in properties.items()}


def _of_picoschema(schema: Any) -> dict[str, Any] | None:
    made: dict[str, Any] = {}
    for written, said in (schema or {}).items() if isinstance(schema or {}, dict) else [("", schema)]:
        key, what = _PICO_KEY.fullmatch(written), _PICO.fullmatch(said) if isinstance(said, str) else None
        if not key or not what or key[1] in made:
            return None
        spec = {} if what[1] == "any" else {"type": what[1]}
        made[key[1]] = spec | filled({"description": what[2]}) | ({} if key[2] else {"required": True})
    return made


def dump(records: Sequence[PromptRecord]) -> bytes:
    """A file with the inputs as JSON Schema."""
    (record,) = records
    meta = record.metadata
    own = dict(meta.get("dotprompt", {}))
    head = {
        "name": record.title,
        "description": meta.get("description"),
        "model": meta.get("model"),
        "config": their_names(meta.get("parameters", {}), CAMEL),
        "input": _input(meta.get("inputs", {})) | own.pop("input", {}),
    }
    turns = turns_of(record)
    if len(turns) == 1 and turns[0].role == "user" and not turns[0].about:
        body = turns[0].content
    else:
        body = "\n\n".join(f"{_mark(turn)}\n{turn.content}" for turn in turns)
    return join(filled(head) | own, body).encode()


def _mark(turn: Turn) -> str:
    role, pairs = "model" if turn.role == "assistant" else turn.role, f" {turn.about[1:-1]}" if turn.about else ""
    return f'{{{{role "{role}"{pairs if re.fullmatch(_PAIRS, pairs) else ""}}}}}'


def _input(inputs: dict[str, Any]) -> dict[str, Any]:
    properties, required, default = {}, [], {}
    for key, spec in inputs.items():
        properties[key] = {
            name: value
            for name, value in spec.items()
            if name not in ("required", "default") and (name != "type" or value in _TYPES)
        }
        if spec.get("required") is True:
            required.append(key)
        if "default" in spec:
            default[key] = spec["default"]
    schema = filled({"type": "object", "properties": properties, "required": required}) if properties else {}
    return filled({"schema": schema, "default": default})


FORMAT = Format("dotprompt", "dotprompt", SUFFIX, load, dump, blocks=("{{#",))
