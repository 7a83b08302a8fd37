"""One rule: its text, its lineage, and a form to propose a new version."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may, require
from mythos.codex.models import CodexClause
from mythos.codex.queries import clause_history, get_clause, get_codex, waiting_versions
from mythos.codex.services import create_clause, revise_clause
from mythos.errors import Invalid, Stale
from mythos.text.diff import word_diff
from mythos.text.normalize import normalize
from mythos.web import advice
from mythos.web.context import current_swarm, user_of


def page(request: HttpRequest, clause_id: int) -> HttpResponse:
    """The rule; a POST proposes a new version of it."""
    user = user_of(request)
    clause = get_clause(user, clause_id)
    context: dict[str, object] = {"text": clause.text, "base": clause.version}
    status = 200
    if request.method == "POST":
        text, base = request.POST.get("text", ""), request.POST.get("base", "")
        context |= {"text": text, "base": base, "reason": request.POST.get("reason", ""), "is_open": True}
        try:
            audit = revise_clause(
                actor=user,
                clause_id=clause.pk,
                text=text,
                base=int(base) if base.isdigit() else 0,
                reason=request.POST.get("reason", ""),
                authority=request.POST.get("authority", clause.authority),
            )
            if audit.version == clause.version:
                messages.info(request, "Nothing changed, so nothing was saved.")
                return redirect("clauses.page", clause.pk)
            messages.success(request, f"Version {audit.version} waits for review.")
            return redirect("regression.page", str(clause.pk))
        except Invalid as error:
            context["fields"], status = error.fields, 422
        except Stale as error:
            status = 409
            context |= {"stale": error, "base": error.data["current_version"]}
            context["newer"] = word_diff(normalize(text), error.data["current_text"])
    history = clause_history(user, clause)
    context |= {
        "clause": clause,
        "in_force": next((row.new_version for row in history if row.version == clause.accepted_version), clause.text),
        "history": history,
        "waiting": waiting_versions([clause.pk]).get(clause.pk),
        "may_edit": may(user, "codex.edit", clause),
        "authorities": CodexClause.Authority.choices,
    }
    return render(request, "codex/clause.html", context, status=status)


def by_ref(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """The page of a rule by its codex and id, as other rules name it."""
    user, swarm = user_of(request), current_swarm(request)
    return redirect("clauses.page", get_clause(user, ref, swarm, get_codex(user, slug, swarm)).pk)


@require_POST
def check(request: HttpRequest, clause_id: int) -> HttpResponse:
    """Advice on a draft of the rule while it is typed."""
    user = user_of(request)
    clause = get_clause(user, clause_id)
    require(user, "codex.edit", clause)
    return advice.show(request, advice.advise(request.POST.get("text", ""), clause.text))


def new(request: HttpRequest) -> HttpResponse:
    """A form for a new rule."""
    user, swarm = user_of(request), current_swarm(request)
    codex = get_codex(user, request.POST.get("codex") or request.GET.get("codex", ""), swarm)
    require(user, "codex.edit", codex)
    fields: dict[str, str] = {}
    if request.method == "POST":
        try:
            clause = create_clause(
                actor=user,
                codex=codex,
                ref=request.POST.get("ref", "").strip(),
                title=request.POST.get("title", ""),
                text=request.POST.get("text", ""),
                authority=request.POST.get("authority", ""),
            )
            messages.success(request, f"{clause.ref} is in force.")
            return redirect("clauses.page", clause.pk)
        except Invalid as error:
            fields = error.fields
    context = {
        "codex": codex, "fields": fields, "typed": request.POST, "authorities": CodexClause.Authority.choices,
    }  # fmt: skip
    return render(request, "codex/new_clause.html", context, status=422 if fields else 200)
