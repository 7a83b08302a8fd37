"""What-if: a change of rules is measured first, and published exactly as it was shown, or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import SYSTEM, Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.codex.impact import ClauseChange, as_json, impact_of, rituals_to_run, totals
from mythos.codex.models import Codex, CodexClause, CodexClauseAudit, CodexProposal
from mythos.codex.planning import plan_import
from mythos.codex.queries import affected_by, get_proposal, visible_clauses
from mythos.codex.services.clauses import revise_clause
from mythos.codex.services.imports import import_codex
from mythos.codex.services.publishing import publish_audits
from mythos.codex.services.suggesting import rules_in_force
from mythos.errors import Invalid, MythosError, Stale
from mythos.formats.codex_markdown import CodexDocument, read_codex
from mythos.text.compare import compare
from mythos.text.normalize import normalize
from mythos.work.services import enqueue

PROPOSAL_JOB = "codex.measure_proposal"
Status = CodexProposal.Status


def propose_change(
    *,
    actor: Actor,
    codex: Codex,
    edits: Sequence[Mapping[str, Any]] = (),
    document: CodexDocument | None = None,
    title: str = "",
) -> CodexProposal:
    """Ask what edits of clauses ({"ref", "text", "authority"?}), or a newer document, would do; publishes nothing."""
    require(actor, "codex.propose", codex)
    if bool(edits) == (document is not None):
        raise Invalid("Propose edits of clauses, or a document.", fields={"edits": "One of the two."})
    cleaned = [_edit(actor, codex, edit) for edit in edits]
    _refuse_same(codex, cleaned)
    with transaction.atomic():
        proposal = CodexProposal.objects.create(
            codex=codex,
            title=(title.strip() or _title(cleaned, document))[:200],
            edits=cleaned,
            document=document.text if document else "",
            file_name=document.name[:255] if document else "",
            author=person(actor),
            author_name=actor_name(actor),
        )
        enqueue(
            kind=PROPOSAL_JOB,
            key=str(proposal.pk),
            payload={"proposal_id": proposal.pk},
            swarm_id=codex.swarm_id,
        )
    return proposal


def measure_proposal(
    *, proposal_id: int, land: Callable[[], AbstractContextManager[None]] = transaction.atomic
) -> CodexProposal:
    """Work out the report outside any transaction, then store it with the state of the world it speaks of."""
    proposal = get_proposal(SYSTEM, proposal_id)
    if proposal.status not in {Status.PENDING, Status.FAILED, Status.READY}:
        with land():
            return proposal
    try:
        world = _world(proposal)
        report = _report(proposal)
    except MythosError as error:
        CodexProposal.objects.filter(pk=proposal.pk).update(status=Status.FAILED, error=error.message)
        raise
    with land():
        CodexProposal.objects.filter(pk=proposal.pk).update(
            status=Status.READY, error="", report=report, world=world, measured_at=timezone.now()
        )
    proposal.refresh_from_db()
    return proposal


def accept_proposal(*, actor: Actor, proposal_id: int, reason: str) -> CodexProposal:
    """Publish exactly what the report showed; Stale when clauses, contracts or prompts have moved since."""
    proposal = get_proposal(actor, proposal_id)
    require(actor, "codex.review", proposal.codex)
    if not reason.strip():
        raise Invalid("A decision needs a reason.", fields={"reason": "Say why, for whoever reads this later."})
    if proposal.status == Status.PENDING:
        raise Invalid("The proposal has not been measured yet.", hint="Wait for its report.")
    with transaction.atomic():
        _decide(actor, proposal, Status.ACCEPTED, reason)
        Codex.objects.select_for_update().get(pk=proposal.codex_id)
        if _world(proposal) != proposal.world:
            raise Stale(
                "The world moved since this was measured: a clause, a contract or a prompt it speaks of has changed.",
                hint="Measure it again, look at the new report, then accept.",
            )
        publish_audits(actor=actor, audits=_publish(actor, proposal, reason), reason=reason)
    return proposal


def discard_proposal(*, actor: Actor, proposal_id: int, reason: str = "") -> CodexProposal:
    """Put a proposal aside."""
    proposal = get_proposal(actor, proposal_id)
    require(actor, "codex.propose", proposal.codex)
    with transaction.atomic():
        _decide(actor, proposal, Status.DISCARDED, reason)
    return proposal


def _decide(actor: Actor, proposal: CodexProposal, status: str, reason: str) -> None:
    open_states = [Status.READY, Status.FAILED, Status.PENDING] if status == Status.DISCARDED else [Status.READY]
    decided = CodexProposal.objects.filter(pk=proposal.pk, status__in=open_states).update(
        status=status,
        decided_by=person(actor),
        decider_name=actor_name(actor),
        decision_reason=reason.strip(),
        decided_at=timezone.now(),
    )
    proposal.refresh_from_db()
    if not decided:
        who = proposal.decider_name or "Somebody"
        raise Stale(f"{who} has already decided: {proposal.get_status_display()}.")


def _edit(actor: Actor, codex: Codex, edit: Mapping[str, Any]) -> dict[str, Any]:
    ref, text = str(edit.get("ref", "")), normalize(str(edit.get("text", "")))
    clause = visible_clauses(actor, codex=codex).filter(ref=ref, status=CodexClause.Status.ACTIVE).first()
    authority = edit.get("authority")
    fields = {}
    if clause is None:
        fields["ref"] = f"No clause {ref!r} is in force in {codex.slug}."
    if not text.strip():
        fields["text"] = "A clause needs a text."
    if authority is not None and authority not in CodexClause.Authority.values:
        fields["authority"] = "Unknown authority."
    if fields or clause is None:
        raise Invalid("The proposal cannot be made.", fields=fields)
    return {
        "ref": ref,
        "base": clause.version,
        "in_force": clause.accepted_version,
        "text": text,
        "authority": authority,
    }


def _refuse_same(codex: Codex, edits: Sequence[Mapping[str, Any]]) -> None:
    """A question in which nothing differs from what is in force has no answer."""
    wanted = {edit["ref"]: edit for edit in edits}
    clauses = list(CodexClause.objects.filter(codex=codex, ref__in=wanted))
    texts = rules_in_force(clauses)
    same = [
        wanted[clause.ref]["text"] == texts[clause.pk] and wanted[clause.ref]["authority"] in {None, clause.authority}
        for clause in clauses
    ]
    if same and all(same):
        raise Invalid("Nothing is different from the words in force.", fields={"text": "It says this already."})


def _title(edits: Sequence[Mapping[str, Any]], document: CodexDocument | None) -> str:
    if document is not None:
        return f"Import {document.name}"
    return f"Edit {edits[0]['ref']}" + (f" and {len(edits) - 1} more" if len(edits) > 1 else "")


def _changes(proposal: CodexProposal) -> list[ClauseChange]:
    """Clauses in force that the proposal would change or retire."""
    rows = {clause.ref: clause for clause in visible_clauses(SYSTEM, codex=proposal.codex)}
    if not proposal.document:
        wanted = {edit["ref"]: edit["text"] for edit in proposal.edits}
    else:
        document = read_codex(proposal.document, name=proposal.file_name)
        swarm, slug = proposal.codex.swarm, proposal.codex.slug
        plan = plan_import(actor=SYSTEM, swarm=swarm, codex_slug=slug, document=document)
        wanted = {
            row.ref: row.record.text if row.record else ""
            for row in plan.rows
            if row.kind in {"changed", "retired", "revived"}
        }
    clauses = [rows[ref] for ref in wanted if ref in rows]
    texts = rules_in_force(clauses)
    return [ClauseChange(clause.pk, clause.ref, texts[clause.pk], wanted[clause.ref]) for clause in clauses]


def _report(proposal: CodexProposal) -> dict[str, Any]:
    changes = _changes(proposal)
    rows = impact_of(changes)
    bound = {row.ref for row in rows}
    return {
        "totals": totals(rows) | {"clauses": len(changes)},
        "rows": as_json(rows),
        "rituals": rituals_to_run(rows),
        "clauses": [_clause_report(change, change.ref in bound) for change in changes],
    }


def _clause_report(change: ClauseChange, is_bound: bool) -> dict[str, Any]:
    report: dict[str, Any] = {"ref": change.ref, "is_bound": is_bound, "retires": not change.new_text}
    if not change.new_text:
        return report | {"verdict": "regression", "findings": []}
    found = compare(change.old_text, change.new_text, measure_similarity=False)
    findings = [asdict(finding) for finding in found.findings[:5]]
    return report | {"verdict": found.verdict, "confidence": found.confidence, "findings": findings}


def _world(proposal: CodexProposal) -> str:
    """Names everything the report depends on: clauses, promises about them, and the texts that made those."""
    changed = [change.clause_id for change in _changes(proposal)]
    clauses = CodexClause.objects.filter(pk__in=changed).order_by("pk")
    promises = affected_by(changed).order_by("pk")
    state = [
        [list(row) for row in clauses.values_list("pk", "version", "accepted_version", "status")],
        [
            list(row)
            for row in promises.values_list("pk", "contract_id", "pinned_version", "contract__prompt__current_id")
        ],
    ]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()


def _publish(actor: Actor, proposal: CodexProposal, reason: str) -> list[CodexClauseAudit]:
    if proposal.document:
        document = read_codex(proposal.document, name=proposal.file_name)
        swarm, slug = proposal.codex.swarm, proposal.codex.slug
        return list(import_codex(actor=actor, swarm=swarm, codex_slug=slug, document=document).audits)
    audits = []
    for edit in proposal.edits:
        clause = visible_clauses(actor, codex=proposal.codex).get(ref=edit["ref"])
        audits.append(
            revise_clause(
                actor=actor,
                clause_id=clause.pk,
                text=edit["text"],
                base=edit["base"],
                reason=reason,
                authority=edit["authority"],
            )
        )
    return audits
