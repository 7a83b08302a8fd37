"""Webhooks: who is told what happens, and every message that was sent."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.schemas import webhooks as shapes
from mythos.errors import Invalid
from mythos.webhooks import queries, services
from mythos.webhooks.events import TYPES
from mythos.webhooks.models import WebhookEndpoint

router = Router(tags=["webhooks"])


@router.get("", response=list[shapes.WebhookOut])
def list_webhooks(request: HttpRequest, swarm: str | None = None) -> Any:
    """Webhooks of the swarm; for owners."""
    return queries.endpoints_of(actor_of(request), swarm_of(request, swarm))


@router.post("", response={201: shapes.WebhookSecretOut})
def add_webhook(request: HttpRequest, response: HttpResponse, body: shapes.WebhookIn, swarm: str | None = None) -> Any:
    """Tell an address what happens from now on. The secret is in this answer and in no other."""
    _refuse_key(request)
    issued = services.add_endpoint(
        actor=actor_of(request),
        swarm=swarm_of(request, swarm),
        url=body.url,
        events=body.events,
        description=body.description,
    )
    return Status(201, _with_secret(response, issued))


@router.get("/events", response=list[shapes.EventTypeOut])
def list_event_types(request: HttpRequest) -> Any:
    """Every type of event that can be announced."""
    return [{"type": name, "means": text} for name, text in TYPES.items()]


@router.post("/deliveries/{int:delivery_id}/replay", response={202: shapes.DeliveryOut})
def replay_delivery(request: HttpRequest, delivery_id: int) -> Any:
    """Send a finished message again, under its own id."""
    return Status(202, services.replay_delivery(actor=actor_of(request), delivery_id=delivery_id))


@router.get("/{int:webhook_id}", response=shapes.WebhookOut)
def get_webhook(request: HttpRequest, webhook_id: int) -> Any:
    """One webhook."""
    return queries.get_endpoint(actor_of(request), webhook_id)


@router.patch("/{int:webhook_id}", response=shapes.WebhookOut)
def update_webhook(request: HttpRequest, webhook_id: int, body: shapes.WebhookPatch) -> Any:
    """Change it, switch it off or on; what is left out stays."""
    actor = actor_of(request)
    row: WebhookEndpoint = services.update_endpoint(
        actor=actor, endpoint_id=webhook_id, url=body.url, events=body.events, description=body.description
    )
    if body.is_enabled is not None and body.is_enabled != row.is_enabled:
        row = services.set_enabled(actor=actor, endpoint_id=webhook_id, is_enabled=body.is_enabled)
    return row


@router.delete("/{int:webhook_id}", response={204: None})
def remove_webhook(request: HttpRequest, webhook_id: int) -> Any:
    """Forget it with its log."""
    services.remove_endpoint(actor=actor_of(request), endpoint_id=webhook_id)
    return Status(204, None)


@router.post("/{int:webhook_id}/rotate", response=shapes.WebhookSecretOut)
def rotate_secret(request: HttpRequest, response: HttpResponse, webhook_id: int) -> Any:
    """A new secret, in this answer and in no other; messages carry both signatures for a day."""
    _refuse_key(request)
    return _with_secret(response, services.rotate_secret(actor=actor_of(request), endpoint_id=webhook_id))


@router.post("/{int:webhook_id}/ping", response={202: shapes.DeliveryOut})
def send_ping(request: HttpRequest, webhook_id: int) -> Any:
    """Queue a message that says nothing, to see whether it arrives."""
    return Status(202, services.send_ping(actor=actor_of(request), endpoint_id=webhook_id))


@router.get("/{int:webhook_id}/deliveries", response=shapes.DeliveryPage)
def list_deliveries(
    request: HttpRequest, webhook_id: int, state: str = "", limit: int = 50, cursor: str | None = None
) -> Any:
    """Messages of a webhook, newest first: waiting, delivered or given up, with every attempt."""
    actor = actor_of(request)
    return page(queries.deliveries_of(actor, queries.get_endpoint(actor, webhook_id), state), limit, cursor)


def _with_secret(response: HttpResponse, issued: services.Issued) -> dict[str, Any]:
    response["Cache-Control"] = "no-store"
    shown = {name: getattr(issued.endpoint, name) for name in shapes.WebhookOut.model_fields}
    return shown | {"secret": issued.secret}


def _refuse_key(request: HttpRequest) -> None:
    """An answer that is kept for a repeated request would keep the secret too."""
    if request.headers.get("Idempotency-Key"):
        raise Invalid("This answer is not kept, so it takes no Idempotency-Key.", hint="Leave the header out.")
