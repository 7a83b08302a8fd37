"""For programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from mythos import __version__
from mythos.checking.findings import Finding, Report


def write(report: Report) -> str:
    shown = {
        "tool": "mythos",
        "version": __version__,
        "base": report.base or None,
        "counts": report.counts,
        "findings": [_row(found) for found in report.findings],
        "prompts": report.prompts,
        "rules": report.clauses,
        "notes": report.notes,
    }
    return json.dumps(shown, indent=2, ensure_ascii=False, default=str) + "\n"


def _row(found: Finding) -> dict[str, Any]:
    return {**asdict(found), "fingerprint": found.fingerprint}
