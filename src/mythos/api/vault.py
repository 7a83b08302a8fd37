"""The vault: checkpoints and changes of every prompt, tags, the trash, proof and export."""

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import in_batches, page
from mythos.api.schemas import vault as shapes
from mythos.api.schemas.prompts import CheckpointPage, MutationPage
from mythos.prompts import carrying, likeness, queries, services, verifying
from mythos.prompts.limits import limited
from mythos.prompts.query import read_query
from mythos.prompts.search import search

router = Router(tags=["vault"])


@router.get("/checkpoints", response=CheckpointPage)
def all_checkpoints(
    request: HttpRequest,
    swarm: str | None = None,
    q: str = "",
    tag: str = "",
    limit: int = 50,
    cursor: str | None = None,
) -> Any:
    """Checkpoints of every prompt; `q` is a query as in the grid, `tag` keeps those that carry the tag."""
    where = swarm_of(request, swarm)
    rows = queries.visible_checkpoints(actor_of(request), where)
    parts = read_query(f"{q} tag:{tag}" if tag else q, where)
    with limited():
        return page(search(rows, parts).rows, limit, cursor)


@router.get("/mutations", response=MutationPage)
def all_mutations(
    request: HttpRequest, swarm: str | None = None, tag: str = "", limit: int = 50, cursor: str | None = None
) -> Any:
    """Mutations of every prompt, newest first."""
    rows = queries.visible_mutations(actor_of(request), swarm_of(request, swarm))
    if tag:
        rows = rows.filter(to_checkpoint__tag_rows__name=tag)
    return page(rows, limit, cursor)


@router.post("/checkpoints/tags", response=shapes.TaggedOut)
def tag_checkpoints(request: HttpRequest, body: shapes.TagsIn, swarm: str | None = None) -> Any:
    """Put a tag of your own on checkpoints, or take it off; measured tags cannot be given."""
    verb = services.untag_checkpoints if body.remove else services.tag_checkpoints
    where = swarm_of(request, swarm)
    return {"changed": verb(actor=actor_of(request), swarm=where, ids=body.ids, name=body.name)}


@router.post("/prompts-like", response=list[shapes.LikeOut])
def prompts_like(request: HttpRequest, body: shapes.LikeIn, swarm: str | None = None) -> Any:
    """Prompts whose current text means most nearly the same as a text."""
    where = swarm_of(request, swarm)
    return likeness.prompts_like(actor=actor_of(request), swarm=where, text=body.text, count=body.count)


@router.get("/trash", response=list[shapes.TrashedOut])
def list_trash(request: HttpRequest, swarm: str | None = None) -> Any:
    """Prompts in the trash, the last one first; 200 at most."""
    return queries.trashed_prompts(actor_of(request), swarm_of(request, swarm))[:200]


@router.post("/trash/{int:prompt_id}/restore", response=shapes.TrashedOut)
def untrash_prompt(request: HttpRequest, prompt_id: int) -> Any:
    """Take a prompt out of the trash."""
    return services.untrash_prompt(actor=actor_of(request), prompt_id=prompt_id)


@router.delete("/trash/{int:prompt_id}", response={204: None})
def purge_prompt(request: HttpRequest, prompt_id: int) -> Any:
    """Remove a trashed prompt for good and free its slug; owners only."""
    services.purge_prompt(actor=actor_of(request), prompt_id=prompt_id)
    return Status(204, None)


@router.get("/vault/verify", response=shapes.ProofOut)
def verify_vault(request: HttpRequest, swarm: str | None = None) -> Any:
    """Prove that every text and change is as it was written, or name the first that is not."""
    return verifying.verify_vault(actor=actor_of(request), swarm=swarm_of(request, swarm))


@router.get("/vault/export", response=None)
def export_vault(request: HttpRequest, swarm: str | None = None) -> StreamingHttpResponse:
    """The whole vault, a line of JSON a row; `mythos vault import` reads it."""
    where = swarm_of(request, swarm)
    lines = carrying.export_lines(actor=actor_of(request), swarm=where)
    return StreamingHttpResponse(in_batches(lines), content_type="application/x-ndjson")
