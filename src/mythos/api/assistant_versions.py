"""What assistants speak from, version by version, over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.preconditions import base_version
from mythos.api.schemas import drafts as shapes
from mythos.assistants.models import Assistant
from mythos.assistants.queries import get_assistant
from mythos.drafts import queries, services
from mythos.drafts.reporting import draft_document
from mythos.prompts.queries import checkpoint_of, get_prompt

router = Router(tags=["assistants"])


@router.get("/{slug}/versions", response=shapes.AssistantVersionPage)
def list_versions(
    request: HttpRequest, slug: str, swarm: str | None = None, limit: int = 50, cursor: str | None = None
) -> Any:
    """Deployed versions, newest first."""
    return page(queries.versions_of(actor_of(request), _assistant(request, slug, swarm)), limit, cursor)


@router.get("/{slug}/versions/{int:number}", response=shapes.AssistantVersionWhole)
def get_version(request: HttpRequest, slug: str, number: int, swarm: str | None = None) -> Any:
    """One version with its exact text and what it is pinned to."""
    version = queries.get_version(actor_of(request), _assistant(request, slug, swarm), number)
    shown = {name: getattr(version, name) for name in shapes.AssistantVersionOut.model_fields if name != "author"}
    pins = [
        {
            "section": pin.section,
            "order": pin.order,
            "prompt": pin.prompt.slug,
            "version": pin.checkpoint.version,
            "newest": pin.prompt.current.version if pin.prompt.current else pin.checkpoint.version,
        }
        for pin in queries.pins_of(version)
    ]
    return shown | {"author_name": version.author_name, "text": version.text, "report": version.report, "pins": pins}


@router.get("/{slug}/compare", response=shapes.VersionDiffOut)
def compare_versions(request: HttpRequest, slug: str, old: int, new: int, swarm: str | None = None) -> Any:
    """What changed between two versions: words and pins."""
    found = queries.compare_versions(actor_of(request), _assistant(request, slug, swarm), old, new)
    diff = [{"op": span.op, "old": span.old, "new": span.new} for span in found.diff]
    return {"old": found.old.number, "new": found.new.number, "pins": found.pins, "diff": diff}


@router.post("/{slug}/roll-back", response={201: shapes.AssistantVersionOut})
def roll_back_assistant(request: HttpRequest, slug: str, body: shapes.RollBackIn, swarm: str | None = None) -> Any:
    """Copy an old version forward on top of `base` (or If-Match), through the gate."""
    made = services.roll_back_assistant(
        actor=actor_of(request),
        assistant=_assistant(request, slug, swarm),
        number=body.version,
        base=base_version(request, body.base),
        reason=body.reason,
    )
    return Status(201, made)


@router.post("/{slug}/pin", response={201: shapes.AssistantVersionOut})
def move_pin(request: HttpRequest, slug: str, body: shapes.PinIn, swarm: str | None = None) -> Any:
    """Pin another version of one prompt, through the gate."""
    actor, assistant = actor_of(request), _assistant(request, slug, swarm)
    prompt = get_prompt(actor, body.prompt, assistant.swarm)
    made = services.move_pin(
        actor=actor,
        assistant=assistant,
        prompt_id=prompt.pk,
        checkpoint_id=checkpoint_of(actor, prompt, version=body.version).pk,
        base=base_version(request, body.base),
        reason=body.reason,
    )
    return Status(201, made)


@router.post("/{slug}/clone", response={201: shapes.DraftOut})
def clone_assistant(request: HttpRequest, slug: str, body: shapes.AssistantCloneIn, swarm: str | None = None) -> Any:
    """A draft of what the assistant speaks from."""
    made = services.clone_assistant(actor=actor_of(request), assistant=_assistant(request, slug, swarm), name=body.name)
    return Status(201, draft_document(made))


def _assistant(request: HttpRequest, slug: str, swarm: str | None) -> Assistant:
    return get_assistant(actor_of(request), slug, swarm_of(request, swarm))
