"""Questions about assistants."""

from __future__ import annotations

from django.db.models import QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.assistants.models import Assistant
from mythos.errors import NotFound


def visible_assistants(actor: Actor, swarm: Swarm | None = None) -> QuerySet[Assistant]:
    """Assistants of the actor's swarms, or of one of them."""
    found = Assistant.objects.filter(swarm__in=swarms_of(actor)).select_related("swarm")
    return found if swarm is None else found.filter(swarm=swarm)


def get_assistant(actor: Actor, slug: str, swarm: Swarm) -> Assistant:
    """One assistant by slug, or NotFound."""
    found = visible_assistants(actor, swarm).filter(slug=slug).first()
    if found is None:
        raise NotFound(f"There is no assistant {slug!r}.", fields={"assistant": "Unknown assistant."})
    return found
