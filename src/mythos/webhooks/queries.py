"""Questions about webhooks."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import may, require
from mythos.accounts.queries import swarms_of
from mythos.errors import NotFound
from mythos.webhooks.models import WebhookDelivery, WebhookEndpoint

State = WebhookDelivery.State


def endpoints_of(actor: Actor, swarm: Swarm) -> QuerySet[WebhookEndpoint]:
    """Endpoints of a swarm with how many messages wait and were given up; owners only."""
    require(actor, "webhooks.manage", swarm)
    return WebhookEndpoint.objects.filter(swarm=swarm).annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=State.PENDING)),
        given_up=Count("deliveries", filter=Q(deliveries__state=State.GIVEN_UP)),
    )


def get_endpoint(actor: Actor, endpoint_id: int) -> WebhookEndpoint:
    """One endpoint, or NotFound when it is not the actor's to see."""
    found = WebhookEndpoint.objects.select_related("swarm").filter(pk=endpoint_id, swarm__in=swarms_of(actor)).first()
    if found is None:
        raise NotFound(f"There is no webhook {endpoint_id}.")
    require(actor, "webhooks.manage", found)
    return found


def deliveries_of(actor: Actor, endpoint: WebhookEndpoint, state: str = "") -> QuerySet[WebhookDelivery]:
    """Messages of an endpoint, newest first."""
    require(actor, "webhooks.manage", endpoint)
    found = WebhookDelivery.objects.filter(endpoint=endpoint)
    return found.filter(state=state) if state else found


def get_delivery(actor: Actor, delivery_id: int) -> WebhookDelivery:
    """One message, or NotFound."""
    rows = WebhookDelivery.objects.select_related("endpoint__swarm")
    found = rows.filter(pk=delivery_id, endpoint__swarm__in=swarms_of(actor)).first()
    if found is None:
        raise NotFound(f"There is no delivery {delivery_id}.")
    require(actor, "webhooks.manage", found.endpoint)
    return found


def given_up_endpoints(actor: Actor, swarm: Swarm) -> list[WebhookEndpoint]:
    """Endpoints the server itself has switched off, for those who can do something about it."""
    if not may(actor, "webhooks.manage", swarm):
        return []
    return list(WebhookEndpoint.objects.filter(swarm=swarm, is_enabled=False).exclude(disabled_reason=""))
