"""Prompts, their checkpoints, mutations and labels."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from mythos.accounts.models import Swarm
from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.preconditions import base_version, etag, not_modified, quoted
from mythos.api.schemas import prompts as shapes
from mythos.api.schemas.serving import Arm, Form
from mythos.api.schemas.vault import LineageOut
from mythos.api.serving import shown_as
from mythos.assistants.models import Assistant
from mythos.assistants.queries import get_assistant
from mythos.codex.serving import serve_prompt
from mythos.errors import Invalid
from mythos.prompts import queries, services
from mythos.prompts.files import prompt_as_file
from mythos.prompts.lineage import lineage_of
from mythos.prompts.models import Prompt
from mythos.prompts.splitting import ANYBODY, Reader
from mythos.text.template import variables

router = Router(tags=["prompts"])


@router.get("", response=shapes.PromptPage)
def list_prompts(
    request: HttpRequest,
    swarm: str | None = None,
    q: str = "",
    assistant: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Any:
    """Prompts, newest first; `q` looks in slug and title."""
    where = swarm_of(request, swarm)
    rows = queries.visible_prompts(actor_of(request), where)
    if q:
        rows = rows.filter(slug__icontains=q) | rows.filter(title__icontains=q)
    if assistant:
        rows = rows.filter(assistant=get_assistant(actor_of(request), assistant, where))
    return page(rows, limit, cursor)


@router.post("", response={201: shapes.PromptWithTextOut})
def create_prompt(request: HttpRequest, body: shapes.PromptIn, swarm: str | None = None) -> Any:
    """Make a prompt with its first checkpoint."""
    where = swarm_of(request, swarm)
    checkpoint = services.create_prompt(
        actor=actor_of(request),
        swarm=where,
        slug=body.slug,
        text=body.text,
        title=body.title,
        kind=body.kind,
        tags=body.tags,
        assistant=_assistant(request, body.assistant, where),
        message=body.message,
        source="api",
    )
    return Status(201, _with_text(request, checkpoint.prompt_id, checkpoint))


@router.get("/{int:prompt_id}", response=shapes.PromptWithTextOut)
def get_prompt_by_id(
    request: HttpRequest,
    response: HttpResponse,
    prompt_id: int,
    label: str | None = None,
    version: int | None = None,
    form: Form = "text",
    key: str | None = None,
    arm: Arm | None = None,
) -> Any:
    """A prompt by number, with the checkpoint of a label or version, else the newest."""
    prompt = queries.get_prompt(actor_of(request), prompt_id)
    return _shown(request, response, prompt, label, version, form, Reader(key, arm))


@router.patch("/{int:prompt_id}", response=shapes.PromptOut)
def update_prompt(request: HttpRequest, prompt_id: int, body: shapes.DetailsIn) -> Any:
    """Change title, kind, tags or owner; what is left out stays."""
    actor = actor_of(request)
    prompt = queries.get_prompt(actor, prompt_id)
    services.update_details(
        actor=actor,
        prompt_id=prompt_id,
        title=body.title,
        kind=body.kind,
        tags=body.tags,
        assistant=_assistant(request, body.assistant, prompt.swarm),
    )
    return queries.get_prompt(actor, prompt_id)


@router.delete("/{int:prompt_id}", response={204: None})
def trash_prompt(request: HttpRequest, prompt_id: int) -> Any:
    """Move a prompt to the trash; its slug stays taken until it is purged."""
    services.trash_prompt(actor=actor_of(request), prompt_id=prompt_id)
    return Status(204, None)


@router.get("/{int:prompt_id}/checkpoints", response=shapes.CheckpointPage)
def list_checkpoints(request: HttpRequest, prompt_id: int, limit: int = 50, cursor: str | None = None) -> Any:
    """Versions of a prompt, newest first."""
    actor = actor_of(request)
    prompt = queries.get_prompt(actor, prompt_id)
    return page(queries.listed(queries.prompt_history(actor, prompt)), limit, cursor)


@router.post("/{int:prompt_id}/checkpoints", response={200: shapes.PromptWithTextOut, 201: shapes.PromptWithTextOut})
def revise_prompt(request: HttpRequest, response: HttpResponse, prompt_id: int, body: shapes.CheckpointIn) -> Any:
    """Save a text on top of `base` (or If-Match); 200 when nothing changed, 409 with both texts when stale."""
    base = base_version(request, body.base)
    checkpoint = services.revise_prompt(
        actor=actor_of(request),
        prompt_id=prompt_id,
        text=body.text,
        base=base,
        reason=body.message,
        source="api",
    )
    response["ETag"] = etag(checkpoint.version)
    return Status(200 if checkpoint.version == base else 201, _with_text(request, prompt_id, checkpoint))


@router.get("/{int:prompt_id}/checkpoints/{int:version}", response=shapes.CheckpointOut)
def get_checkpoint(request: HttpRequest, prompt_id: int, version: int) -> Any:
    """One version, with its text."""
    actor = actor_of(request)
    return queries.checkpoint_of(actor, queries.get_prompt(actor, prompt_id), version=version)


@router.get("/{int:prompt_id}/lineage", response=LineageOut)
def show_lineage(request: HttpRequest, prompt_id: int) -> Any:
    """Versions of a prompt and of its family of forks, newest first, and what was made from what."""
    actor = actor_of(request)
    return lineage_of(actor, queries.get_prompt(actor, prompt_id))


@router.get("/{int:prompt_id}/mutations", response=shapes.MutationPage)
def list_prompt_mutations(request: HttpRequest, prompt_id: int, limit: int = 50, cursor: str | None = None) -> Any:
    """What each step of a prompt did."""
    actor = actor_of(request)
    prompt = queries.get_prompt(actor, prompt_id)
    return page(queries.visible_mutations(actor).filter(prompt=prompt), limit, cursor)


@router.post("/{int:prompt_id}/restore", response=shapes.PromptWithTextOut)
def restore_checkpoint(request: HttpRequest, prompt_id: int, body: shapes.RestoreIn) -> Any:
    """Copy an old version forward."""
    checkpoint = services.restore_checkpoint(
        actor=actor_of(request),
        prompt_id=prompt_id,
        version=body.version,
        base=body.base,
        reason=body.message,
    )
    return _with_text(request, prompt_id, checkpoint)


@router.post("/{int:prompt_id}/fork", response={201: shapes.PromptWithTextOut})
def fork_prompt(request: HttpRequest, prompt_id: int, body: shapes.ForkIn) -> Any:
    """Copy a prompt into a new one that remembers its parent."""
    checkpoint = services.fork_prompt(
        actor=actor_of(request),
        prompt_id=prompt_id,
        slug=body.slug,
        title=body.title,
        reason=body.message,
        source="api",
    )
    return Status(201, _with_text(request, checkpoint.prompt_id, checkpoint))


@router.get("/{int:prompt_id}/merge", response=shapes.MergeOut)
def fork_merge(request: HttpRequest, prompt_id: int) -> Any:
    """What merging a fork into its parent would give, and where a person has to decide."""
    actor = actor_of(request)
    return queries.fork_merge(actor, queries.get_prompt(actor, prompt_id))


@router.post("/{int:prompt_id}/merge", response=shapes.PromptWithTextOut)
def merge_fork(request: HttpRequest, prompt_id: int, body: shapes.MergeIn) -> Any:
    """Save a fork's changes on top of `base` of its parent; 422 with the conflicts unless a text decides them."""
    checkpoint = services.merge_fork(
        actor=actor_of(request), fork_id=prompt_id, base=body.base, text=body.text, reason=body.message, source="api"
    )
    return _with_text(request, checkpoint.prompt_id, checkpoint)


@router.put("/{int:prompt_id}/labels/{label}", response=shapes.LabelOut)
def move_label(request: HttpRequest, prompt_id: int, label: str, body: shapes.LabelIn) -> Any:
    """Point a label at a version, or split it between two."""
    actor = actor_of(request)
    if body.other_version is None:
        if body.share:
            raise Invalid("A split is between two versions.", fields={"other_version": "Name the other version."})
        return services.move_label(
            actor=actor, prompt_id=prompt_id, label=label, version=body.version, reason=body.reason
        )
    return services.split_label(
        actor=actor,
        prompt_id=prompt_id,
        label=label,
        version=body.version,
        other_version=body.other_version,
        share=body.share,
        reason=body.reason,
    )


@router.delete("/{int:prompt_id}/labels/{label}", response={204: None})
def remove_label(request: HttpRequest, prompt_id: int, label: str) -> Any:
    """Take a label off."""
    services.remove_label(actor=actor_of(request), prompt_id=prompt_id, label=label)
    return Status(204, None)


@router.post("/{int:prompt_id}/render", response=shapes.RenderOut)
def render_prompt(request: HttpRequest, prompt_id: int, body: shapes.RenderIn) -> Any:
    """The text with variables and includes filled in."""
    actor = actor_of(request)
    prompt = queries.get_prompt(actor, prompt_id)
    text = queries.render_prompt(actor, prompt, body.values, label=body.label, version=body.version)
    return {"text": text}


@router.get("/{path:slug}/export", response=shapes.PromptExportOut)
def export_prompt(
    request: HttpRequest,
    slug: str,
    format: str = "markdown",
    swarm: str | None = None,
    label: str | None = None,
    version: int | None = None,
) -> Any:
    """A prompt by slug or number as a file of another tool's format, and every field that such a file cannot hold."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    prompt = queries.get_prompt(actor, int(slug) if slug.isdigit() else slug, where)
    return prompt_as_file(actor, prompt, format, label=label, version=version)


@router.get("/{path:slug}", response=shapes.PromptWithTextOut)
def get_prompt(
    request: HttpRequest,
    response: HttpResponse,
    slug: str,
    swarm: str | None = None,
    label: str | None = None,
    version: int | None = None,
    form: Form = "text",
    key: str | None = None,
    arm: Arm | None = None,
) -> Any:
    """A prompt by slug, with the checkpoint of a label or version, else the newest.

    With a label it is ready for use: includes are in place, as text or as messages, with the standing of its contract.
    Of a split label the same `key` gets the same arm, no key one by chance, and `arm` the one it names.
    """
    prompt = queries.get_prompt(actor_of(request), slug, swarm_of(request, swarm))
    return _shown(request, response, prompt, label, version, form, Reader(key, arm))


def _shown(
    request: HttpRequest,
    response: HttpResponse,
    prompt: Prompt,
    label: str | None,
    version: int | None,
    form: Form = "text",
    reader: Reader = ANYBODY,
) -> Any:
    if label is not None and version is not None:
        raise Invalid("A label and a version are two answers.", fields={"version": "Give one of them."})
    if label is None:
        checkpoint = queries.checkpoint_of(actor_of(request), prompt, version=version)
        shown = {"checkpoint": checkpoint, "variables": variables(checkpoint.text)}
        tag = f"v{checkpoint.version}"
    else:
        served = serve_prompt(actor_of(request), prompt, label=label, reader=reader)
        shown, tag = shown_as(served, form), served.tag
    response["ETag"] = quoted(tag)
    if not_modified(request, tag):
        return HttpResponse(status=304, headers={"ETag": quoted(tag)})
    return {"prompt": prompt, **shown}


def _assistant(request: HttpRequest, slug: str | None, swarm: Swarm) -> Assistant | None:
    return get_assistant(actor_of(request), slug, swarm) if slug else None


def _with_text(request: HttpRequest, prompt_id: int, checkpoint: Any) -> dict[str, Any]:
    prompt = queries.get_prompt(actor_of(request), prompt_id)
    return {"prompt": prompt, "checkpoint": checkpoint, "variables": variables(checkpoint.text)}
