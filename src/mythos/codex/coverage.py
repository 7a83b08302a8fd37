"""Coverage of rules by texts, remembered by content: the same question is answered once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from mythos import __version__
from mythos.codex.models import CoverageResult
from mythos.text.coverage import Coverage, coverage
from mythos.text.detectors.base import Finding

Question = tuple[str, str]
_BATCH = 500


def coverages(questions: Iterable[Question]) -> dict[Question, Coverage]:
    """(rule, text) -> how the text stands to the rule; computes outside any transaction what is not yet known."""
    keys = {question: _key(question) for question in dict.fromkeys(questions)}
    known = _known(list(keys.values()))
    fresh: list[CoverageResult] = []
    for question, key in keys.items():
        if key not in known:
            known[key] = coverage(*question)
            fresh.append(CoverageResult(key=key, result=_as_json(known[key])))
        if len(fresh) >= _BATCH:
            _store(fresh)
    _store(fresh)
    return {question: known[key] for question, key in keys.items()}


def _key(question: Question) -> str:
    rule, text = (hashlib.sha256(part.encode()).hexdigest() for part in question)
    return hashlib.sha256(f"{__version__} {rule} {text}".encode()).hexdigest()


def _known(keys: list[str]) -> dict[str, Coverage]:
    rows: dict[str, Coverage] = {}
    for start in range(0, len(keys), _BATCH):
        found = CoverageResult.objects.filter(key__in=keys[start : start + _BATCH])
        rows.update((row.key, _from_json(row.result)) for row in found)
    return rows


def _store(rows: list[CoverageResult]) -> None:
    CoverageResult.objects.bulk_create(rows, ignore_conflicts=True)
    rows.clear()


def _as_json(found: Coverage) -> dict[str, Any]:
    return asdict(found) | {"findings": [asdict(finding) for finding in found.findings]}


def _from_json(stored: dict[str, Any]) -> Coverage:
    findings = tuple(
        Finding(**row | {key: tuple(row[key]) if row[key] else None for key in ("old_span", "new_span")})
        for row in stored["findings"]
    )
    span = tuple(stored["span"]) if stored["span"] else None
    return Coverage(**stored | {"findings": findings, "span": span})
