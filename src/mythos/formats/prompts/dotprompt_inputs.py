"""The `input` of a `.prompt` file: inputs out of JSON Schema or flat Picoschema, and back in the one they came in."""

from __future__ import annotations

import re
from typing import Any

from mythos.formats.prompts.bounds import needed
from mythos.formats.prompts.particulars import filled

_KEY = re.compile(r"([A-Za-z_]\w*)(\?)?")
_SAID = re.compile(r"(string|number|integer|boolean|any)(?:,\s*(.+))?")
_TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
# What a Picoschema says without words; kept beside its inputs, it tells that they came in one.
_PICOSCHEMA = {"additionalProperties": False}


def taken(given: dict[str, Any], name: str) -> dict[str, Any]:
    """Inputs taken out of `given`; the rest of their schema, or one that is richer, stays in it."""
    schema = given.get("schema")
    if isinstance(schema, dict) and "properties" in schema:
        made = _of_json_schema(schema)
        rest = {key: value for key, value in schema.items() if key not in ("properties", "required", "type")}
        rest = {"type": "object"} | rest if rest else {}
    else:
        made, rest = _of_picoschema(schema), dict(_PICOSCHEMA) if schema else {}
    if made is None:
        return {}
    given.pop("schema", None)
    if rest:
        given["schema"] = rest
    for key, value in needed(given.pop("default", None) or {}, dict, name, "input.default").items():
        made.setdefault(key, {})["default"] = value
    return made


def _of_json_schema(schema: dict[str, Any]) -> dict[str, Any] | None:
    properties, required = schema["properties"], schema.get("required", [])
    if schema.get("type", "object") != "object" or not isinstance(properties, dict) or not properties:
        return None
    if not isinstance(required, list) or set(map(str, required)) - set(properties):
        return None
    if any(not isinstance(spec, dict) or {"required", "default"} & set(spec) for spec in properties.values()):
        return None
    return {key: spec | ({"required": True} if key in required else {}) for key, spec in properties.items()}


def _of_picoschema(schema: Any) -> dict[str, Any] | None:
    made: dict[str, Any] = {}
    for written, said in (schema or {}).items() if isinstance(schema or {}, dict) else [("", schema)]:
        key, what = _KEY.fullmatch(written), _SAID.fullmatch(said) if isinstance(said, str) else None
        if not key or not what or key[1] in made:
            return None
        spec = {} if what[1] == "any" else {"type": what[1]}
        made[key[1]] = spec | filled({"description": what[2]}) | ({} if key[2] else {"required": True})
    return made


def written(inputs: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The `input` of a header: the schema and the defaults of the inputs, and what else the file said."""
    rest = own.get("schema")
    is_rest = rest == _PICOSCHEMA or (
        isinstance(rest, dict) and rest.get("type") == "object" and "properties" not in rest
    )
    if rest and not is_rest:
        return own
    beside = {key: value for key, value in own.items() if key != "schema"}
    default = {key: spec["default"] for key, spec in inputs.items() if "default" in spec}
    is_declared = bool(rest) or any(set(spec) != {"default"} for spec in inputs.values())
    schema = _schema(inputs, rest or {}) if inputs and is_declared else rest if rest != _PICOSCHEMA else {}
    return filled({"schema": schema, "default": default}) | beside


def _schema(inputs: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    if rest == _PICOSCHEMA and (short := _picoschema(inputs)):
        return short
    properties = {
        key: {
            name: value
            for name, value in spec.items()
            if name not in ("required", "default") and (name != "type" or _is_type(value))
        }
        for key, spec in inputs.items()
    }
    required = [key for key, spec in inputs.items() if spec.get("required") is True]
    return {"type": "object"} | rest | {"properties": properties} | filled({"required": required})


def _is_type(value: Any) -> bool:
    return all(one in _TYPES for one in value) if isinstance(value, list) else value in _TYPES


def _picoschema(inputs: dict[str, Any]) -> dict[str, Any] | None:
    """Each input in a line; None when one says more than a line of Picoschema can."""
    made = {}
    for key, spec in inputs.items():
        kind, said = spec.get("type", "any"), spec.get("description", "")
        line = f"{kind}, {said}" if said else str(kind)
        name = key if spec.get("required") is True else f"{key}?"
        if set(spec) - {"type", "description", "required", "default"} or not isinstance(said, str):
            return None
        if not _KEY.fullmatch(name) or not _SAID.fullmatch(line) or said != said.strip():
            return None
        made[name] = line
    return made
