"""Cases in JSON Lines: `input` or `messages`, `variables`, `expectations` or `expected`."""

from __future__ import annotations

import json
from typing import Any

from mythos.formats.rituals.document import CaseRecord, OpenFile, RitualDocument, bounded, no_file, refused, turns
from mythos.formats.rituals.expectations import from_promptfoo


def read(text: str, name: str, open_file: OpenFile = no_file) -> RitualDocument:
    """One case a line; every bad line is named."""
    problems: list[tuple[str, str]] = []
    cases = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            cases.append(_case(bounded(json.loads(line), name), f"line {number}"))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            problems.append((f"line {number}", f"The line cannot be read: {error}."))
    if problems:
        raise refused(name, problems)
    return RitualDocument(title=name, cases=tuple(cases))


def _case(row: dict[str, Any], place: str) -> CaseRecord:
    said = turns(row.get("messages")) or turns(row.get("input")) or []
    text = row.get("input") if isinstance(row.get("input"), str) else ""
    if not text and said and said[-1]["role"] == "user":
        text = said.pop()["content"]
    expectations = [dict(entry) for entry in row.get("expectations", [])]
    expectations += [from_promptfoo(entry) for entry in row.get("assert", [])]
    wanted = row.get("expected", row.get("ideal"))
    if wanted is not None:
        expectations.append({"type": "equals", "value": wanted})
    if not all(isinstance(entry.get("type"), str) for entry in expectations):
        raise ValueError("an expectation needs a type")
    threshold = row.get("threshold")
    return CaseRecord(
        ref=str(row.get("ref", row.get("id", ""))),
        input=str(text or ""),
        variables=dict(row.get("variables", row.get("vars", {}))),
        messages=said,
        expectations=expectations,
        weight=float(row.get("weight", 1.0)),
        split=str(row.get("split", "")),
        threshold=None if threshold is None else float(threshold),
        place=place,
    )


def write(document: RitualDocument) -> str:
    """Everything a case holds, one line each."""
    lines = []
    for case in document.cases:
        row: dict[str, Any] = {"ref": case.ref, "input": case.input, "variables": case.variables}
        row |= {"messages": case.messages, "expectations": case.expectations}
        row |= {"weight": case.weight, "split": case.split, "threshold": case.threshold}
        lines.append(json.dumps({key: value for key, value in row.items() if value not in ("", [], {}, None)}))
    return "".join(line + "\n" for line in lines)
