"""SARIF 2.1.0, as code scanning reads it: a rule is a clause, a waiver a suppression."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from mythos import __version__
from mythos.checking.findings import WEAKENED, Finding, Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "mythos/v1"
OWN = "The prompt says less than before, in words that no rule of the rule book accounts for"


def write(report: Report) -> str:
    names = sorted({found.rule for found in report.findings})
    driver = {
        "name": "MythOS",
        "version": __version__,
        "rules": [_rule(name, report) for name in names],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, names) for found in report.findings],
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": [
            {"level": "note", "message": {"text": note}} for note in report.notes]}],
    }  # fmt: skip
    if report.base:
        run["properties"] = {"base": report.base}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(name: str, report: Report) -> dict[str, Any]:
    return {"id": name, "shortDescription": {"text": OWN if name == WEAKENED else report.clauses.get(name) or name}}


def _result(found: Finding, names: list[str]) -> dict[str, Any]:
    place = found.place
    region = {"startLine": place.line, "startColumn": place.column,
              "endLine": place.end_line, "endColumn": place.end_column}  # fmt: skip
    result: dict[str, Any] = {
        "ruleId": found.rule,
        "ruleIndex": names.index(found.rule),
        "level": found.level,
        "message": {"text": f"{found.title}. {found.message}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(place.file)}, "region": region}}],
        "partialFingerprints": {FINGERPRINT: found.fingerprint},
    }
    if found.waiver:
        why = f"{found.waiver.owner} until {found.waiver.expires}: {found.waiver.reason}"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result
