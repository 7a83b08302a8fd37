"""Shapes of codices, clauses and audits."""

from datetime import datetime
from typing import Any

from ninja import Schema

from mythos.api.schemas.base import Body


class CodexIn(Body):
    slug: str
    title: str = ""


class CodexOut(Schema):
    slug: str
    title: str
    active_clauses: int
    edition_count: int
    waiting: int


class ClauseOut(Schema):
    id: int
    codex: str
    ref: str
    title: str
    text: str
    examples: list[str]
    notes: list[str]
    version: int
    accepted_version: int
    authority: str
    severity: str
    tags: list[str]
    status: str
    updated_at: datetime

    @staticmethod
    def resolve_codex(row: Any) -> str:
        slug: str = row.codex.slug
        return slug


class ClausePage(Schema):
    items: list[ClauseOut]
    next: str | None


class ClauseIn(Body):
    ref: str
    title: str
    text: str
    authority: str = ""
    reason: str = ""


class ClauseVersionIn(Body):
    text: str
    base: int | None = None
    reason: str = ""
    title: str | None = None
    authority: str | None = None


class AuditOut(Schema):
    id: int
    clause_id: int
    ref: str
    change: str
    version: int
    previous_version: str
    new_version: str
    previous_authority: str
    new_authority: str
    status: str
    error: str
    verdict: str
    confidence: float | None
    similarity: float | None
    similarity_model: str
    regression_flag: bool
    findings: list[dict[str, Any]]
    prompt_delta: dict[str, Any]
    review: str
    review_reason: str
    reviewer_name: str
    reviewed_at: datetime | None
    author_name: str
    source: str
    created_at: datetime

    @staticmethod
    def resolve_ref(row: Any) -> str:
        ref: str = row.clause.ref
        return ref


class AuditPage(Schema):
    items: list[AuditOut]
    next: str | None


class ReviewIn(Body):
    decision: str
    reason: str


class CodexImportIn(Body):
    document: str
    name: str = "document.md"
    title: str = ""
    label: str = ""
    dry_run: bool = False


class CodexImportRowOut(Schema):
    ref: str
    title: str
    kind: str
    line: int
    version: int


class CodexImportOut(Schema):
    dry_run: bool
    counts: dict[str, int]
    edition: str | None
    audits: list[int]
    rows: list[CodexImportRowOut]
    warnings: list[str]
