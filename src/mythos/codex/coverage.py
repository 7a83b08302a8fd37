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
MOST_MODELLED = 100


def coverages(questions: Iterable[Question]) -> dict[Question, Coverage]:
    """(rule, text) -> how the text stands to the rule; computes outside any transaction what is not yet known.

    More than MOST_MODELLED open questions at once are answered from words alone, so that a change of a rule bound to
    a thousand prompts is answered in seconds; such answers are kept apart and give way to better ones.
    """
    keys = {question: _key(question) for question in dict.fromkeys(questions)}
    known = _known([*keys.values(), *map(_of_words, keys.values())])
    answers = {question: known[key] for question, key in keys.items() if key in known}
    open_questions = [question for question in keys if question not in answers]
    by_words = len(open_questions) > MOST_MODELLED
    fresh: list[CoverageResult] = []
    for question in open_questions:
        key = _of_words(keys[question]) if by_words else keys[question]
        if key not in known:
            known[key] = coverage(*question, use_models=not by_words)
            fresh.append(CoverageResult(key=key, result=_as_json(known[key])))
        answers[question] = known[key]
        if len(fresh) >= _BATCH:
            _store(fresh)
    _store(fresh)
    return answers


def _key(question: Question) -> str:
    rule, text = (hashlib.sha256(part.encode()).hexdigest() for part in question)
    return hashlib.sha256(f"{__version__} {rule} {text}".encode()).hexdigest()


def _of_words(key: str) -> str:
    return hashlib.sha256(f"words {key}".encode()).hexdigest()


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
