"""Messages that wait to be sent: one row each, and one job for what they are about."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor
from mythos.errors import Invalid
from mythos.webhooks.events import Event
from mythos.webhooks.models import WebhookDelivery, WebhookEndpoint
from mythos.webhooks.queries import get_delivery
from mythos.work.services import bring_forward, enqueue

DELIVER_JOB = "webhooks.deliver"
State = WebhookDelivery.State


def announce(event: Event) -> int:
    """Queue a message to every endpoint that wants to know; how many."""
    rows = [row for row in WebhookEndpoint.objects.filter(swarm=event.swarm_id) if row.wants(event.type)]
    if rows:
        with transaction.atomic():
            queue_message(rows, event)
    return len(rows)


def queue_message(endpoints: list[WebhookEndpoint], event: Event) -> list[WebhookDelivery]:
    """Write the same message for several endpoints; the caller holds the transaction."""
    now = timezone.now()
    payload = json.dumps(
        {"type": event.type, "timestamp": now.isoformat(), "data": event.data}, ensure_ascii=False, default=str
    )
    message_id = f"msg_{uuid4().hex}"
    made = []
    for endpoint in endpoints:
        row = WebhookDelivery.objects.create(
            endpoint=endpoint, message_id=message_id, event=event.type, lane=event.lane, payload=payload, next_at=now
        )
        queue_lane(endpoint, event.lane)
        made.append(row)
    return made


def queue_lane(endpoint: WebhookEndpoint, lane: str, at: datetime | None = None, *, hurry: bool = False) -> None:
    """Have the worker look at what is next of one object."""
    key = f"{endpoint.pk}:{lane}"
    enqueue(
        kind=DELIVER_JOB,
        key=key,
        payload={"endpoint_id": endpoint.pk, "lane": lane},
        swarm_id=endpoint.swarm_id,
        not_before=at,
    )
    if hurry:
        bring_forward(kind=DELIVER_JOB, key=key)


def replay_delivery(*, actor: Actor, delivery_id: int) -> WebhookDelivery:
    """Send a finished message again, under its own id, so that a receiver who has it can tell."""
    old = get_delivery(actor, delivery_id)
    if old.state == State.PENDING:
        raise Invalid("This message still waits for its next attempt.", fields={"delivery": "Waits."})
    if not old.endpoint.is_enabled:
        raise Invalid("This webhook is switched off.", hint="Switch it on first.", fields={"delivery": "Off."})
    with transaction.atomic():
        row = WebhookDelivery.objects.create(
            endpoint=old.endpoint,
            message_id=old.message_id,
            event=old.event,
            lane=f"replay:{old.pk}",
            payload=old.payload,
            replay_of=old,
        )
        queue_lane(old.endpoint, row.lane)
    return row
