"""Codices, clauses, audits and imports."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.preconditions import base_version, etag, not_modified
from mythos.api.schemas import codex as shapes
from mythos.codex import queries, services
from mythos.codex.planning import CodexPlan, plan_import
from mythos.codex.thresholds import thresholds_of
from mythos.formats.codex_markdown import read_codex

router = Router(tags=["codex"])


@router.get("", response=list[shapes.CodexOut])
def list_codices(request: HttpRequest, swarm: str | None = None) -> Any:
    """Rule books of the swarm."""
    return queries.visible_codices(actor_of(request), swarm_of(request, swarm))


@router.post("", response={201: shapes.CodexOut})
def create_codex(request: HttpRequest, body: shapes.CodexIn, swarm: str | None = None) -> Any:
    """Start a rule book."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    services.create_codex(actor=actor, swarm=where, slug=body.slug, title=body.title)
    return Status(201, queries.get_codex(actor, body.slug, where))


@router.put("/{slug}/thresholds", response=dict[str, float])
def set_thresholds(request: HttpRequest, slug: str, body: dict[str, float | None], swarm: str | None = None) -> Any:
    """Override where the comparator's verdicts begin for this codex; what is left out is the default again."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    codex = services.set_thresholds(actor=actor, codex=queries.get_codex(actor, slug, where), thresholds=body)
    return asdict(thresholds_of(codex))


@router.get("/clauses/{int:clause_id}/audits", response=shapes.AuditPage)
def list_clause_audits(request: HttpRequest, clause_id: int, limit: int = 50, cursor: str | None = None) -> Any:
    """Every version of a clause with what it changed, newest first."""
    actor = actor_of(request)
    return page(queries.clause_history(actor, queries.get_clause(actor, clause_id)), limit, cursor)


@router.post("/clauses/{int:clause_id}/versions", response={200: shapes.AuditOut, 201: shapes.AuditOut})
def revise_clause(request: HttpRequest, clause_id: int, body: shapes.ClauseVersionIn) -> Any:
    """Propose a new version; it waits for review. 200 when nothing changed."""
    base = base_version(request, body.base)
    audit = services.revise_clause(
        actor=actor_of(request),
        clause_id=clause_id,
        text=body.text,
        base=base,
        reason=body.reason,
        source="api",
        title=body.title,
        authority=body.authority,
    )
    return Status(200 if audit.version == base else 201, audit)


@router.get("/clauses/{key}", response=shapes.ClauseOut)
def get_clause(request: HttpRequest, response: HttpResponse, key: str, swarm: str | None = None) -> Any:
    """A clause by number or ref."""
    clause = queries.get_clause(actor_of(request), int(key) if key.isdigit() else key, swarm_of(request, swarm))
    response["ETag"] = etag(clause.version)
    if not_modified(request, f"v{clause.version}"):
        return HttpResponse(status=304, headers={"ETag": etag(clause.version)})
    return clause


@router.get("/audits", response=shapes.AuditPage)
def list_audits(
    request: HttpRequest,
    swarm: str | None = None,
    review: str = "pending",
    limit: int = 50,
    cursor: str | None = None,
) -> Any:
    """Edits by the state of their review; `review=` empty gives all."""
    rows = queries.visible_audits(actor_of(request), swarm_of(request, swarm))
    return page(rows.filter(review=review) if review else rows, limit, cursor)


@router.get("/audits/{int:audit_id}", response=shapes.AuditOut)
def get_audit(request: HttpRequest, audit_id: int) -> Any:
    """One edit: what changed, what it touches, how it was decided."""
    return queries.get_audit(actor_of(request), audit_id)


@router.post("/audits/{int:audit_id}/review", response=shapes.AuditOut)
def review_audit(request: HttpRequest, audit_id: int, body: shapes.ReviewIn) -> Any:
    """Decide: accept, send_back or override, each with a reason."""
    return services.review_audit(actor=actor_of(request), audit_id=audit_id, decision=body.decision, reason=body.reason)


@router.get("/{slug}", response=shapes.CodexOut)
def get_codex(request: HttpRequest, slug: str, swarm: str | None = None) -> Any:
    """One rule book."""
    return queries.get_codex(actor_of(request), slug, swarm_of(request, swarm))


@router.get("/{slug}/clauses", response=shapes.ClausePage)
def list_clauses(
    request: HttpRequest, slug: str, swarm: str | None = None, limit: int = 100, cursor: str | None = None
) -> Any:
    """Clauses of a rule book."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    rows = queries.visible_clauses(actor, codex=queries.get_codex(actor, slug, where))
    return page(rows, limit, cursor, newest_first=False)


@router.post("/{slug}/clauses", response={201: shapes.ClauseOut})
def create_clause(request: HttpRequest, slug: str, body: shapes.ClauseIn, swarm: str | None = None) -> Any:
    """Add a rule."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    clause = services.create_clause(
        actor=actor,
        codex=queries.get_codex(actor, slug, where),
        ref=body.ref,
        title=body.title,
        text=body.text,
        authority=body.authority,
        source="api",
        reason=body.reason,
    )
    return Status(201, clause)


@router.post("/{slug}/import", response=shapes.CodexImportOut)
def import_codex(request: HttpRequest, slug: str, body: shapes.CodexImportIn, swarm: str | None = None) -> Any:
    """Import a Markdown rule book, or with `dry_run` only say what that would do."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    document = read_codex(body.document, name=body.name)
    if body.dry_run:
        plan = plan_import(actor=actor, swarm=where, codex_slug=slug, document=document)
        return _imported(plan, True, None, [])
    report = services.import_codex(
        actor=actor, swarm=where, codex_slug=slug, document=document, title=body.title, label=body.label
    )
    label = report.edition.label if report.edition else None
    return _imported(report.plan, False, label, [audit.pk for audit in report.audits])


def _imported(plan: CodexPlan, dry_run: bool, edition: str | None, audits: list[int]) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "counts": plan.counts,
        "edition": edition,
        "audits": audits,
        "rows": plan.rows,
        "warnings": plan.document.warnings,
    }
