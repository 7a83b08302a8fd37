"""Roles: named sets of clauses that contracts inherit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mythos.accounts.permissions import may
from mythos.codex import queries
from mythos.codex.models import CodexClause, CodexRole
from mythos.codex.services import save_role
from mythos.codex.services.checks import contracts_with_role
from mythos.codex.services.suggesting import rules_in_force
from mythos.errors import Invalid, Stale
from mythos.web.context import current_swarm, user_of
from mythos.web.contracts import lead_of
from mythos.web.forms.contracts import TypedClause, clauses_from_post, whole

MOST_OPTIONS = 1000
MOST_HEIRS = 200


def list_page(request: HttpRequest) -> HttpResponse:
    """Every role in force; a POST makes an empty one."""
    user, swarm = user_of(request), current_swarm(request)
    fields: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = save_role(
                actor=user,
                swarm=swarm,
                name=request.POST.get("name", "").strip(),
                base=0,
                title=request.POST.get("title", ""),
                description=request.POST.get("description", ""),
            )
            messages.success(request, f"{made.title} is made. Give it clauses.")
            return redirect("roles.page", made.name)
        except Invalid as error:
            fields = error.fields
        except Stale:
            fields = {"name": "There is a role of this name already."}
    context = {
        "roles": queries.visible_roles(user, swarm),
        "fields": fields,
        "typed": request.POST,
        "may_edit": may(user, "codex.edit", swarm),
    }
    return render(request, "roles/list.html", context, status=422 if fields else 200)


def page(request: HttpRequest, name: str) -> HttpResponse:
    """One role; a POST saves its next version."""
    user, swarm = user_of(request), current_swarm(request)
    version = request.GET.get("version", "")
    role = queries.get_role(user, swarm, name, int(version) if version.isdigit() else None)
    if request.method != "POST":
        return _show(request, role, _typed(role))
    typed: dict[str, Any] = {
        "title": request.POST.get("title", ""),
        "description": request.POST.get("description", ""),
        "clauses": clauses_from_post(request.POST),
        "includes": request.POST.getlist("include"),
        "base": whole(request.POST.get("base", "")),
    }
    if request.POST.get("step") == "add":
        return _show(request, role, typed)
    try:
        saved = save_role(
            actor=user,
            swarm=swarm,
            name=name,
            base=typed["base"],
            title=typed["title"],
            description=typed["description"],
            clauses=[
                {"codex": row.codex, "ref": row.ref, "obligation": row.obligation}
                for row in typed["clauses"]
                if row.is_ticked
            ],
            includes=typed["includes"],
        )
    except Invalid as error:
        return _show(request, role, typed, {"error": error, "fields": error.fields}, 422)
    except Stale as error:
        newer = queries.get_role(user, swarm, name)
        return _show(request, newer, typed | {"base": newer.version}, {"stale": error}, 409)
    if saved.version == typed["base"]:
        messages.info(request, "Nothing changed, so nothing was saved.")
    else:
        messages.success(request, f"Version {saved.version} is in force; contracts that inherit it are checked again.")
    return redirect("roles.page", name)


def _typed(role: CodexRole) -> dict[str, Any]:
    return {
        "title": role.title,
        "description": role.description,
        "clauses": [TypedClause(term["codex"], term["ref"], 0, term["obligation"]) for term in role.clauses],
        "includes": role.includes,
        "base": role.version,
    }


def _show(
    request: HttpRequest,
    role: CodexRole,
    typed: dict[str, Any],
    extra: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, swarm = user_of(request), role.swarm
    found = queries.active_clauses_by_ref(swarm, [row.ref for row in typed["clauses"]])
    clauses = {(clause.codex.slug, ref): clause for ref, rows in found.items() for clause in rows}
    clauses |= {("", ref): rows[0] for ref, rows in found.items()}
    texts = rules_in_force(list(clauses.values()))
    pinned = {(term["codex"], term["ref"]): term["version"] for term in role.clauses}
    active = queries.visible_clauses(user, swarm).filter(status=CodexClause.Status.ACTIVE)
    others = list(queries.visible_roles(user, swarm).exclude(name=role.name))
    heirs = queries.visible_contracts(user, swarm).filter(prompt__in=contracts_with_role(swarm.pk, role.name))
    context = {
        "role": role,
        "typed": typed,
        "rows": [
            {
                "typed": row,
                "name": "/".join(part for part in row.key if part),
                "clause": clause,
                "lead": lead_of(row.obligation or (texts[clause.pk] if clause else "")),
                "pinned": pinned.get(row.key, 0),
            }
            for row in typed["clauses"]
            for clause in [clauses.get(row.key)]
        ],
        "options": active.values_list("codex__slug", "ref", "title")[:MOST_OPTIONS],
        "others": others,
        "included_by": [other for other in others if role.name in other.includes],
        "heirs": heirs[:MOST_HEIRS],
        "history": queries.role_history(user, swarm, role.name),
        "may_edit": role.is_newest and may(user, "codex.edit", swarm),
        **(extra or {}),
    }
    return render(request, "roles/page.html", context, status=status)
