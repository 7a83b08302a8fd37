"""Webhooks of the swarm: who is told what happens, what was sent and how it went; for owners."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mythos.errors import Invalid
from mythos.web.context import current_swarm, user_of
from mythos.webhooks import queries, services
from mythos.webhooks.events import TYPES
from mythos.webhooks.models import WebhookDelivery

PAGE = 30
STATES = WebhookDelivery.State.choices


def list_page(request: HttpRequest) -> HttpResponse:
    """All of them, and a form for another; the secret of a new one is shown this once."""
    actor, swarm = user_of(request), current_swarm(request)
    context: dict[str, Any] = {"types": TYPES, "fields": {}, "typed": {}}
    if request.method == "POST":
        try:
            context["issued"] = services.add_endpoint(actor=actor, swarm=swarm, **_typed(request))
        except Invalid as error:
            context |= {"fields": error.fields, "typed": _typed(request)}
    context["endpoints"] = queries.endpoints_of(actor, swarm)
    return _shown(request, "webhooks/list.html", context)


def page(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """One webhook: how it stands, its log, and what may be changed."""
    return _page(request, webhook_id, {})


@require_POST
def act(request: HttpRequest, webhook_id: int, verb: str) -> HttpResponse:
    """Save, try out, switch on or off, give another secret, or remove."""
    actor = user_of(request)
    try:
        if verb == "ping":
            services.send_ping(actor=actor, endpoint_id=webhook_id)
            messages.success(request, "A ping is on its way; look below whether it arrives.")
        elif verb == "remove":
            services.remove_endpoint(actor=actor, endpoint_id=webhook_id)
            messages.success(request, "The webhook and its log are gone.")
            return redirect("webhooks.list")
        elif verb == "rotate":
            issued = services.rotate_secret(actor=actor, endpoint_id=webhook_id)
            return _page(request, webhook_id, {"issued": issued})
        elif verb in {"on", "off"}:
            services.set_enabled(actor=actor, endpoint_id=webhook_id, is_enabled=verb == "on")
            messages.success(request, f"The webhook is {verb}.")
        else:
            services.update_endpoint(actor=actor, endpoint_id=webhook_id, **_typed(request))
            messages.success(request, "Saved.")
    except Invalid as error:
        return _page(request, webhook_id, {"fields": error.fields, "problem": error, "typed": _typed(request)})
    return redirect("webhooks.page", webhook_id)


@require_POST
def replay(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send a finished message again."""
    actor = user_of(request)
    row = queries.get_delivery(actor, delivery_id)
    try:
        services.replay_delivery(actor=actor, delivery_id=delivery_id)
        messages.success(request, f"{row.event} is sent again.")
    except Invalid as error:
        messages.error(request, error.message)
    return redirect("webhooks.page", row.endpoint_id)


def _page(request: HttpRequest, webhook_id: int, more: dict[str, Any]) -> HttpResponse:
    actor = user_of(request)
    endpoint = queries.get_endpoint(actor, webhook_id)
    state = request.GET.get("state", "")
    rows = queries.deliveries_of(actor, endpoint, state if state in WebhookDelivery.State.values else "")
    typed = {"url": endpoint.url, "events": endpoint.events, "description": endpoint.description}
    context: dict[str, Any] = {"types": TYPES, "fields": {}, "typed": typed, "endpoint": endpoint, "states": STATES}
    context |= {"state": state, "page": Paginator(rows, PAGE).get_page(request.GET.get("page"))}
    return _shown(request, "webhooks/page.html", context | more)


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context, status=422 if context["fields"] else 200)
    if context.get("issued"):
        response["Cache-Control"] = "no-store"
    return response


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {
        "url": request.POST.get("url", "").strip(),
        "events": request.POST.getlist("events"),
        "description": request.POST.get("description", ""),
    }
