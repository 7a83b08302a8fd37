"""Whether the rules a curriculum teaches agree with the rules of a swarm that looks at it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Count, Max

from mythos.accounts.models import Swarm
from mythos.codex.models import CodexClause
from mythos.formats.curriculum import digest
from mythos.market.models import CurriculumFit, PromptCurriculumVault
from mythos.text.coverage import conflicts
from mythos.text.embed import embed

NEAREST = 3  # rules of the swarm that one rule of a curriculum is compared with
LEAST_LIKENESS = 0.35
SURE = 0.5
MOST_RULES = 200


def codex_mark(swarm: Swarm) -> str:
    """What changes when any rule of the swarm does."""
    rows = CodexClause.objects.filter(codex__swarm=swarm, status=CodexClause.Status.ACTIVE)
    found = rows.aggregate(count=Count("pk"), newest=Max("updated_at"), versions=Max("version"))
    return f"{found['count']} {found['newest']} {found['versions']}"


def fit_key(curriculum: PromptCurriculumVault, mark: str) -> str:
    """An answer holds for one export and one state of the codex."""
    return digest([curriculum.sha256, mark])


def fits_of(swarm: Swarm, curricula: Sequence[PromptCurriculumVault]) -> dict[int, CurriculumFit | None]:
    """What is known for each curriculum: its fit, or None where it has not been compared as things stand."""
    mark = codex_mark(swarm)
    rows = CurriculumFit.objects.filter(swarm=swarm, curriculum__in=[row.pk for row in curricula])
    known = {row.curriculum_id: row for row in rows}
    found: dict[int, CurriculumFit | None] = {}
    for curriculum in curricula:
        row = known.get(curriculum.pk)
        found[curriculum.pk] = row if row is not None and row.key == fit_key(curriculum, mark) else None
    return found


def clashes_between(theirs: Sequence[Mapping[str, Any]], ours: Sequence[CodexClause]) -> list[dict[str, Any]]:
    """Rules that cannot both be followed; each of theirs is held against the few of ours that are about the same."""
    texts = {clause.text for clause in ours}
    asked = [rule for rule in theirs[:MOST_RULES] if rule["text"].strip() and rule["text"] not in texts]
    if not asked or not ours:
        return []
    likeness = embed([rule["text"] for rule in asked]) @ embed([clause.text for clause in ours]).T
    found: list[dict[str, Any]] = []
    for rule, row in zip(asked, likeness, strict=True):
        for index in row.argsort()[::-1][:NEAREST].tolist():
            if float(row[index]) >= LEAST_LIKENESS:
                found += _clash(rule, ours[index])
    return sorted(found, key=lambda clash: -clash["confidence"])


def _clash(rule: Mapping[str, Any], clause: CodexClause) -> list[dict[str, Any]]:
    rows = [row for row in conflicts(rule["text"], clause.text) if row.confidence >= SURE]
    if not rows:
        return []
    worst = rows[0]
    said = {"ref": clause.ref, "clause": clause.pk, "theirs": rule["ref"], "kind": worst.kind, "reason": worst.reason}
    return [said | {"says": worst.a_sentence, "ours": worst.b_sentence, "confidence": round(worst.confidence, 3)}]


def rules_of(swarm: Swarm, refs: Collection[str] | None = None) -> list[CodexClause]:
    """The active rules of a swarm."""
    rows = CodexClause.objects.filter(codex__swarm=swarm, status=CodexClause.Status.ACTIVE)
    return list(rows if refs is None else rows.filter(ref__in=refs))
