"""Measuring an edit of a clause, and deciding about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.codex.impact import ClauseChange, as_json, impact_of, rituals_to_run, totals
from mythos.codex.judging import judge
from mythos.codex.models import CodexClause, CodexClauseAudit
from mythos.codex.queries import get_audit
from mythos.codex.services.clauses import AUDIT_JOB
from mythos.codex.services.publishing import bring_in_force
from mythos.codex.signals import audit_reviewed, clause_audited
from mythos.codex.thresholds import thresholds_of
from mythos.codex.touching import prompts_touched_by
from mythos.errors import Invalid, MythosError, NotConfigured, Stale
from mythos.text.compare import Comparison, compare
from mythos.text.detectors.base import Finding, Span
from mythos.text.embed import MODEL
from mythos.text.judging import judged
from mythos.work.queries import has_live_job
from mythos.work.services import enqueue

Status = CodexClauseAudit.Status
Review = CodexClauseAudit.Review
DECISIONS = {"accept": Review.ACCEPTED, "send_back": Review.SENT_BACK, "override": Review.OVERRIDDEN}
_FOOTNOTE = re.compile(r"\[\^[\w-]+\]")
_RANK = {name: rank for rank, name in enumerate(["", "guideline", "user", "developer", "system", "root"])}


def run_audit(
    *, actor: Actor, audit_id: int, land: Callable[[], AbstractContextManager[None]] = transaction.atomic
) -> CodexClauseAudit:
    """Measure an edit outside any transaction, then store the result in one; safe to run twice."""
    audit = get_audit(actor, audit_id)
    if audit.status == Status.DONE:
        with land():
            return audit
    CodexClauseAudit.objects.filter(pk=audit.pk).exclude(status=Status.DONE).update(status=Status.RUNNING)
    try:
        result = _measure(audit)
    except Exception as error:
        # The row must say that nothing was measured, whatever went wrong; the job keeps the trace.
        message = error.message if isinstance(error, MythosError) else f"{type(error).__name__}: {error}"
        CodexClauseAudit.objects.filter(pk=audit.pk).update(status=Status.FAILED, error=message)
        raise
    with land():
        CodexClauseAudit.objects.filter(pk=audit.pk).update(status=Status.DONE, error="", **result)
        transaction.on_commit(partial(clause_audited.send_robust, CodexClauseAudit, audit_id=audit.pk))
    audit.refresh_from_db()
    return audit


def _measure(audit: CodexClauseAudit) -> dict[str, Any]:
    old, new = _Unmarked(audit.previous_version), _Unmarked(audit.new_version)
    comparison = compare(old.text, new.text, thresholds=thresholds_of(audit.clause.codex))
    comparison = judged(old.text, new.text, comparison, judge())
    found = [*_of_authority(audit), *_of_retirement(audit)]
    found += [replace(f, old_span=old.place(f.old_span), new_span=new.place(f.new_span)) for f in comparison.findings]
    findings = [asdict(finding) for finding in found]
    blocks = any(f["severity"] == "block" and f["direction"] != "stronger" for f in findings)
    extra = findings[: len(findings) - len(comparison.findings)]
    regression = comparison.is_regression or any(f["severity"] == "block" for f in extra)
    return {
        "findings": findings[:100],
        "verdict": "regression" if regression else "uncertain" if blocks else comparison.verdict,
        "confidence": comparison.confidence,
        "similarity": _similarity(audit, comparison),
        "similarity_model": MODEL if comparison.similarity is not None else "",
        "regression_flag": regression,
        "prompt_delta": _touched(audit),
    }


class _Unmarked:
    """A rule without its footnote marks, which are renumbered at will and say nothing; spans lead back to the rule."""

    def __init__(self, marked: str) -> None:
        self.text = _FOOTNOTE.sub("", marked)
        self._marks = [match.span() for match in _FOOTNOTE.finditer(marked)]

    def place(self, span: Span | None) -> Span | None:
        """Where a span of the text without marks stands in the rule."""
        return (self._at(span[0]), self._at(span[1] - 1) + 1) if span and span[1] > span[0] else None

    def _at(self, position: int) -> int:
        for start, end in self._marks:
            if position < start:
                break
            position += end - start
        return position


def _similarity(audit: CodexClauseAudit, comparison: Comparison) -> float | None:
    return comparison.similarity if audit.previous_version and audit.new_version else None


def _touched(audit: CodexClauseAudit) -> dict[str, Any]:
    """The `prompt_delta`: promises of contracts about the clause, and other prompts that speak of it."""
    try:
        change = ClauseChange(audit.clause_id, audit.clause.ref, audit.previous_version, audit.new_version)
        promises = impact_of([change])
        measured = {"contracts": as_json(promises), "totals": totals(promises), "rituals": rituals_to_run(promises)}
        return prompts_touched_by(audit) | measured
    except NotConfigured as error:
        return {"measured": False, "reason": error.message, "checked_prompts": 0, "prompts": []}


def _of_authority(audit: CodexClauseAudit) -> list[Finding]:
    old, new = audit.previous_authority, audit.new_authority
    if old == new or not old:
        return []
    weaker = _RANK[new] < _RANK[old]
    return [
        Finding(
            kind="authority",
            direction="weaker" if weaker else "stronger",
            severity="block" if weaker else "note",
            title="Authority lowered" if weaker else "Authority raised",
            reason=f"More people may now set the rule aside: it spoke as {old}, now as {new or 'nobody'}."
            if weaker
            else f"The rule spoke as {old}, now as {new}.",
            old_text=old,
            new_text=new or "none",
            old_span=None,
            new_span=None,
            confidence=0.95,
        )
    ]


def _of_retirement(audit: CodexClauseAudit) -> list[Finding]:
    if audit.change != CodexClauseAudit.Change.RETIRE:
        return []
    reason = "The newer document no longer has this rule; nothing asks for it any more."
    return [Finding("deletion", "weaker", "block", "Rule retired", reason, "", "", None, None, 0.95)]


def review_audit(*, actor: Actor, audit_id: int, decision: str, reason: str) -> CodexClauseAudit:
    """Decide about an edit: the first decision stands, a second one meets Stale."""
    audit = get_audit(actor, audit_id)
    require(actor, "codex.review", audit)
    if decision not in DECISIONS:
        raise Invalid("Choose a decision.", fields={"decision": f"One of {', '.join(DECISIONS)}."})
    if not reason.strip():
        raise Invalid("A decision needs a reason.", fields={"reason": "Say why, for whoever reads this later."})
    if decision == "accept":
        _refuse_flagged(audit)
    with transaction.atomic():
        decided = CodexClauseAudit.objects.filter(pk=audit.pk, review=Review.PENDING).update(
            review=DECISIONS[decision],
            review_reason=reason.strip(),
            reviewed_by=person(actor),
            reviewer_name=actor_name(actor),
            reviewed_at=timezone.now(),
        )
        audit.refresh_from_db()
        if not decided:
            raise Stale(
                f"{audit.reviewer_name or 'Somebody'} has already decided: {audit.get_review_display()}.",
                data={"review": audit.review, "review_reason": audit.review_reason},
            )
        _move_clause(audit)
        transaction.on_commit(partial(audit_reviewed.send_robust, CodexClauseAudit, audit_id=audit.pk))
    return audit


def _refuse_flagged(audit: CodexClauseAudit) -> None:
    blocking = audit.regression_flag or any(f["severity"] == "block" for f in audit.findings)
    if audit.status != Status.DONE:
        problem = "This edit has not been measured yet."
    elif blocking:
        problem = "This edit has flags that block it."
    elif audit.similarity is None and audit.change == CodexClauseAudit.Change.EDIT:
        problem = "The similarity of this edit was not measured."
    else:
        return
    raise Invalid(problem, hint="Override it with a reason, or send it back.", fields={"decision": problem})


def _move_clause(audit: CodexClauseAudit) -> None:
    clause = audit.clause
    if audit.review in {Review.ACCEPTED, Review.OVERRIDDEN}:
        bring_in_force(audit)
    elif audit.change == CodexClauseAudit.Change.RETIRE and clause.version == audit.version:
        CodexClause.objects.filter(pk=clause.pk).update(status=CodexClause.Status.ACTIVE)


def sweep() -> int:
    """Queue audits again that nobody measures any more; how many."""
    lost = [
        audit
        for audit in CodexClauseAudit.objects.filter(status__in=[Status.PENDING, Status.RUNNING])
        if not has_live_job(AUDIT_JOB, str(audit.pk))
    ]
    for audit in lost:
        enqueue(kind=AUDIT_JOB, key=str(audit.pk), payload={"audit_id": audit.pk})
    return len(lost)
