"""What-if: what a change of rules would do to every prompt under contract, seen before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_page
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may, require
from mythos.codex import queries
from mythos.codex.models import CodexClause, CodexProposal
from mythos.codex.services import accept_proposal, discard_proposal, propose_change
from mythos.codex.services.suggesting import rules_in_force
from mythos.errors import Invalid, NotFound, Stale
from mythos.formats.codex_markdown import CodexDocument, read_codex
from mythos.text.diff import word_diff
from mythos.text.normalize import MAX_BYTES, decode
from mythos.web.context import current_swarm, user_of
from mythos.web.htmx import render

PAGE_SIZE = 30
MOST_ROWS = 200
MOST_OPTIONS = 1000


def list_page(request: HttpRequest) -> HttpResponse:
    """Every question asked so far, newest first."""
    user, swarm = user_of(request), current_swarm(request)
    rows = queries.visible_proposals(user, swarm).defer("document")
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_propose": may(user, "codex.propose", swarm),
    }
    return render_page(request, "whatif/list.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Edit clauses, or give a newer document; nothing is published by it."""
    user, swarm = user_of(request), current_swarm(request)
    require(user, "codex.propose", swarm)
    edits: list[Edit] = []
    context: dict[str, Any] = {"typed": request.POST, "fields": {}, "edits": edits}
    status = 200
    try:
        _read_edits(request, edits)
        if request.method == "POST" and "add" not in request.POST:
            return redirect("whatif.page", _propose(request, edits).pk)
    except Invalid as error:
        context |= {"error": error, "fields": error.fields, "problems": error.data.get("problems", [])}
        status = 422
    active = queries.visible_clauses(user, swarm).filter(status=CodexClause.Status.ACTIVE)
    context |= {
        "name": request.GET.get("clause", ""),
        "codices": queries.visible_codices(user, swarm),
        "options": active.values_list("codex__slug", "ref", "title")[:MOST_OPTIONS],
        "waiting": queries.waiting_versions([edit.clause.pk for edit in edits]),
    }
    return render_page(request, "whatif/new.html", context, status=status)


@dataclass(frozen=True)
class Edit:
    """A clause in force and what somebody would have it say."""

    clause: CodexClause
    text: str


def _read_edits(request: HttpRequest, edits: list[Edit]) -> None:
    """Fill the list as far as the clauses are known: texts typed already, then the clause to be added as it stands."""
    for name, text in zip(request.POST.getlist("clause"), request.POST.getlist("text"), strict=False):
        edits.append(Edit(_clause(request, name), text))
    name = (request.POST.get("another") or request.GET.get("clause", "")).strip()
    if not name or (request.method == "POST" and "add" not in request.POST):
        return
    clause = _clause(request, name)
    if any(edit.clause.codex_id != clause.codex_id for edit in edits):
        raise Invalid("One question is about one rule book.", fields={"clause": "It is of another rule book."})
    if all(edit.clause.pk != clause.pk for edit in edits):
        edits.append(Edit(clause, rules_in_force([clause])[clause.pk]))


def _clause(request: HttpRequest, name: str) -> CodexClause:
    """A clause in force by its number, or as `codex/ref`, or by its ref alone."""
    user, swarm = user_of(request), current_swarm(request)
    slug, _, ref = name.rpartition("/")
    try:
        book = queries.get_codex(user, slug, swarm) if slug else None
        clause = queries.get_clause(user, int(ref) if ref.isdigit() else ref, swarm, book)
    except NotFound as error:
        raise Invalid(error.message, fields={"clause": error.message}) from None
    if clause.status != CodexClause.Status.ACTIVE:
        raise Invalid("The clause is retired.", fields={"clause": "It is retired; there is nothing to change."})
    return clause


def _propose(request: HttpRequest, edits: list[Edit]) -> CodexProposal:
    user, post = user_of(request), request.POST
    if edits:
        given = [{"ref": edit.clause.ref, "text": edit.text} for edit in edits]
        return propose_change(actor=user, codex=edits[0].clause.codex, edits=given, title=post.get("title", ""))
    try:
        codex = queries.get_codex(user, post.get("codex", ""), current_swarm(request))
    except NotFound:
        raise Invalid("Choose a rule book.", fields={"codex": "Unknown rule book."}) from None
    return propose_change(actor=user, codex=codex, document=_document(request), title=post.get("title", ""))


def _document(request: HttpRequest) -> CodexDocument:
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid("Choose a file.", fields={"file": "Nothing was given."})
    name = upload.name or "document.md"
    return read_codex(decode(upload.read(MAX_BYTES + 1), name=name), name=name)


def page(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """The report; while it is measured the page asks again by itself."""
    return _show(request, queries.get_proposal(user_of(request), proposal_id))


@require_POST
def accept(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Publish exactly what the report shows."""
    user, reason = user_of(request), request.POST.get("reason", "")
    try:
        done = accept_proposal(actor=user, proposal_id=proposal_id, reason=reason)
    except Invalid as error:
        found = queries.get_proposal(user, proposal_id)
        return _show(request, found, {"error": error, "fields": error.fields, "reason": reason}, 422)
    except Stale as error:
        return _show(request, queries.get_proposal(user, proposal_id), {"stale": error, "reason": reason}, 409)
    messages.success(request, f"{done.title}: published. The contracts it touches are checked now.")
    return redirect("whatif.page", done.pk)


@require_POST
def discard(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Put it aside."""
    user = user_of(request)
    try:
        done = discard_proposal(actor=user, proposal_id=proposal_id, reason=request.POST.get("reason", ""))
    except Stale as error:
        return _show(request, queries.get_proposal(user, proposal_id), {"stale": error}, 409)
    messages.success(request, f"{done.title}: put aside. The rules stay as they are.")
    return redirect("whatif.list")


@require_POST
def again(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Ask the same question of the world as it is now; the old report is put aside if it still waits."""
    user = user_of(request)
    old = queries.get_proposal(user, proposal_id)
    fresh = propose_change(
        actor=user,
        codex=old.codex,
        edits=[{key: edit[key] for key in ("ref", "text", "authority")} for edit in old.edits],
        document=read_codex(old.document, name=old.file_name) if old.document else None,
        title=old.title,
    )
    if old.status in {CodexProposal.Status.READY, CodexProposal.Status.FAILED}:
        discard_proposal(actor=user, proposal_id=old.pk, reason=f"Measured again as number {fresh.pk}")
    return redirect("whatif.page", fresh.pk)


def _show(
    request: HttpRequest, proposal: CodexProposal, extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user = user_of(request)
    rows, totals = proposal.report.get("rows", []), proposal.report.get("totals", {})
    may_review = may(user, "codex.review", proposal.codex)
    context = {
        "proposal": proposal,
        "totals": totals,
        "clean": totals.get("clean", 0) - totals.get("untested", 0),
        "rows": rows[:MOST_ROWS],
        "more_rows": max(0, len(rows) - MOST_ROWS),
        "clauses": proposal.report.get("clauses", []),
        "rituals": proposal.report.get("rituals", [])[:MOST_ROWS],
        "edits": _edits(request, proposal),
        "may_review": may_review,
        "may_propose": may_review or may(user, "codex.propose", proposal.codex),
        **(extra or {}),
    }
    return render(request, "whatif/page.html", "whatif/_report.html", context, status=status)


def _edits(request: HttpRequest, proposal: CodexProposal) -> list[dict[str, Any]]:
    """Each edited clause with the words that would change, seen from the version in force when it was asked."""
    wanted = {edit["ref"]: edit for edit in proposal.edits}
    audits = queries.visible_audits(user_of(request)).filter(clause__codex=proposal.codex, clause__ref__in=wanted)
    before = {(audit.clause.ref, audit.version): audit for audit in audits}
    found = []
    for ref, edit in wanted.items():
        version = edit.get("in_force", edit["base"])
        audit = before.get((ref, version))
        if audit is not None:
            diff = word_diff(audit.new_version, edit["text"])
            found.append({"ref": ref, "clause": audit.clause, "base": version, "diff": diff})
    return found
