"""The form of a new chain: what would be trained, whether the rituals can carry it, what it would cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mythos.accounts.permissions import require
from mythos.errors import Invalid, MythosError
from mythos.training import services
from mythos.training.queries import trainable_assistants
from mythos.training.readiness import estimate, readiness
from mythos.web.context import current_swarm, user_of
from mythos.web.rituals import choices

WHOLE = ("calls", "tokens", "steps", "seed", "max_tokens", "in_flight", "window")
BROKEN = ("money", "seconds", "goal", "temperature")
DEFAULTS = {"provider": "scripted", "calls": "300", "seed": "0", "max_tokens": "512", "temperature": "0"}


def new(request: HttpRequest) -> HttpResponse:
    """Choose assistants, see what they would be trained on and what that costs, and start."""
    user, swarm = user_of(request), current_swarm(request)
    require(user, "training.run", swarm)
    is_post = request.method == "POST"
    data = request.POST if is_post else request.GET
    typed = {**DEFAULTS, **{name: data.get(name, "") for name in data}}
    chosen = data.getlist("assistants")
    context: dict[str, Any] = {
        "assistants": trainable_assistants(user, swarm),
        "chosen": chosen,
        "typed": typed,
        "choices": choices(),
        "engines": services.ENGINES,
        "fields": {},
        "copies": not is_post or bool(data.get("refuse_copies")),
    }
    try:
        wish = services.wish_from(_read(typed, refuse_copies=context["copies"]))
        if is_post and data.get("do") == "start":
            chain = services.start_chain(
                actor=user, swarm=swarm, title=typed.get("title", ""), assistants=chosen, wish=wish
            )
            return redirect("chains.page", chain.pk)
        if chosen:
            involved = services.involved_assistants(user, swarm, chosen)
            plan = services.plan_chain(user, swarm, involved, wish)
            context["fields"] = services.not_set_up(wish)
            context |= {"plan": plan, "rows": readiness(plan), "cost": estimate(swarm, plan, wish)}
    except MythosError as error:
        if not isinstance(error, Invalid) and not is_post:
            raise
        context |= {"fields": error.fields, "error": error}
        return render(request, "training/new.html", context, status=422 if is_post else 200)
    return render(request, "training/new.html", context)


def _read(typed: Mapping[str, str], *, refuse_copies: bool) -> dict[str, Any]:
    """What was typed as a wish; Invalid names every field that is no number."""
    found: dict[str, Any] = {"refuse_copies": refuse_copies}
    wrong: dict[str, str] = {}
    for name in ("provider", "engine", "model", "reflector", "reflector_model", "judge"):
        found[name] = typed.get(name, "").strip()
    found["engine"] = found["engine"] or services.ENGINES[0]
    for name in (*WHOLE, *BROKEN):
        text = typed.get(name, "").strip()
        if not text:
            continue
        try:
            found[name] = int(text) if name in WHOLE else float(text)
        except ValueError:
            wrong[name] = "A whole number." if name in WHOLE else "A number."
    if wrong:
        raise Invalid("The chain cannot start.", fields=wrong)
    return found
