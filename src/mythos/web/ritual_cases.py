"""One case of a ritual in the editor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mythos import plugins
from mythos.accounts.permissions import require
from mythos.codex.models import CodexClause
from mythos.codex.queries import visible_clauses
from mythos.errors import Invalid, NotFound, Stale
from mythos.rituals import queries, services
from mythos.rituals.models import Ritual, RitualCase, Split
from mythos.web.context import user_of
from mythos.web.forms.rituals import TypedCase, TypedCheck, case_from_post, from_case

COMMON = ("icontains", "not-icontains", "contains-any", "is-refusal", "is-json", "max-tokens", "similar", "llm-rubric")
MOST_OPTIONS = 500
SPARE_ROWS = 2


def case(request: HttpRequest, ritual_id: int) -> HttpResponse:
    """A new case, or the one of `?ref=`; a POST saves it on top of the version that was shown, or removes it."""
    user = user_of(request)
    ritual = queries.get_ritual(user, ritual_id)
    require(user, "rituals.edit", ritual)
    ref = request.GET.get("ref", "")
    old = _case(ritual, ref)
    if request.method != "POST":
        typed = from_case(old) if old else TypedCase(input=request.GET.get("input", ""))
        return _show(request, ritual, ref, typed)
    return _save(request, ritual, ref)


def propose(request: HttpRequest, ritual: Ritual, typed: TypedCase) -> HttpResponse:
    """The form of a new case, filled in but not saved: what it has to be like is still to be said."""
    require(user_of(request), "rituals.edit", ritual)
    return _show(request, ritual, "", typed)


def _save(request: HttpRequest, ritual: Ritual, ref: str) -> HttpResponse:
    user, step = user_of(request), request.POST.get("step", "save")
    typed, base = case_from_post(request.POST), request.POST.get("base", "")
    version = int(base) if base.isdigit() else 0
    if request.POST.get("remove") or step == "add":
        return _show(request, ritual, ref, typed)
    try:
        if step == "retire":
            services.remove_case(actor=user, ritual_id=ritual.pk, ref=ref, base=version)
            messages.success(request, f"{ref} is no longer in use; its results stay.")
        else:
            saved = services.save_case(actor=user, ritual_id=ritual.pk, case=typed.record(), base=version, replaces=ref)
            messages.success(request, f"{saved.ref} saved.")
    except Invalid as error:
        problems = [problem["message"] for problem in error.data.get("problems", [])]
        return _show(request, ritual, ref, typed, {"fields": error.fields, "error": error, "said": problems}, 422)
    except Stale as error:
        return _show(request, ritual, ref, typed, {"stale": error}, 409)
    return redirect("rituals.page", ritual.pk)


def _case(ritual: Ritual, ref: str) -> RitualCase | None:
    if not ref:
        return None
    found = queries.cases_of(ritual).filter(ref=ref).first()
    if found is None:
        raise NotFound(f"There is no case {ref!r}.")
    return found


def _show(
    request: HttpRequest,
    ritual: Ritual,
    ref: str,
    typed: TypedCase,
    extra: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    clauses = visible_clauses(user_of(request), ritual.swarm).filter(status=CodexClause.Status.ACTIVE)
    context = {
        "ritual": ritual,
        "ref": ref,
        "typed": typed,
        "checks": [*typed.checks, *(TypedCheck() for _ in range(SPARE_ROWS))],
        "kinds": {"Often used": COMMON, "All": sorted(set(plugins.names("grader")) - set(COMMON))},
        "splits": Split.choices,
        "clauses": clauses.values_list("ref", "title")[:MOST_OPTIONS],
        "fields": {},
        **(extra or {}),
    }
    return render(request, "rituals/case.html", context, status=status)
