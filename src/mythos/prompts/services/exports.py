"""Everything a query of the grid finds, as a file: a long one is written by the worker."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid, NotFound
from mythos.prompts.models import PromptCheckpoint
from mythos.prompts.queries import visible_checkpoints
from mythos.prompts.query import read_query
from mythos.prompts.search import search
from mythos.prompts.tables import FORMATS, table_lines
from mythos.work.models import Job
from mythos.work.services import enqueue

EXPORT_JOB = "prompts.export"
COLUMNS = ("prompt", "version", "token_count", "tone_type", "tags", "message", "author_name", "created_at", "text")
CHUNK = 500
AT_ONCE = 10_000
Tell = Callable[[int, int], None]


def matching_rows(actor: Actor, swarm: Swarm, query: str) -> QuerySet[PromptCheckpoint]:
    """What a query finds, newest first."""
    return search(visible_checkpoints(actor, swarm), read_query(query, swarm)).rows.order_by("-created_at", "-id")


def export_rows(rows: QuerySet[PromptCheckpoint]) -> Iterator[dict[str, Any]]:
    """Each row as an export shows it; tags are the measured ones and those of people."""
    for row in rows.iterator(chunk_size=CHUNK):
        shown = {name: getattr(row, name) for name in COLUMNS if name != "prompt"}
        yield {"prompt": row.slug, **shown, "tags": [*row.tags, *(tag.name for tag in row.tag_rows.all())]}


def queue_export(*, actor: Actor, swarm: Swarm, query: str, kind: str) -> Job:
    """Leave a long export to the worker; its job leads to the file."""
    require(actor, "swarm.view", swarm)
    by = person(actor)
    if kind not in FORMATS or by is None:
        raise Invalid("There is no such format.", fields={"format": f"One of {', '.join(FORMATS)}."})
    read_query(query, swarm)
    payload = {"user_id": by.pk, "swarm_id": swarm.pk, "query": query, "kind": kind}
    return enqueue(kind=EXPORT_JOB, key=secrets.token_hex(6), payload=payload, swarm_id=swarm.pk)


def write_export(*, actor: Actor, swarm: Swarm, query: str, kind: str, job_id: int, tell: Tell) -> int:
    """Write the file of an export; one that was begun before is begun again."""
    rows = matching_rows(actor, swarm, query)
    total, done = rows.count(), 0
    path = export_path(job_id, kind)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        for done, line in enumerate(table_lines(export_rows(rows), COLUMNS, kind), start=1):
            file.write(line)
            if done % CHUNK == 0:
                tell(done, total)
    part.replace(path)
    return total


def export_path(job_id: int, kind: str) -> Path:
    """Where the file of a job is."""
    return Path(settings.HOME) / "exports" / f"checkpoints-{job_id}.{kind}"


def finished_export(job: Job) -> Path:
    """The file of a job that is done; NotFound when there is none."""
    kind = str(job.payload.get("result", {}).get("kind", ""))
    path = export_path(job.pk, kind)
    if job.kind != EXPORT_JOB or kind not in FORMATS or not path.is_file():
        raise NotFound("There is no such export.", hint="It may have been removed; export again.")
    return path
