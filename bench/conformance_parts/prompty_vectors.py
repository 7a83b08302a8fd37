"""The vectors of Prompty's specification: loading, parsing and rendering."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from conformance_parts.base import NOT_JUDGED, Verdict, has, read, there_and_back, verdict
from conformance_parts.prompty_official import ORACLES, official, read_as
from mythos.errors import MythosError
from mythos.formats.prompts import prompty as form
from mythos.formats.prompts.turns import turns_of

TEXT = "system:\nA text."
# Of a vector, what is looked at in another way, or always so of a file.
_OTHERWISE = ("kind", "validated_inputs", "inputs", "instructions")


def vectors(folder: Path) -> Iterator[Verdict]:
    for vector in _vectors(folder, "load"):
        yield from _load(f"load/{vector['name']}", vector, folder)
    for vector in _vectors(folder, "parse"):
        yield from _parse(f"parse/{vector['name']}", vector)
    for vector in _vectors(folder, "render"):
        yield from _render(f"render/{vector['name']}", vector)


def _vectors(folder: Path, kind: str) -> list[dict[str, Any]]:
    return json.loads((folder / "vectors" / kind / f"{kind}_vectors.json").read_text(encoding="utf-8"))


def _load(name: str, vector: dict[str, Any], folder: Path) -> Iterator[Verdict]:
    given, expected = vector["input"], vector["expected"]
    beside = {key: json.dumps(value) for key, value in given.get("files", {}).items()}
    if "fixture" in given:
        path = folder / "fixtures" / given["fixture"]
        if not path.exists():
            yield Verdict(name, NOT_JUDGED, "there is no file to import")
            return
        text = path.read_text(encoding="utf-8")
    elif "frontmatter_raw" in given:
        text = given["frontmatter_raw"]
    else:
        text = f"---\n{yaml.safe_dump(given['frontmatter'], sort_keys=False)}---\n{TEXT}\n"
    if name.endswith("invalid_frontmatter_error"):
        yield verdict(name, _refusal(text))
        return
    fault, exported = there_and_back(form, text.encode(), "case.prompty")
    yield verdict(f"{name}: in and out", fault)
    if exported:
        yield verdict(f"{name}: our fields", _our_fields(text, expected))
    if exported and has(*ORACLES):
        yield _against(name, (text, exported.decode()), given, beside, expected)


def _refusal(text: str) -> str:
    try:
        read(form, text.encode(), "case.prompty")
    except MythosError:
        return ""
    return "it is taken, and the vector wants it refused"


def _our_fields(text: str, expected: dict[str, Any]) -> str:
    """What MythOS keeps in its own fields, against the vector."""
    record = read(form, text.encode(), "case.prompty")
    meta, model = record.metadata, expected.get("model") or {}
    names = {"maxOutputTokens": "max_tokens"}
    pairs = {
        "name": (record.title, expected.get("name")),
        "description": (meta.get("description"), expected.get("description")),
        "authors": (meta.get("authors"), (expected.get("metadata") or {}).get("authors")),
        "model": (meta.get("model"), model.get("id")),
        "options": (
            meta.get("parameters"),
            {names.get(key, key): value for key, value in model["options"].items()} if "options" in model else None,
        ),
        "inputs": (
            [{"name": key, "kind": spec["type"], "default": spec.get("default")} for key, spec in
             meta.get("inputs", {}).items()],
            (expected.get("inputs") or {}).get("properties"),
        ),
    }  # fmt: skip
    return "; ".join(
        f"{key}: {ours} where the vector says {theirs}" for key, (ours, theirs) in pairs.items()
        if theirs is not None and ours != theirs
    )  # fmt: skip


def _against(
    name: str, texts: tuple[str, str], given: dict[str, Any], beside: dict[str, str], expected: dict[str, Any]
) -> Verdict:
    """The official loader on both files, held against what the vector expects."""
    original, ours = (_outcome(text, given, beside, expected) for text in texts)
    if original and ours:
        return Verdict(f"{name}: loaded", NOT_JUDGED, f"of the original, the official loader gives {original}")
    return verdict(f"{name}: loaded", ours)


def _outcome(text: str, given: dict[str, Any], beside: dict[str, str], expected: dict[str, Any]) -> str:
    """What differs from the vector, or nothing."""
    try:
        loaded = official(text, given.get("env", {}), beside, given.get("inputs"))
    except Exception as error:
        named = "error" in expected and expected.get("error_field", "") in str(error) and type(error) is not TypeError
        return "" if named else f"{type(error).__name__}: {error}"
    if "error" in expected:
        return "no error"
    if "validated_inputs" in expected and loaded.validated != expected["validated_inputs"]:
        return f"validated inputs {loaded.validated}"
    fields = loaded.fields
    wanted = {key: value for key, value in expected.items() if value is not None and key not in _OTHERWISE}
    if expected.get("inputs"):
        wanted["inputs"] = expected["inputs"]["properties"]
    said = expected.get("instructions")
    if said is not None and [row[:2] for row in loaded.messages] != _messages_of(said, fields):
        return f"messages {loaded.messages}"
    return "; ".join(f"{key}: {fields.get(key)}" for key, value in wanted.items() if not _holds(fields.get(key), value))


def _messages_of(said: str, fields: dict[str, Any]) -> list[list[Any]]:
    """The messages of instructions, each input at its default."""
    for field in fields.get("inputs") or []:
        said = said.replace("{{" + field["name"] + "}}", str(field.get("default", "")))
    record = read(form, said.encode(), "case.prompty")
    return [[turn.role, turn.content] for turn in turns_of(record)]


def _holds(value: Any, wanted: Any) -> bool:
    """Whether a value has everything that is wanted of it; things with names may come as a list of them."""
    if isinstance(wanted, dict) and isinstance(value, list):
        value = {one["name"]: one for one in value}
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(_holds(value.get(key), inner) for key, inner in wanted.items())
    if isinstance(wanted, list):
        return isinstance(value, list) and len(value) == len(wanted) and all(map(_holds, value, wanted))
    return bool(value == wanted)


def _parse(name: str, vector: dict[str, Any]) -> Iterator[Verdict]:
    text = vector["input"]["rendered"]
    wanted = [[message["role"], message["content"][0]["value"]] for message in vector["expected"]["messages"]]
    turns = [[turn.role, turn.content] for turn in turns_of(read(form, text.encode(), "case.prompty"))]
    if "thread_inputs" in vector["input"]:
        yield Verdict(name, NOT_JUDGED, "messages are put in when it runs, not when it is read")
        return
    yield read_as(f"{name}: our turns", turns, wanted)
    if not has(*ORACLES):
        return
    _, exported = there_and_back(form, text.encode(), "case.prompty")
    original = [row[:2] for row in official(f"---\nname: case\n---\n{text}", {}, {}).messages]
    if original != wanted:
        yield Verdict(f"{name}: parsed", NOT_JUDGED, f"the official parser makes {original} of the original")
        return
    yield read_as(f"{name}: parsed", [row[:2] for row in official(exported.decode(), {}, {}).messages], wanted)


def _render(name: str, vector: dict[str, Any]) -> Iterator[Verdict]:
    given, wanted = vector["input"], vector["expected"].get("rendered")
    threads = [key for key, value in given["inputs"].items() if isinstance(value, dict) and "_kind" in value]
    fields = {"name": "case", "template": {"format": {"kind": given["engine"]}, "parser": {"kind": "prompty"}}}
    fields |= {"inputs": [{"name": key, "kind": "thread"} for key in threads]} if threads else {}
    inputs = {key: value["messages"] if key in threads else value for key, value in given["inputs"].items()}
    text = f"---\n{yaml.safe_dump(fields, sort_keys=False)}---\n{given['template']}"
    fault, exported = there_and_back(form, text.encode(), "case.prompty")
    yield verdict(f"{name}: in and out", fault)
    if not exported or not has(*ORACLES):
        return
    original = [row[:2] for row in official(text, {}, {}, inputs).messages]
    ours = [row[:2] for row in official(exported.decode(), {}, {}, inputs).messages]
    if wanted is not None and "system:" not in wanted and original != [["system", wanted]]:
        yield Verdict(f"{name}: rendered", NOT_JUDGED, f"the official renderer makes {original} of the original")
        return
    yield verdict(f"{name}: rendered", "" if ours == original else f"{ours} where the original gives {original}")
