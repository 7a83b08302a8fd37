"""Prompty: the files and vectors of microsoft/prompty (`spec/`), with Microsoft's loader, renderer and parser as judge.

Of every file of `fixtures/`: the loader reads the same of our export as of the original, and makes the same messages.
Of every vector: the original gives what the vector expects (else it is not judged), and our export does too; what
MythOS keeps in fields of its own is held against the vector as well. A vector of loading has no text, so it gets one.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from conformance_parts.base import BY_DESIGN, NOT_JUDGED, SAMPLES, Verdict, has, read, there_and_back, verdict
from mythos.errors import MythosError
from mythos.formats.prompts import prompty as form
from mythos.formats.prompts.turns import turns_of

ORACLES = ("prompty", "jinja2", "chevron")
TEXT = "system:\nA text."
# Of a vector, what is looked at in another way, or always so of a file.
_OTHERWISE = ("kind", "validated_inputs", "inputs", "instructions")
_NONCE = re.compile(r"__PROMPTY_THREAD_[0-9a-f]+")
_VERSION_1 = re.compile(r"^(?:authors|sample|inputSchema|  (?:api|configuration|parameters)):", re.MULTILINE)
HISTORY = [{"role": "user", "content": "Earlier."}, {"role": "assistant", "content": "Indeed."}]


def run(folder: Path) -> Iterator[Verdict]:
    files = {f"fixtures/{path.name}": path for path in sorted((folder / "fixtures").glob("*.prompty"))}
    others = [path for path in sorted((SAMPLES / "prompty").glob("*.prompty")) if "spec__fixtures" not in path.name]
    files |= {f"samples/{path.name}": path for path in others}
    beside = {other.name: other.read_text(encoding="utf-8") for other in (folder / "fixtures").glob("*.json")}
    for name, path in files.items():
        yield from _same(name, path.read_text(encoding="utf-8"), beside)
    for vector in _vectors(folder, "load"):
        yield from _load(f"load/{vector['name']}", vector, folder)
    for vector in _vectors(folder, "parse"):
        yield from _parse(f"parse/{vector['name']}", vector)
    for vector in _vectors(folder, "render"):
        yield from _render(f"render/{vector['name']}", vector)


def _vectors(folder: Path, kind: str) -> list[dict[str, Any]]:
    return json.loads((folder / "vectors" / kind / f"{kind}_vectors.json").read_text(encoding="utf-8"))


def _same(name: str, text: str, beside: dict[str, str]) -> Iterator[Verdict]:
    """The official loader and renderer on the original and on our export."""
    fault, exported = there_and_back(form, text.encode(), "case.prompty")
    yield verdict(f"{name}: in and out", fault)
    if not exported or not has(*ORACLES):
        return
    env = {key: f"value of {key}" for key in re.findall(r"\$\{env:(\w+)", text + "".join(beside.values()))}
    # Nunjucks, of the TypeScript runtime, has no renderer here; its templates are read as Jinja's.
    texts = [one.replace("nunjucks", "jinja2") for one in (text, exported.decode())]
    try:
        inputs = official(texts[1], env, beside).inputs
        theirs = official(texts[0], env, beside, inputs)
    except Exception as error:
        yield Verdict(f"{name}: loaded", NOT_JUDGED, f"the official loader refuses the original: {error}")
        return
    ours = official(texts[1], env, beside, inputs)
    yield _loaded(f"{name}: loaded", text, theirs.fields, ours.fields)
    if _VERSION_1.search(text) and theirs.messages == ours.messages[: len(theirs.messages)] != ours.messages:
        yield Verdict(f"{name}: messages", BY_DESIGN, "inputs of version 1 are inputs of version 2 now")
    else:
        yield _read_as(f"{name}: messages", ours.messages, theirs.messages)


@dataclass
class Loaded:
    """What the official package makes of a file."""

    fields: dict[str, Any]
    messages: list[list[Any]]
    inputs: dict[str, Any]
    validated: dict[str, Any]


def official(text: str, env: dict[str, str], beside: dict[str, str], inputs: dict[str, Any] | None = None) -> Loaded:
    """The file as the official package loads it, and its messages with the inputs given or made up."""
    import prompty

    kept = dict(os.environ)
    os.environ.update(env)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in {**beside, "case.prompty": text}.items():
                (Path(folder) / name).write_text(content, encoding="utf-8")
            agent = prompty.load(Path(folder) / "case.prompty", trusted_endpoints=["*"])
            given = _made_up(agent) if inputs is None else inputs
            messages = [
                [one.role, _NONCE.sub("THREAD", one.text), one.metadata] for one in prompty.prepare(agent, given)
            ]
            return Loaded(_fields(agent), messages, given, prompty.validate_inputs(agent, given))
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _made_up(agent: Any) -> dict[str, Any]:
    fields = [field for field in agent.inputs or [] if field.default is None or field.kind == "thread"]
    return {
        field.name: HISTORY if field.kind == "thread" else f"<{field.name}>" if field.example is None else field.example
        for field in fields
    }


def _fields(agent: Any) -> dict[str, Any]:
    """The fields of the file as loaded, keys of a connection included."""
    from prompty.core.loader import default_save_context

    fields = agent.save(default_save_context(collection_format="array"))
    fields.pop("instructions", None)
    if key := getattr(getattr(agent.model, "connection", None), "api_key", None):
        fields["model"]["connection"]["apiKey"] = key
    return fields


def _loaded(name: str, text: str, theirs: dict[str, Any], ours: dict[str, Any]) -> Verdict:
    """Which fields differ; the title that MythOS gives a file without a name is none."""
    keys = [key for key in dict.fromkeys([*theirs, *ours]) if theirs.get(key) != ours.get(key)]
    if not theirs.get("name") and "name" in keys:
        keys.remove("name")
    told = "; ".join(f"{key}: {ours.get(key)} where the original says {theirs.get(key)}" for key in keys)
    if keys and _VERSION_1.search(text):
        return Verdict(name, BY_DESIGN, f"a file of version 1 is written as version 2: {', '.join(keys)}")
    if keys == ["model"] and ours["model"] | {"provider": "*"} == theirs["model"]:
        return Verdict(
            name, BY_DESIGN, "a model that is only an id is written as a word; neither form names a provider"
        )
    return verdict(name, told)


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
    yield _read_as(f"{name}: our turns", turns, wanted)
    if not has(*ORACLES):
        return
    _, exported = there_and_back(form, text.encode(), "case.prompty")
    original = [row[:2] for row in official(f"---\nname: case\n---\n{text}", {}, {}).messages]
    if original != wanted:
        yield Verdict(f"{name}: parsed", NOT_JUDGED, f"the official parser makes {original} of the original")
        return
    yield _read_as(f"{name}: parsed", [row[:2] for row in official(exported.decode(), {}, {}).messages], wanted)


def _read_as(name: str, ours: list[list[Any]], wanted: list[list[Any]]) -> Verdict:
    if ours == wanted:
        return Verdict(name)
    if _bare(ours) == _bare(wanted):
        return Verdict(name, BY_DESIGN, f"blank edges and spaces at the end of lines: {ours}")
    return verdict(name, f"{ours} where it should be {wanted}")


def _bare(rows: list[list[Any]]) -> list[list[Any]]:
    return [[role, "\n".join(map(str.rstrip, text.split("\n"))).strip("\n"), *rest] for role, text, *rest in rows]


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
