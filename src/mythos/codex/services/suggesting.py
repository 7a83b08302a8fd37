"""Which clauses a prompt seems to carry, with the sentence that carries each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.utils import timezone

from mythos.accounts.actors import Actor
from mythos.codex.coverage import coverages
from mythos.codex.models import ClauseVectors, Codex, CodexClause, CodexClauseAudit
from mythos.codex.queries import visible_clauses
from mythos.prompts.queries import get_prompt
from mythos.text.embed import DIMENSIONS, MODEL, embed
from mythos.text.segment import segment
from mythos.work.services import enqueue

WARM_JOB = "codex.warm_vectors"
WARM_AFTER = timedelta(seconds=15)
NEAR = 0.5  # cosine from which a sentence is worth asking about
MOST_ASKED = 40
MOST_SENTENCES = 96
_ORDER = {"carried": 0, "weakened": 1, "contradicted": 2, "absent": 3}


@dataclass(frozen=True)
class Suggestion:
    """A clause in force, how the prompt stands to it, and the nearest sentence."""

    clause: CodexClause
    state: str
    sentence: str
    similarity: float


def suggest_clauses(*, actor: Actor, prompt_id: int, codex: Codex | None = None, limit: int = 20) -> list[Suggestion]:
    """Clauses the prompt carries, then those it carries in part or contradicts; the nearest first."""
    prompt = get_prompt(actor, prompt_id)
    if prompt.current is None:
        return []
    clauses = list(visible_clauses(actor, prompt.swarm, codex).filter(status=CodexClause.Status.ACTIVE))
    texts = rules_in_force(clauses)
    near = _nearest(prompt.current.text, clauses, texts)
    answers = coverages((texts[clause.pk], prompt.current.text) for clause in near)
    found = [
        Suggestion(clause, answer.state, answer.sentence, answer.similarity)
        for clause in near
        if (answer := answers[texts[clause.pk], prompt.current.text]).state != "absent"
    ]
    return sorted(found, key=lambda row: (_ORDER[row.state], -row.similarity, row.clause.pk))[:limit]


def warm_vectors(*, codex_id: int) -> int:
    """Embed the clauses in force that have no vectors yet, so that a suggestion need not wait; how many rules."""
    clauses = list(CodexClause.objects.filter(codex=codex_id, status=CodexClause.Status.ACTIVE))
    return len(_vectors(clauses, rules_in_force(clauses))) if clauses else 0


def queue_warming(codex_id: int, swarm_id: int) -> None:
    """Have a worker embed the clauses of a codex soon; what waits for a decision goes first."""
    later = timezone.now() + WARM_AFTER
    enqueue(kind=WARM_JOB, key=str(codex_id), payload={"codex_id": codex_id}, swarm_id=swarm_id, not_before=later)


def rules_in_force(clauses: Sequence[CodexClause]) -> dict[int, str]:
    """Clause -> its accepted text; a clause whose newest text is accepted needs no look at its history."""
    texts = {clause.pk: clause.text for clause in clauses if clause.version == clause.accepted_version}
    rest = {clause.pk: clause.accepted_version for clause in clauses if clause.pk not in texts}
    audits = CodexClauseAudit.objects.filter(clause__in=rest).values_list("clause_id", "version", "new_version")
    texts.update({pk: text for pk, version, text in audits if rest[pk] == version})
    return texts


def _nearest(text: str, clauses: Sequence[CodexClause], texts: dict[int, str]) -> list[CodexClause]:
    said = [s.text for s in segment(text) if s.kind not in {"code", "heading", "table"}][:MOST_SENTENCES]
    if not said or not clauses:
        return []
    vectors = _vectors(clauses, texts)
    of_prompt = embed(said)
    best = {clause.pk: float((of_prompt @ vectors[clause.pk].T).max(initial=0.0)) for clause in clauses}
    near = [clause for clause in clauses if best[clause.pk] >= NEAR]
    return sorted(near, key=lambda clause: (-best[clause.pk], clause.pk))[:MOST_ASKED]


def _vectors(clauses: Sequence[CodexClause], texts: dict[int, str]) -> dict[int, np.ndarray]:
    """Clause -> one row a sentence; what is not stored yet is computed and kept."""
    wanted = {clause.pk: clause.accepted_version for clause in clauses}
    stored = ClauseVectors.objects.filter(clause__codex__in={clause.codex_id for clause in clauses}, model=MODEL)
    known = {
        row.clause_id: np.frombuffer(row.vectors, dtype=np.float16).reshape(row.rows, DIMENSIONS).astype(np.float32)
        for row in stored
        if wanted.get(row.clause_id) == row.version
    }
    fresh = []
    for pk in wanted:
        if pk not in known:
            sentences = [s.text for s in segment(texts[pk]) if s.kind not in {"code", "heading"}] or [texts[pk]]
            known[pk] = embed(sentences)
            packed = known[pk].astype(np.float16).tobytes()
            fresh.append(
                ClauseVectors(clause_id=pk, version=wanted[pk], model=MODEL, rows=len(sentences), vectors=packed)
            )
    ClauseVectors.objects.bulk_create(
        fresh,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["clause"],
        update_fields=["version", "model", "rows", "vectors"],
    )
    return known
