"""The vault: checkpoints and changes of every prompt, tags, the trash, proof and export."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.bodies import LINES, gives_file, takes_file
from mythos.api.paging import in_batches, page
from mythos.api.schemas import vault as shapes
from mythos.api.schemas.prompts import CheckpointPage, MutationPage
from mythos.prompts import carrying, likeness, queries, services, verifying
from mythos.prompts.limits import limited
from mythos.prompts.mutations import COLUMNS, matching_mutations, mutation_rows
from mythos.prompts.query import read_query
from mythos.prompts.search import search
from mythos.prompts.services import exports
from mythos.prompts.tables import CONTENT_TYPES, table_lines

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
    rows = queries.listed(queries.visible_checkpoints(actor_of(request), where))
    parts = read_query(f"{q} tag:{tag}" if tag else q, where)
    with limited():
        return page(search(rows, parts).rows, limit, cursor)


@router.get("/checkpoints/export", response=None, openapi_extra=gives_file(*CONTENT_TYPES.values()))
def export_checkpoints(
    request: HttpRequest, swarm: str | None = None, q: str = "", format: str = "jsonl"
) -> StreamingHttpResponse:
    """Everything a query of the grid finds, as `csv` or `jsonl`, as fast as it is read."""
    rows = exports.matching_rows(actor_of(request), swarm_of(request, swarm), q)
    return _stream(table_lines(exports.export_rows(rows), exports.COLUMNS, format), format)


@router.get("/checkpoints/{int:old}/compare/{int:new}", response=shapes.ComparedOut)
def compare_checkpoints(request: HttpRequest, old: int, new: int) -> Any:
    """What changed in meaning and in measures between any two checkpoints."""
    actor = actor_of(request)
    one, other = (queries.get_checkpoint(actor, key) for key in (old, new))
    pair = queries.compare_checkpoints(actor, one, other)
    return {"trait_delta": pair.trait_delta, "comparison": pair.comparison.as_dict()}


@router.get("/mutations", response=MutationPage)
def all_mutations(
    request: HttpRequest,
    swarm: str | None = None,
    q: str = "",
    tag: str = "",
    result: str = "",
    limit: int = 50,
    cursor: str | None = None,
) -> Any:
    """Changes of every prompt, newest first; `q` is a query as on the page of mutations."""
    where = swarm_of(request, swarm)
    with limited():
        rows = matching_mutations(actor_of(request), where, f"{q} tag:{tag}" if tag else q, result)
        return page(rows, limit, cursor)


@router.get("/mutations/export", response=None, openapi_extra=gives_file(*CONTENT_TYPES.values()))
def export_mutations(
    request: HttpRequest, swarm: str | None = None, q: str = "", result: str = "", format: str = "jsonl"
) -> StreamingHttpResponse:
    """Every change a query finds, as `csv` or `jsonl`."""
    rows = matching_mutations(actor_of(request), swarm_of(request, swarm), q, result)
    return _stream(table_lines(mutation_rows(rows), COLUMNS, format), format)


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


@router.get("/vault/export", response=None, openapi_extra=gives_file(LINES))
def export_vault(request: HttpRequest, swarm: str | None = None) -> StreamingHttpResponse:
    """All prompts with their history, a line of JSON a row, and nothing else; `mythos vault import` reads it."""
    where = swarm_of(request, swarm)
    lines = carrying.export_lines(actor=actor_of(request), swarm=where)
    return StreamingHttpResponse(in_batches(lines), content_type=LINES)


@router.post("/vault/import", response=shapes.ImportedOut, openapi_extra=takes_file(LINES))
def import_vault(request: HttpRequest, swarm: str | None = None) -> Any:
    """Lines of an export into a swarm without prompts: all of them, proven, or nothing; owners only."""
    report = services.import_vault(actor=actor_of(request), swarm=swarm_of(request, swarm), lines=request)
    return {"rows": report.rows, "proof": report.proof}


def _stream(lines: Iterable[str], kind: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(in_batches(lines), content_type=CONTENT_TYPES[kind])
