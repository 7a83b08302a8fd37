"""Questions about rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, When
from django.db.models.functions import Coalesce

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.codex.models import Codex, CodexClause, CodexClauseAudit
from mythos.errors import NotFound
from mythos.text.diff import DiffSpan, word_diff

Review = CodexClauseAudit.Review


@dataclass(frozen=True)
class AuditReport:
    """Everything a person needs to decide about one edit; the diff may be between any two versions."""

    audit: CodexClauseAudit
    clause: CodexClause
    old: CodexClauseAudit | None
    new: CodexClauseAudit
    diff: list[DiffSpan]
    blocks: list[dict[str, Any]]
    warns: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    affected: list[dict[str, Any]]
    checked_prompts: int
    affected_measured: bool
    history: list[CodexClauseAudit]

    @property
    def flags(self) -> list[dict[str, Any]]:
        """Findings, those that block first; their spans are offsets in the audit's own two texts."""
        return [*self.blocks, *self.warns, *self.notes]

    @property
    def is_measured(self) -> bool:
        """Whether the comparison has finished."""
        return self.audit.status == CodexClauseAudit.Status.DONE

    @property
    def against(self) -> str:
        """Why a plain accept is not open, in words; empty when it is."""
        if self.blocks:
            return f"{len(self.blocks)} flag{'s block' if len(self.blocks) != 1 else ' blocks'} it"
        return "the edit reads as worse than the rule in force" if self.audit.regression_flag else ""

    @property
    def may_accept(self) -> bool:
        """Whether a plain accept is open; everything else needs an override."""
        return self.is_measured and not self.blocks and not self.audit.regression_flag


def visible_codices(actor: Actor, swarm: Swarm | None = None) -> QuerySet[Codex]:
    """Rule books of the actor's swarms, with counts of clauses in force and edits that wait."""
    found = Codex.objects.filter(swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(swarm=swarm)
    waiting = Count("clauses__audits", filter=Q(clauses__audits__review=Review.PENDING), distinct=True)
    active = Count("clauses", filter=Q(clauses__status=CodexClause.Status.ACTIVE), distinct=True)
    return found.annotate(
        waiting=waiting, active_clauses=active, edition_count=Count("editions", distinct=True)
    ).select_related("swarm")


def get_codex(actor: Actor, slug: str, swarm: Swarm | None = None) -> Codex:
    """One rule book by slug, or NotFound."""
    found = visible_codices(actor, swarm).filter(slug=slug).first()
    if found is None:
        raise NotFound(f"There is no codex {slug!r}.", fields={"codex": "Unknown codex."})
    return found


def visible_clauses(actor: Actor, swarm: Swarm | None = None, codex: Codex | None = None) -> QuerySet[CodexClause]:
    """Clauses of the actor's swarms in the order of their documents."""
    found = CodexClause.objects.filter(codex__swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(codex__swarm=swarm)
    if codex is not None:
        found = found.filter(codex=codex)
    return found.select_related("codex", "codex__swarm")


def get_clause(actor: Actor, key: int | str, swarm: Swarm | None = None, codex: Codex | None = None) -> CodexClause:
    """One clause by id or ref (of the newest codex that has it), or NotFound."""
    found = visible_clauses(actor, swarm, codex)
    rows = found.filter(pk=key) if isinstance(key, int) else found.filter(ref=key).order_by("-codex_id")
    clause = rows.first()
    if clause is None:
        raise NotFound(f"There is no clause {key!r}.")
    return clause


def active_clauses_by_ref(swarm: Swarm, refs: Iterable[str]) -> dict[str, list[CodexClause]]:
    """Ref -> the clauses of the swarm's codices that are in force under it; a ref may stand in more than one codex."""
    found: dict[str, list[CodexClause]] = {}
    rows = CodexClause.objects.filter(codex__swarm=swarm, ref__in=set(refs), status=CodexClause.Status.ACTIVE)
    for clause in rows.select_related("codex"):
        found.setdefault(clause.ref, []).append(clause)
    return found


def visible_audits(actor: Actor, swarm: Swarm | None = None) -> QuerySet[CodexClauseAudit]:
    """Audits of the actor's clauses."""
    found = CodexClauseAudit.objects.filter(clause__codex__swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(clause__codex__swarm=swarm)
    return found.select_related("clause", "clause__codex", "clause__codex__swarm", "edition", "author", "reviewed_by")


def get_audit(actor: Actor, audit_id: int) -> CodexClauseAudit:
    """One audit, or NotFound."""
    audit = visible_audits(actor).filter(pk=audit_id).first()
    if audit is None:
        raise NotFound(f"There is no audit {audit_id}.")
    return audit


def pending_audits(actor: Actor, swarm: Swarm | None = None) -> QuerySet[CodexClauseAudit]:
    """Edits that wait for a decision: flagged ones first, then by place in the document."""
    rank = Case(
        When(regression_flag=True, then=0),
        When(verdict="uncertain", then=1),
        When(status__in=["pending", "running", "failed"], then=2),
        default=3,
        output_field=IntegerField(),
    )
    return (
        visible_audits(actor, swarm)
        .filter(review=Review.PENDING)
        .annotate(rank=rank)
        .order_by("rank", "clause__position", "id")
    )


def waiting_count(actor: Actor, swarm: Swarm) -> int:
    """How many edits wait for a decision."""
    return CodexClauseAudit.objects.filter(
        clause__codex__swarm=swarm, clause__codex__swarm__in=swarms_of(actor), review=Review.PENDING
    ).count()


def waiting_versions(clause_ids: Collection[int]) -> dict[int, int]:
    """Clause -> its newest version that waits for a decision; one that was sent back waits no more."""
    rows = CodexClauseAudit.objects.filter(clause__in=clause_ids, review=Review.PENDING).order_by("version")
    return dict(rows.values_list("clause_id", "version"))


def clause_history(actor: Actor, clause: CodexClause) -> QuerySet[CodexClauseAudit]:
    """Every version of a clause, newest first."""
    return visible_audits(actor).filter(clause=clause).order_by("-version")


def versions_since(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], datetime]:
    """(clause, version) -> since when it was decided to hold, or was written where nobody had to decide."""
    audits = CodexClauseAudit.objects.filter(clause__in={clause for clause, _ in pairs})
    rows = audits.annotate(since=Coalesce("reviewed_at", "created_at")).values_list("clause_id", "version", "since")
    return {(clause, version): since for clause, version, since in rows if (clause, version) in pairs}


def audit_report(
    actor: Actor,
    audit_id: int,
    *,
    from_version: int | None = None,
    to_version: int | None = None,
) -> AuditReport:
    """The report of an edit; the versions of the diff default to the edit's own."""
    audit = get_audit(actor, audit_id)
    history = list(clause_history(actor, audit.clause))
    by_version = {row.version: row for row in history}
    new = _version(by_version, audit.version if to_version is None else to_version)
    old = by_version.get(audit.version - 1) if from_version is None else _version(by_version, from_version)
    before = audit.previous_version if from_version is None and to_version is None else old.new_version if old else ""
    findings = audit.findings
    return AuditReport(
        audit=audit,
        clause=audit.clause,
        old=old,
        new=new,
        diff=word_diff(before, new.new_version),
        blocks=[f for f in findings if f["severity"] == "block"],
        warns=[f for f in findings if f["severity"] == "warn"],
        notes=[f for f in findings if f["severity"] == "note"],
        affected=audit.prompt_delta.get("prompts", []),
        checked_prompts=audit.prompt_delta.get("checked_prompts", 0),
        affected_measured=audit.prompt_delta.get("measured", False),
        history=history,
    )


def _version(by_version: dict[int, CodexClauseAudit], version: int) -> CodexClauseAudit:
    if version not in by_version:
        raise NotFound(f"The clause has no version {version}.", fields={"version": "Unknown version."})
    return by_version[version]
