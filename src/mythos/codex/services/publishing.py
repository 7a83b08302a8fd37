"""Bringing a version of a clause in force, and telling the contracts that bind it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.codex.models import CodexClause, CodexClauseAudit
from mythos.codex.services.checks import CLAUSE_JOB
from mythos.codex.services.suggesting import queue_warming
from mythos.work.services import enqueue

Review = CodexClauseAudit.Review


def bring_in_force(audit: CodexClauseAudit) -> None:
    """Make the audit's version the one that holds, in the caller's transaction; contracts are checked after it."""
    CodexClause.objects.filter(pk=audit.clause_id).update(accepted_version=audit.version)
    enqueue(
        kind=CLAUSE_JOB,
        key=str(audit.clause_id),
        payload={"clause_id": audit.clause_id},
        swarm_id=audit.clause.codex.swarm_id,
    )
    queue_warming(audit.clause.codex_id, audit.clause.codex.swarm_id)


def publish_audits(*, actor: Actor, audits: Sequence[CodexClauseAudit], reason: str) -> None:
    """Decide for edits whose effect was shown beforehand, in the caller's transaction."""
    now = timezone.now()
    for audit in audits:
        CodexClauseAudit.objects.filter(pk=audit.pk, review=Review.PENDING).update(
            review=Review.OVERRIDDEN,
            review_reason=reason.strip(),
            reviewed_by=person(actor),
            reviewer_name=actor_name(actor),
            reviewed_at=now,
        )
        bring_in_force(audit)
