"""Endpoints: added, changed, switched on and off, tried out; their secrets are shown once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.addresses import target_of
from mythos.errors import Invalid
from mythos.webhooks.events import PING, TYPES, Event
from mythos.webhooks.models import WebhookDelivery, WebhookEndpoint
from mythos.webhooks.queries import get_endpoint
from mythos.webhooks.services.queueing import queue_lane, queue_message
from mythos.webhooks.signing import new_salt, secret_of

MOST_ENDPOINTS = 50
OVERLAP = timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """An endpoint with its new secret, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: str


def add_endpoint(*, actor: Actor, swarm: Swarm, url: str, events: Sequence[str] = (), description: str = "") -> Issued:
    """Tell another program what happens here from now on."""
    require(actor, "webhooks.manage", swarm)
    target_of(url, settings.PRIVATE_NETWORKS)
    if WebhookEndpoint.objects.filter(swarm=swarm).count() >= MOST_ENDPOINTS:
        raise Invalid(f"A swarm has at most {MOST_ENDPOINTS} webhooks.", fields={"url": "Remove another one first."})
    row = WebhookEndpoint.objects.create(
        swarm=swarm,
        url=_short(url),
        description=description.strip()[:200],
        events=_known(events),
        salt=new_salt(),
        created_by=person(actor),
    )
    return Issued(row, secret_of(row.salt))


def update_endpoint(
    *,
    actor: Actor,
    endpoint_id: int,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
) -> WebhookEndpoint:
    """Change where messages go and which; None leaves a value as it is."""
    row = get_endpoint(actor, endpoint_id)
    if url is not None:
        target_of(url, settings.PRIVATE_NETWORKS)
        row.url = _short(url)
    row.events = _known(events) if events is not None else row.events
    row.description = description.strip()[:200] if description is not None else row.description
    row.save(update_fields=["url", "events", "description"])
    return row


def set_enabled(*, actor: Actor, endpoint_id: int, is_enabled: bool) -> WebhookEndpoint:
    """Switch an endpoint off, or on again: what waits is then sent in order."""
    row = get_endpoint(actor, endpoint_id)
    with transaction.atomic():
        row.is_enabled, row.disabled_reason = is_enabled, ""
        row.disabled_at = None if is_enabled else timezone.now()
        row.failing_since, row.unreachable, row.rest_until = None, 0, None
        row.save()
        if is_enabled:
            hasten(row)
    return row


def hasten(endpoint: WebhookEndpoint) -> None:
    """Try everything that waits now; the caller holds the transaction."""
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookDelivery.State.PENDING)
    waiting.update(next_at=timezone.now())
    for lane in waiting.order_by("lane").values_list("lane", flat=True).distinct():
        queue_lane(endpoint, lane, hurry=True)


def rotate_secret(*, actor: Actor, endpoint_id: int) -> Issued:
    """A new secret; messages are signed with both for a day."""
    row = get_endpoint(actor, endpoint_id)
    row.previous_salt, row.previous_until = row.salt, timezone.now() + OVERLAP
    row.salt = new_salt()
    row.save(update_fields=["salt", "previous_salt", "previous_until"])
    return Issued(row, secret_of(row.salt))


def remove_endpoint(*, actor: Actor, endpoint_id: int) -> None:
    """Forget an endpoint with its log."""
    get_endpoint(actor, endpoint_id).delete()


def send_ping(*, actor: Actor, endpoint_id: int) -> WebhookDelivery:
    """Send a message that says nothing, to see whether it arrives."""
    row = get_endpoint(actor, endpoint_id)
    if not row.is_enabled:
        raise Invalid("This webhook is switched off.", hint="Switch it on first.", fields={"url": "Off."})
    with transaction.atomic():
        event = Event(PING, row.swarm_id, f"ping:{timezone.now().timestamp():.6f}", {"webhook_id": row.pk})
        return queue_message([row], event)[0]


def _known(events: Sequence[str]) -> list[str]:
    given = list(dict.fromkeys(name.strip() for name in events if name.strip()))
    unknown = [name for name in given if name not in TYPES]
    if unknown:
        raise Invalid(f"There is no event {unknown[0]!r}.", fields={"events": f"Of {', '.join(TYPES)}."})
    return given


def _short(url: str) -> str:
    if len(url) > 500:
        raise Invalid("The address is too long.", fields={"url": "At most 500 characters."})
    return url
