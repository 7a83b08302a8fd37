"""Assistants."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.schemas import common as shapes
from mythos.assistants import queries, services

router = Router(tags=["assistants"])


@router.get("", response=shapes.AssistantPage)
def list_assistants(request: HttpRequest, swarm: str | None = None, limit: int = 50, cursor: str | None = None) -> Any:
    """Assistants of the swarm."""
    return page(queries.visible_assistants(actor_of(request), swarm_of(request, swarm)), limit, cursor)


@router.post("", response={201: shapes.AssistantOut})
def create_assistant(request: HttpRequest, body: shapes.AssistantIn, swarm: str | None = None) -> Any:
    """Add an assistant."""
    made = services.create_assistant(
        actor=actor_of(request),
        swarm=swarm_of(request, swarm),
        slug=body.slug,
        name=body.name,
        description=body.description,
    )
    return Status(201, made)


@router.get("/{slug}", response=shapes.AssistantOut)
def get_assistant(request: HttpRequest, slug: str, swarm: str | None = None) -> Any:
    """One assistant."""
    return queries.get_assistant(actor_of(request), slug, swarm_of(request, swarm))
