"""Background entry points of this floor."""

from __future__ import annotations

import time
from functools import partial

from mythos.accounts.models import Swarm, User
from mythos.assistants.models import Assistant
from mythos.errors import Invalid
from mythos.prompts.services.afterwards import compare_waiting, embed_waiting
from mythos.prompts.services.exports import EXPORT_JOB, write_export
from mythos.prompts.services.imports import ImportReport, Progress
from mythos.prompts.services.recording import COMPARE_JOB, EMBED_JOB
from mythos.prompts.services.retention import PURGE_JOB, purge_trash
from mythos.prompts.services.uploads import IMPORT_JOB, PROBLEMS_KEPT, import_upload, read_upload
from mythos.work.registry import Claim, task
from mythos.work.services import landing, progress
from mythos.work.uploads import unpack

SECONDS_BETWEEN = 0.5
PROBLEMS_TOLD = 5


@task(COMPARE_JOB, is_long=True)
def compare_changes(claim: Claim) -> None:
    """Compare what an import left unread; a change is settled once, so doing it twice does no harm."""
    compare_waiting(swarm_id=int(claim.key), tell=lambda done: progress(claim, done, done, "Comparing"))


@task(EMBED_JOB, is_long=True)
def embed_texts(claim: Claim) -> None:
    """Embed the current texts that are not embedded yet."""
    embed_waiting(swarm_id=int(claim.key), tell=lambda done: progress(claim, done, done, "Embedding"))


@task(PURGE_JOB)
def purge_old(claim: Claim) -> None:
    """Remove for good what has been in the trash for longer than it is kept."""
    purge_trash()


@task(EXPORT_JOB, is_long=True)
def export_match(claim: Claim) -> None:
    """Write everything a query finds to a file."""
    given = claim.payload
    tell = partial(progress, claim, note="Writing")
    total = write_export(
        actor=User.objects.get(pk=given["user_id"]),
        swarm=Swarm.objects.get(pk=given["swarm_id"]),
        query=given["query"],
        kind=given["kind"],
        job_id=claim.job_id,
        tell=tell,
    )
    progress(claim, total, total)
    link = f"/prompts/checkpoints/exports/{claim.job_id}"
    with landing(claim, result={"link": link, "kind": given["kind"], "counts": {"checkpoints": total}, "problems": []}):
        pass


@task(IMPORT_JOB, is_long=True)
def import_file(claim: Claim) -> None:
    """Import an uploaded file; done twice it changes nothing more, so a lost worker does no harm."""
    given = claim.payload
    upload = read_upload(given["name"], unpack(given["data"]))
    total = len(upload.items)
    progress(claim, 0, total, "Reading")
    try:
        report = import_upload(
            actor=User.objects.get(pk=given["user_id"]),
            swarm=Swarm.objects.get(pk=given["swarm_id"]),
            upload=upload,
            strict=given["strict"],
            assistant=Assistant.objects.filter(pk=given["assistant_id"]).first(),
            on_progress=_now_and_then(partial(progress, claim), total),
        )
    except Invalid as error:
        raise _told(error) from error
    progress(claim, total, total)
    with landing(claim, result=_result(report)):
        pass


def _now_and_then(tell: partial[None], total: int) -> Progress:
    """Telling costs a write: twice a second is enough for whoever watches."""
    last = 0.0

    def step(number: int, name: str) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN:
            tell(number, total, name)
            last = time.monotonic()

    return step


def _told(error: Invalid) -> Invalid:
    """The error with the places it speaks of: a job keeps nothing but its message."""
    places = [f"{one['file']}:{one['line']}: {one['message']}" for one in error.data.get("problems", [])]
    return Invalid(" ".join([error.message, *places[:PROBLEMS_TOLD]]))


def _result(report: ImportReport) -> dict[str, object]:
    return {
        "link": "/prompts",
        "counts": {
            "new": len(report.created),
            "revised": len(report.revised),
            "unchanged": len(report.unchanged),
            "checkpoints": report.checkpoints,
            "problems": len(report.problems),
        },
        "problems": [str(problem) for problem in report.problems[:PROBLEMS_KEPT]],
    }
