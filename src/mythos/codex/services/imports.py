"""Import a rule book: plan first, then everything in one transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.codex.models import Codex, CodexClause, CodexClauseAudit, CodexEdition
from mythos.codex.planning import CodexPlan, PlanRow, plan_import
from mythos.codex.services.clauses import Change, Edit, create_codex, write_first_audit, write_version
from mythos.codex.services.suggesting import queue_warming
from mythos.errors import Stale
from mythos.formats.codex_markdown import ClauseRecord, CodexDocument

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class CodexImportReport:
    """What an import wrote; `edition` is None when the document brought nothing new."""

    plan: CodexPlan
    codex: Codex
    edition: CodexEdition | None
    audits: tuple[CodexClauseAudit, ...]


def import_codex(
    *,
    actor: Actor,
    swarm: Swarm,
    codex_slug: str,
    document: CodexDocument,
    title: str = "",
    label: str = "",
    source: str = "import",
    expected_plan: str | None = None,
) -> CodexImportReport:
    """Apply a document: one audit per changed clause, none for an unchanged one; again changes nothing.

    `expected_plan` is the digest of the plan a person was shown; Stale when the world has moved since.
    """
    require(actor, "codex.import", swarm)
    with transaction.atomic():
        codex = Codex.objects.select_for_update().filter(swarm=swarm, slug=codex_slug).first()
        plan = plan_import(actor=actor, swarm=swarm, codex_slug=codex_slug, document=document)
        if expected_plan is not None and plan.digest != expected_plan:
            raise Stale("The codex changed since the plan was made.", hint="Look at the new plan, then apply it.")
        if codex is None:
            codex = create_codex(actor=actor, swarm=swarm, slug=codex_slug, title=title)
        if plan.is_empty:
            return CodexImportReport(plan, codex, None, ())
        edition = _edition(actor, codex, document, label, plan)
        edit = Edit(actor, source, f"Imported {edition.label}", edition)
        audits = _apply(codex, plan, edit)
        queue_warming(codex.pk, codex.swarm_id)
    return CodexImportReport(plan, codex, edition, tuple(audits))


def _edition(actor: Actor, codex: Codex, document: CodexDocument, label: str, plan: CodexPlan) -> CodexEdition:
    number = (codex.editions.aggregate(top=Max("number"))["top"] or 0) + 1
    dated = _DATE.search(document.name)
    return CodexEdition.objects.create(
        codex=codex,
        number=number,
        label=(label.strip() or (dated.group(0) if dated else f"edition {number}"))[:120],
        file_name=document.name[:255],
        sha256=document.sha256,
        document=document.text,
        summary=plan.counts,
        imported_by=person(actor),
    )


def _apply(codex: Codex, plan: CodexPlan, edit: Edit) -> list[CodexClauseAudit]:
    clauses = {clause.ref: clause for clause in codex.clauses.select_for_update(of=("self",)).select_related("codex")}
    audits = []
    for row in plan.rows:
        clause = clauses.get(row.ref)
        record = row.record
        if clause is None and record is not None:
            write_first_audit(_create(codex, record), edit)
        elif clause is not None and row.kind in {"changed", "revived", "retired"}:
            if record is not None:
                _describe(clause, record)
            audits.append(_version(clause, row, edit))
        elif clause is not None and row.kind == "described" and record is not None:
            _describe(clause, record)
            clause.save()
    return audits


def _version(clause: CodexClause, row: PlanRow, edit: Edit) -> CodexClauseAudit:
    change = {"changed": Change.EDIT, "revived": Change.REVIVE, "retired": Change.RETIRE}[row.kind]
    text, authority = (row.record.text, row.record.authority) if row.record else ("", clause.authority)
    return write_version(clause, text, authority, change, edit)


def _create(codex: Codex, record: ClauseRecord) -> CodexClause:
    clause = CodexClause(codex=codex, ref=record.ref, text=record.text, authority=record.authority)
    _describe(clause, record)
    clause.save()
    return clause


def _describe(clause: CodexClause, record: ClauseRecord) -> None:
    """What goes with a rule without being it: no new version for these."""
    clause.title = record.title[:300]
    clause.examples = list(record.examples)
    clause.notes = list(record.notes)
    clause.severity = record.severity
    clause.tags = list(record.tags)
    clause.level = record.level
    clause.position = record.position
    clause.updated_at = timezone.now()
