"""GitHub Models: no schema is published, so the rules are those that its two readers enforce.

gh-models (pkg/prompt): fields and their kinds, `responseFormat` and what `jsonSchema` must be with it. ai-inference
(src/prompt.ts): a list of messages, each with content and one of three roles. FOLDER holds any `.prompt.yml`; what the
readers take comes back the same, what they refuse is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from conformance_parts.base import NOT_JUDGED, Verdict, prompts, there_and_back, verdict
from mythos.formats.prompts import prompt_yml as form

ORACLES: tuple[str, ...] = ()
TEXTS = ("name", "description", "model", "responseFormat")
NUMBERS = {"maxTokens": int, "temperature": (int, float), "topP": (int, float)}


def run(folder: Path) -> Iterator[Verdict]:
    for path in sorted([*folder.rglob("*.prompt.yml"), *folder.rglob("*.prompt.yaml")]):
        original = yaml.safe_load(path.read_text(encoding="utf-8"))
        fault, exported = there_and_back(form, path.read_bytes(), path.name)
        if refused := faults(original):
            done = Verdict(path.name) if fault else Verdict(path.name, NOT_JUDGED, f"taken, though {refused}")
        else:
            done = verdict(path.name, fault or _apart(original, yaml.safe_load(exported)))
        yield done
    for record in prompts():
        yield verdict(f"export of {record.slug}", faults(yaml.safe_load(form.dump([record]))))


def faults(document: Any) -> str:
    """What the two readers refuse in a file."""
    if not isinstance(document, dict) or not isinstance(document.get("messages"), list) or not document["messages"]:
        return "there are no messages"
    for number, message in enumerate(document["messages"]):
        if not isinstance(message, dict) or not message.get("role") or not message.get("content"):
            return f"messages[{number}] needs a role and a content"
        if message["role"] not in ("system", "user", "assistant") or not isinstance(message["content"], str):
            return f"messages[{number}] has the role {message['role']!r}"
    parameters = document.get("modelParameters") or {}
    wrong = [key for key in TEXTS if not isinstance(document.get(key, ""), str)]
    wrong += [key for key, kind in NUMBERS.items() if key in parameters and not isinstance(parameters[key], kind)]
    return f"{wrong} are of another kind" if wrong else _format_fault(document)


def _format_fault(document: dict[str, Any]) -> str:
    form_of, schema = document.get("responseFormat", "text"), document.get("jsonSchema")
    if form_of not in ("text", "json_object", "json_schema"):
        return f"responseFormat is {form_of!r}"
    if schema is not None and not isinstance(schema, str):
        return "jsonSchema is no JSON text"
    if form_of == "json_schema" and not {"name", "schema"} <= set(json.loads(schema or "{}")):
        return "jsonSchema needs a name and a schema"
    return ""


def _apart(original: dict[str, Any], ours: dict[str, Any]) -> str:
    keys = [key for key in dict.fromkeys([*original, *ours]) if _bare(original.get(key)) != _bare(ours.get(key))]
    return "; ".join(f"{key}: {ours.get(key)} where it says {original.get(key)}" for key in keys)


def _bare(value: Any) -> Any:
    """Texts without blank edges and spaces at the ends of lines, which MythOS does not keep."""
    if isinstance(value, str):
        return "\n".join(map(str.rstrip, value.split("\n"))).strip("\n")
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return {key: _bare(one) for key, one in value.items()} if isinstance(value, dict) else value
