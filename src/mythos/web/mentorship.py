"""Mentorship of one assistant: who could teach it, what it adopted, and what came of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may_of
from mythos.assistants.models import Assistant
from mythos.assistants.queries import visible_assistants
from mythos.drafts.queries import pins_of, versions_of
from mythos.errors import ClauseBroken, Invalid, MythosError, NotFound, Stale
from mythos.mentorship import queries, services, trust
from mythos.mentorship.history import trust_graph, trust_history
from mythos.mentorship.previewing import preview_adoption
from mythos.mentorship.ranking import rank_mentors
from mythos.rituals.queries import visible_rituals
from mythos.web.context import current_swarm, user_of
from mythos.web.rituals import choices
from mythos.web.trust_drawing import history_plot, trust_drawing

PAGE_SIZE = 10
MOST_CHOICES = 40
VERBS = ("mentorship.offer", "mentorship.adopt", "assistants.deploy", "rituals.run")
PLACE = "in-place-of-"


def first(request: HttpRequest) -> HttpResponse:
    """Leads to whoever has most to learn, else to one that speaks from something; says what to do where none is."""
    user, swarm = user_of(request), current_swarm(request)
    rows = visible_assistants(user, swarm)
    found = queries.most_to_learn(user, swarm) or rows.exclude(prompt_cluster=[]).first() or rows.first()
    if found is not None:
        return redirect("mentorship.page", found.pk)
    return render(request, "mentorship/none.html")


def page(request: HttpRequest, assistant_id: int) -> HttpResponse:
    """Mentors by what they can teach, what was adopted, and the trust that came of it."""
    return _show(request, queries.get_pupil(user_of(request), assistant_id))


def _show(
    request: HttpRequest, assistant: Assistant, error: MythosError | None = None, typed: Any = None
) -> HttpResponse:
    user = user_of(request)
    newest = versions_of(user, assistant).first()
    edges = trust_graph(user, assistant)
    tag = queries.tag_of(user, assistant)
    context = {
        "assistant": assistant,
        "newest": newest,
        "pins": pins_of(newest) if newest else [],
        "ranking": rank_mentors(user, assistant, most=PAGE_SIZE),
        "tag": tag,
        "sets": queries.sets_of(tag) if tag else [],
        "score": queries.score_now(tag) if tag else 0.0,
        "logs": Paginator(queries.logs_with(user, assistant), PAGE_SIZE).get_page(request.GET.get("page")),
        "updates": queries.updates_for(user, assistant),
        "edges": edges,
        "graph": trust_drawing(assistant, edges),
        "plot": history_plot(trust_history(user, assistant)),
        "others": visible_assistants(user, assistant.swarm).values_list("pk", "name")[:MOST_CHOICES],
        "rituals": visible_rituals(user, assistant.swarm)[:MOST_CHOICES],
        "choices": choices(),
        "half_life": trust.HALF_LIFE.days,
        "prior": trust.PRIOR,
        "may": {verb.replace(".", "_") for verb in may_of(user, VERBS, assistant)},
        "error": error,
        "fields": error.fields if isinstance(error, Invalid) else {},
        "reasons": error.data.get("reasons", []) if error else [],
        "typed": typed or {},
    }
    return render(request, "mentorship/page.html", context, status=error.status if error else 200)


def preview(request: HttpRequest, assistant_id: int) -> HttpResponse:
    """An adoption before it is made: forks, words, tokens, clashes, what becomes stale; POST makes it."""
    user = user_of(request)
    mentee = queries.get_pupil(user, assistant_id)
    given = request.POST if request.method == "POST" else request.GET
    mentor_id, set_name, places = _number(str(given.get("mentor", ""))), str(given.get("set", "")), _places(given)
    error: MythosError | None = None
    if request.method == "POST":
        try:
            services.adopt_prompts(
                actor=user,
                mentee=mentee,
                mentor_id=mentor_id,
                set_name=set_name,
                base=_number(str(given.get("base", ""))),
                in_place_of=places,
                notes=str(given.get("notes", "")),
                expected=str(given.get("digest", "")),
            )
            messages.success(request, f"{mentee.name} adopted {set_name}. Measure it to see what it is worth.")
            return redirect(f"{reverse('mentorship.page', args=[mentee.pk])}#adopted")
        except (ClauseBroken, Stale) as refused:
            error = refused
    try:
        found = preview_adoption(user, mentee, mentor_id, set_name, places)
    except (Invalid, NotFound) as refused:
        return _show(request, mentee, refused)
    context = {
        "assistant": mentee,
        "found": found,
        "own": pins_of(found.base),
        "places": places,
        "place": PLACE,
        "may": {verb.replace(".", "_") for verb in may_of(user, VERBS, mentee)},
        "error": error,
        "typed": given,
    }
    return render(request, "mentorship/preview.html", context, status=error.status if error else 200)


def _places(given: QueryDict) -> dict[int, int]:
    """Whose place each prompt of the mentor takes, from the choices of the form."""
    chosen = ((name.removeprefix(PLACE), str(value)) for name, value in given.items() if name.startswith(PLACE))
    return {int(name): int(value) for name, value in chosen if name.isdigit() and value.isdigit()}


@require_POST
def act(request: HttpRequest, assistant_id: int, verb: str) -> HttpResponse:
    """Offer, withdraw, or try assistants out."""
    verbs: dict[str, Callable[[HttpRequest, Assistant], str]] = {"offer": _offer, "withdraw": _withdraw, "try": _try}
    assistant = queries.get_pupil(user_of(request), assistant_id)
    if verb not in verbs:
        raise NotFound("There is no such act.")
    try:
        messages.success(request, verbs[verb](request, assistant))
    except (Invalid, Stale) as error:
        return _show(request, assistant, error, request.POST)
    return redirect("mentorship.page", assistant.pk)


@require_POST
def act_on(request: HttpRequest, assistant_id: int, log_id: int, verb: str) -> HttpResponse:
    """Measure an adoption, undo it, or say how it did."""
    verbs: dict[str, Callable[[HttpRequest, int], str]] = {"measure": _measure, "undo": _undo, "feedback": _feedback}
    user = user_of(request)
    assistant = queries.get_pupil(user, assistant_id)
    log = queries.get_log(user, log_id)
    if verb not in verbs or log.mentee_id != assistant.pk:
        raise NotFound("There is no such act.")
    try:
        messages.success(request, verbs[verb](request, log.pk))
    except (Invalid, Stale, ClauseBroken) as error:
        return _show(request, assistant, error, request.POST)
    return redirect(f"{reverse('mentorship.page', args=[assistant.pk])}#adopted")


def _offer(request: HttpRequest, assistant: Assistant) -> str:
    name = request.POST.get("name", "").strip() or "Everything"
    prompts = [int(text) for text in request.POST.getlist("prompts") if text.isdigit()]
    tag = queries.tag_of(user_of(request), assistant)
    kept = [
        {"name": row.name, "prompts": [prompt.pk for prompt in row.prompts.all()]}
        for row in (queries.sets_of(tag) if tag and tag.is_offering else [])
        if row.name != name and row.name not in request.POST.getlist("drop")
    ]
    services.offer_mentorship(
        actor=user_of(request),
        assistant=assistant,
        sets=[*kept, {"name": name, "prompts": prompts}] if prompts or not kept else kept,
        subjects=request.POST.get("subjects", "").split(","),
        notes=request.POST.get("notes", ""),
    )
    return f"{assistant.name} offers mentorship."


def _withdraw(request: HttpRequest, assistant: Assistant) -> str:
    services.withdraw_mentorship(actor=user_of(request), assistant=assistant)
    return f"{assistant.name} offers nothing any more; what was adopted stays, frozen."


def _try(request: HttpRequest, assistant: Assistant) -> str:
    runs = services.gather_evidence(actor=user_of(request), mentee=assistant, **_setting(request))
    return f"{len(runs)} runs queued; the ranking follows when they are finished."


def _measure(request: HttpRequest, log_id: int) -> str:
    services.measure_adoption(actor=user_of(request), log_id=log_id, **_setting(request))
    return "The rituals run on the text before and after; the trust delta follows."


def _undo(request: HttpRequest, log_id: int) -> str:
    version = services.undo_adoption(actor=user_of(request), log_id=log_id, reason=request.POST.get("reason", ""))
    return f"Undone: {version.assistant.name} speaks from version {version.number}."


def _feedback(request: HttpRequest, log_id: int) -> str:
    text = request.POST.get("value", "")
    value = int(text) if text.lstrip("-").isdigit() else 9
    services.give_feedback(actor=user_of(request), log_id=log_id, value=value, note=request.POST.get("note", ""))
    return "Your voice counts."


def _setting(request: HttpRequest) -> dict[str, Any]:
    rituals = [int(text) for text in request.POST.getlist("rituals") if text.isdigit()]
    return {
        "rituals": rituals,
        "provider": request.POST.get("provider", ""),
        "model": request.POST.get("model", "").strip(),
    }


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
