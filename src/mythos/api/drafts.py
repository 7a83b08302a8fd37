"""Drafts of assistants over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.preconditions import base_version, etag
from mythos.api.schemas import drafts as shapes
from mythos.assistants.queries import get_assistant
from mythos.drafts import queries, services
from mythos.drafts.reporting import compilation_document, draft_document, rows_from

router = Router(tags=["drafts"])
SECONDS = 10.0  # what one request spends on comparing; `waiting` says what is left


@router.get("", response=shapes.DraftPage)
def list_drafts(request: HttpRequest, swarm: str | None = None, limit: int = 50, cursor: str | None = None) -> Any:
    """Drafts of the swarm, newest first."""
    return page(queries.visible_drafts(actor_of(request), swarm_of(request, swarm)), limit, cursor)


@router.post("", response={201: shapes.DraftOut})
def create_draft(request: HttpRequest, body: shapes.DraftIn, swarm: str | None = None) -> Any:
    """Begin a draft."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    given = body.model_dump(exclude={"assistant", "prompt_cluster"})
    made = services.create_draft(
        actor=actor,
        swarm=where,
        assistant=get_assistant(actor, body.assistant, where) if body.assistant else None,
        prompt_cluster=rows_from(actor, where, [block.model_dump() for block in body.prompt_cluster]),
        **given,
    )
    return Status(201, draft_document(made))


@router.get("/{int:draft_id}", response=shapes.DraftOut)
def get_draft(request: HttpRequest, response: HttpResponse, draft_id: int) -> Any:
    """One draft."""
    draft = queries.get_draft(actor_of(request), draft_id)
    response["ETag"] = etag(draft.version)
    return draft_document(draft)


@router.patch("/{int:draft_id}", response=shapes.DraftOut)
def save_draft(request: HttpRequest, response: HttpResponse, draft_id: int, body: shapes.DraftPatch) -> Any:
    """Change what is given, on top of `base` (or If-Match); 409 when somebody saved since."""
    actor = actor_of(request)
    draft = queries.get_draft(actor, draft_id)
    given = body.model_dump(exclude={"base", "prompt_cluster"}, exclude_none=True)
    if body.prompt_cluster is not None:
        given["prompt_cluster"] = rows_from(actor, draft.swarm, [block.model_dump() for block in body.prompt_cluster])
    saved = services.save_draft(actor=actor, draft_id=draft_id, base=base_version(request, body.base), **given)
    response["ETag"] = etag(saved.version)
    return draft_document(saved)


@router.delete("/{int:draft_id}", response={204: None})
def delete_draft(request: HttpRequest, draft_id: int) -> Any:
    """Put a draft away; what was deployed from it stays."""
    services.delete_draft(actor=actor_of(request), draft_id=draft_id)
    return Status(204, None)


@router.get("/{int:draft_id}/compiled", response=shapes.CompilationOut)
def compile_draft(request: HttpRequest, draft_id: int) -> Any:
    """The exact text, tokens, conflicts, gaps, and why it may not be deployed."""
    actor = actor_of(request)
    return compilation_document(queries.compiled_draft(actor, queries.get_draft(actor, draft_id), seconds=SECONDS))


@router.post("/{int:draft_id}/deploy", response={201: shapes.AssistantVersionOut})
def deploy_draft(request: HttpRequest, draft_id: int, body: shapes.DeployIn) -> Any:
    """Make the assistant's next version with pinned checkpoints; 422 lists every reason against it."""
    base = base_version(request, body.base)
    made = services.deploy_draft(actor=actor_of(request), draft_id=draft_id, base=base, reason=body.reason)
    return Status(201, made)
