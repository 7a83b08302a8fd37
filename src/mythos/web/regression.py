"""What each edit of a rule did to its meaning, which prompts depend on it, and the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_page
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may
from mythos.codex.models import CodexClauseAudit
from mythos.codex.queries import (
    AuditReport,
    audit_report,
    clause_history,
    get_audit,
    get_clause,
    pending_audits,
    visible_audits,
)
from mythos.codex.services import review_audit
from mythos.errors import Invalid, Stale
from mythos.web.context import current_swarm, user_of
from mythos.web.htmx import render

VIEWS = ("columns", "inline", "source")
# What acceptance would do to a prompt, in the words of a page that is read after it.
AS_IT_CAME = {
    "Would contradict the rule": "Contradicted the rule",
    "Would say less than the rule": "Said less than the rule",
    "Would carry the rule": "Carried the rule",
    "Contradicts both versions": "Contradicted both versions",
    "Tagged, but says none of it": "Tagged, but said none of it",
}


def queue(request: HttpRequest) -> HttpResponse:
    """Edits that wait for a decision, and the last ones decided."""
    user, swarm = user_of(request), current_swarm(request)
    decided = visible_audits(user, swarm).exclude(review="pending").exclude(change="first")
    context = {"waiting": pending_audits(user, swarm), "decided": decided.order_by("-reviewed_at")[:30]}
    return render_page(request, "codex/queue.html", context)


def page(request: HttpRequest, clause_id: str) -> HttpResponse:
    """The regression page of a clause, by number or ref; `?from=` and `?to=` choose two versions."""
    user = user_of(request)
    if not clause_id.isdigit():
        return redirect("regression.page", str(get_clause(user, clause_id, current_swarm(request)).pk))
    clause = get_clause(user, int(clause_id))
    to_version = _number(request.GET.get("to"))
    audit = (
        next((row for row in clause_history(user, clause) if to_version in (None, row.version)), None)
        or clause_history(user, clause)[0]
    )
    return _show(request, audit, {}, 200)


@require_POST
def review(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Accept, send back or override, with a reason."""
    decision = request.POST.get("decision", "")
    try:
        audit = review_audit(
            actor=user_of(request),
            audit_id=audit_id,
            decision=decision,
            reason=request.POST.get("reason", ""),
        )
    except Invalid as error:
        typed = {"fields": error.fields, "reason": request.POST.get("reason", ""), "decision": decision}
        return _show(request, get_audit(user_of(request), audit_id), typed, 422)
    except Stale as error:
        return _show(request, get_audit(user_of(request), audit_id), {"stale": error}, 409)
    messages.success(request, f"{audit.clause.ref} v{audit.version}: {audit.get_review_display()}.")
    return redirect("regression.page", str(audit.clause_id))


def _show(request: HttpRequest, audit: CodexClauseAudit, extra: dict[str, Any], status: int) -> HttpResponse:
    user = user_of(request)
    report = audit_report(
        user,
        audit.pk,
        from_version=_number(request.GET.get("from")),
        to_version=_number(request.GET.get("to")),
    )
    view = request.GET.get("view", "columns")
    context = {
        "report": report,
        "audit": audit,
        "in_hindsight": AS_IT_CAME if audit.review in {"accepted", "overridden"} else {},
        "clause": audit.clause,
        "view": view if view in VIEWS else "columns",
        "may_review": may(user, "codex.review", audit),
        "verdict": _verdict(report),
        "marks": [] if request.GET.get("from") or request.GET.get("to") else report.flags,
        **extra,
    }
    return render(request, "codex/regression.html", "codex/_regression.html", context, status=status)


def _verdict(report: AuditReport) -> tuple[str, str]:
    """Badge status and words for the head of the page."""
    audit = report.audit
    if audit.review != CodexClauseAudit.Review.PENDING:
        status = {"accepted": "ok", "overridden": "warn", "sent_back": "bad"}[audit.review]
        return status, audit.get_review_display().capitalize()
    if audit.status == CodexClauseAudit.Status.FAILED:
        return "warn", "Could not be measured"
    if not report.is_measured:
        return "mute", "Being measured"
    if report.blocks:
        count = len(report.blocks)
        return "bad", f"Blocked by {count} flag{'s' if count != 1 else ''}"
    if audit.regression_flag:
        return "bad", "Reads as worse"
    if audit.verdict == "uncertain":
        return "warn", "Needs a look"
    return "info", "Waits for review"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
