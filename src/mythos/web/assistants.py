"""The roster, and what one assistant speaks from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may_of
from mythos.assistants.models import Assistant
from mythos.assistants.queries import get_assistant, visible_assistants
from mythos.assistants.services import create_assistant
from mythos.codex.serving import serve_assistant
from mythos.drafts import queries, services
from mythos.errors import ClauseBroken, Invalid, NotFound, Stale
from mythos.web.context import current_swarm, user_of

PAGE_SIZE = 20


def roster(request: HttpRequest) -> HttpResponse:
    """Assistants of the swarm, and a form for another."""
    user, swarm = user_of(request), current_swarm(request)
    fields: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = create_assistant(
                actor=user,
                swarm=swarm,
                slug=request.POST.get("slug", "").strip(),
                name=request.POST.get("name", ""),
                description=request.POST.get("description", ""),
            )
            messages.success(request, f"{made.name} joined the roster.")
            return redirect("assistants.roster")
        except Invalid as error:
            fields = error.fields
    rows = visible_assistants(user, swarm).annotate(
        prompt_count=Count("prompts", distinct=True), last_change=Max("prompts__updated_at")
    )
    context = {
        "assistants": rows,
        "fields": fields,
        "typed": request.POST,
        "deployed": queries.last_deployed([row.pk for row in rows]),
    }
    return render(request, "assistants/roster.html", context, status=422 if fields else 200)


def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The text an assistant speaks from, what it is pinned to, and every version."""
    return _show(request, _assistant(request, slug))


def _assistant(request: HttpRequest, slug: str) -> Assistant:
    return get_assistant(user_of(request), slug, current_swarm(request))


def _show(
    request: HttpRequest, assistant: Assistant, extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user = user_of(request)
    versions = queries.versions_of(user, assistant)
    newest = versions.first()
    pins = queries.pins_of(newest) if newest else []
    try:
        served = serve_assistant(user, assistant)
        text, gone = served.compiled.text, ""
    except (NotFound, Invalid) as error:
        text, gone = "", error.message
    context = {
        "assistant": assistant,
        "newest": newest,
        "versions": Paginator(versions, PAGE_SIZE).get_page(request.GET.get("page")),
        "pins": pins,
        "offers": queries.pin_offers(pins),
        "drafts": queries.visible_drafts(user, assistant.swarm).filter(assistant=assistant)[:5],
        "text": text,
        "gone": gone,
        "prompt_count": assistant.prompts.filter(deleted_at=None).count(),
        "may": {verb.replace(".", "_") for verb in may_of(user, ("drafts.edit", "assistants.deploy"), assistant)},
        **(extra or {}),
    }
    return render(request, "assistants/page.html", context, status=status)


def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Two versions of an assistant: the words, and the pins."""
    assistant = _assistant(request, slug)
    newest = queries.get_version(user_of(request), assistant).number
    old, new = (request.GET.get(name, "") for name in ("from", "to"))
    right = int(new) if new.isdigit() else newest
    left = int(old) if old.isdigit() else max(1, right - 1)
    context = {
        "assistant": assistant,
        "found": queries.compare_versions(user_of(request), assistant, left, right),
        "numbers": range(newest, 0, -1),
    }
    return render(request, "assistants/compare.html", context)


@require_POST
def roll_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Copy an old version forward."""
    assistant = _assistant(request, slug)
    number, base = _number(request, "version"), _number(request, "base")
    try:
        made = services.roll_back_assistant(
            actor=user_of(request), assistant=assistant, number=number, base=base, reason=request.POST.get("reason", "")
        )
    except (ClauseBroken, Stale) as error:
        return _show(request, assistant, {"error": error, "reasons": error.data.get("reasons", [])}, error.status)
    messages.success(request, f"Version {number} copied forward as version {made.number}.")
    return redirect("assistants.page", assistant.slug)


@require_POST
def pin(request: HttpRequest, slug: str) -> HttpResponse:
    """Pin a newer checkpoint of one prompt."""
    assistant = _assistant(request, slug)
    try:
        made = services.move_pin(
            actor=user_of(request),
            assistant=assistant,
            prompt_id=_number(request, "prompt"),
            checkpoint_id=_number(request, "checkpoint"),
            base=_number(request, "base"),
            reason=request.POST.get("reason", ""),
        )
    except (ClauseBroken, Stale) as error:
        return _show(request, assistant, {"error": error, "reasons": error.data.get("reasons", [])}, error.status)
    messages.success(request, f"The pin moved; {assistant.name} speaks from version {made.number}.")
    return redirect("assistants.page", assistant.slug)


@require_POST
def clone(request: HttpRequest, slug: str) -> HttpResponse:
    """A draft of what the assistant speaks from."""
    made = services.clone_assistant(
        actor=user_of(request), assistant=_assistant(request, slug), name=request.POST.get("name", "")
    )
    return redirect("drafts.page", made.pk)


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdigit() else 0
