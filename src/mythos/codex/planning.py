"""What importing a document would do, before it is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.codex.models import CodexClause
from mythos.formats.codex_markdown import ClauseRecord, CodexDocument
from mythos.text.normalize import content_hash

KINDS = ("new", "changed", "retired", "revived", "described", "same")


@dataclass(frozen=True)
class PlanRow:
    """One clause: `described` means only its title, examples or place differ."""

    ref: str
    title: str
    kind: str
    line: int
    version: int
    record: ClauseRecord | None


@dataclass(frozen=True)
class CodexPlan:
    """Every clause of the document and of the codex, in the document's order, retired ones last."""

    codex_slug: str
    document: CodexDocument
    rows: tuple[PlanRow, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many clauses of each kind; every kind is present."""
        counted = Counter(row.kind for row in self.rows)
        return {kind: counted[kind] for kind in KINDS}

    @property
    def is_empty(self) -> bool:
        """Whether the document brings nothing new."""
        return all(row.kind == "same" for row in self.rows)

    @property
    def digest(self) -> str:
        """Names this plan; another codex state or document gives another digest."""
        rows = [f"{row.ref}\t{row.kind}\t{row.version}" for row in self.rows]
        return content_hash("\n".join([self.document.sha256, *rows]))

    def of_kind(self, kind: str) -> list[PlanRow]:
        """Rows of one kind."""
        return [row for row in self.rows if row.kind == kind]


def plan_import(*, actor: Actor, swarm: Swarm, codex_slug: str, document: CodexDocument) -> CodexPlan:
    """Compare a document with a codex; writes nothing."""
    require(actor, "codex.import", swarm)
    stored = {clause.ref: clause for clause in CodexClause.objects.filter(codex__swarm=swarm, codex__slug=codex_slug)}
    rows = [_row(record, stored.get(record.ref)) for record in document.clauses]
    named = {record.ref for record in document.clauses}
    rows += [
        PlanRow(clause.ref, clause.title, "retired", 0, clause.version, None)
        for clause in sorted(stored.values(), key=lambda clause: clause.position)
        if clause.ref not in named and clause.status == CodexClause.Status.ACTIVE
    ]
    return CodexPlan(codex_slug, document, tuple(rows))


def _row(record: ClauseRecord, clause: CodexClause | None) -> PlanRow:
    version = clause.version if clause else 0
    return PlanRow(record.ref, record.title, _kind(record, clause), record.line, version, record)


def _kind(record: ClauseRecord, clause: CodexClause | None) -> str:
    if clause is None:
        return "new"
    if clause.status == CodexClause.Status.RETIRED:
        return "revived"
    if (record.text, record.authority) != (clause.text, clause.authority):
        return "changed"
    described = (
        record.title[:300], list(record.examples), list(record.notes), record.severity, list(record.tags),
        record.level, record.position,
    )  # fmt: skip
    stored = (
        clause.title, clause.examples, clause.notes, clause.severity, clause.tags, clause.level, clause.position,
    )  # fmt: skip
    return "same" if described == stored else "described"
