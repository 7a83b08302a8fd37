"""testData and evaluators of a `.prompt.yml` file (GitHub Models)."""

from __future__ import annotations

from typing import Any

import yaml

from mythos.errors import Invalid
from mythos.formats.rituals.document import CaseRecord, OpenFile, RitualDocument, bounded, no_file, refused, turns

_STRINGS = {"contains": "icontains", "equals": "iequals", "startsWith": "istarts-with", "endsWith": "iends-with"}


def read(text: str, name: str, open_file: OpenFile = no_file) -> RitualDocument:
    """A ritual whose template is the file's messages."""
    try:
        body = bounded(yaml.safe_load(text), name)
    except yaml.YAMLError as error:
        raise Invalid(f"{name} is not YAML: {error}", data={"file": name}) from error
    if not isinstance(body, dict) or not isinstance(body.get("testData"), list):
        raise Invalid(f"{name} has no testData.", data={"file": name})
    notes: list[str] = []
    expectations = [made for entry in body.get("evaluators") or [] if (made := _expectation(entry, notes))]
    bad = [(f"testData[{number}]", "A row must have names and values.") for number, row in enumerate(body["testData"])
           if not isinstance(row, dict)]  # fmt: skip
    if bad:
        raise refused(name, bad)
    cases = tuple(
        CaseRecord(
            input=str(row.get("input", "")), variables=row, expectations=expectations, place=f"testData[{number}]"
        )
        for number, row in enumerate(body["testData"])
    )
    return RitualDocument(
        title=str(body.get("name") or name),
        cases=cases,
        template=turns(body.get("messages")) or [],
        description=str(body.get("description") or ""),
        origin={"prompt_yml": {key: body[key] for key in ("model", "modelParameters", "evaluators") if key in body}},
        notes=tuple(notes),
    )


def _expectation(entry: Any, notes: list[str]) -> dict[str, Any] | None:
    name = str(entry.get("name", "")) if isinstance(entry, dict) else ""
    if isinstance(entry, dict) and isinstance(entry.get("string"), dict):
        for theirs, ours in _STRINGS.items():
            if theirs in entry["string"]:
                return {"id": name, "type": ours, "value": entry["string"][theirs]}
    if isinstance(entry, dict) and entry.get("uses") == "github/similarity":
        return {"id": name, "type": "similar", "value": "{{expected}}"}
    notes.append(f"The evaluator “{name or entry}” is not read.")
    return None
