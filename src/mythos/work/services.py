"""Verbs on jobs: queue, claim, keep alive, land, fail.

A job runs at least once; its effect lands once. Every claim raises the job's token, and whatever a worker
writes back is conditional on the token it holds, so a worker that lost its lease changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mythos.errors import MythosError, NotFound
from mythos.work.models import Job
from mythos.work.queries import due
from mythos.work.registry import Claim, task_for
from mythos.work.waking import wake

LEASE = timedelta(seconds=60)
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=10)
log = logging.getLogger(__name__)


class LostLease(Exception):
    """Another worker took the job over; this one must write nothing."""


def enqueue(
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any] | None = None,
    swarm_id: int | None = None,
    not_before: datetime | None = None,
    max_attempts: int = 5,
) -> Job:
    """Queue a job inside the caller's transaction; one that already waits under this kind and key is reused."""
    job, is_new = Job.objects.get_or_create(
        kind=kind,
        key=key,
        state=Job.State.PENDING,
        defaults={
            "payload": dict(payload or {}),
            "swarm_id": swarm_id,
            "not_before": not_before or timezone.now(),
            "max_attempts": max_attempts,
        },
    )
    if is_new and not_before is None:
        wake(job)
    return job


def bring_forward(*, kind: str, key: str) -> None:
    """Let a job that waits for its time be done now; one that is due already is left alone."""
    now = timezone.now()
    mine = Job.objects.filter(kind=kind, key=key, state=Job.State.PENDING, not_before__gt=now)
    job = mine.defer("payload").first()
    if job is not None and mine.filter(pk=job.pk).update(not_before=now):
        wake(job)


def claim(
    *, worker: str, now: datetime | None = None, without: Collection[str] = (), job_id: int | None = None
) -> Claim | None:
    """Take the next due job, or the one that is named, by one conditional update; None when nothing is due."""
    now = now or timezone.now()
    rows = due(now).exclude(kind__in=without) if job_id is None else due(now).filter(pk=job_id)
    for job in rows.defer("payload")[:10]:
        if job.attempts >= job.max_attempts:
            _bury(job, "lost", "Every worker that took this job was lost before it finished.")
            continue
        taken = Job.objects.filter(pk=job.pk, token=job.token, state=job.state).update(
            state=Job.State.RUNNING,
            token=job.token + 1,
            worker=worker[:120],
            lease_until=now + LEASE,
            woken_at=None,
            attempts=F("attempts") + 1,
            updated_at=now,
        )
        if taken:
            return Claim(job.pk, job.kind, job.key, job.token + 1, dict(job.payload))
    return None


def heartbeat(claim: Claim) -> bool:
    """Keep the lease; False when another worker has taken the job."""
    held: int = _held(claim).update(lease_until=timezone.now() + LEASE)
    return held == 1


def give_up_lease(*, job_id: int, token: int, lease_until: datetime) -> None:
    """Whoever held the job is gone: it may be taken at once, unless a sign of life came meanwhile."""
    held = Job.objects.filter(pk=job_id, token=token, lease_until=lease_until, state=Job.State.RUNNING)
    held.update(lease_until=timezone.now() - timedelta(seconds=1))


def progress(claim: Claim, done: int, total: int, note: str = "") -> None:
    """Tell whoever watches how far the job is."""
    _held(claim).update(progress_done=done, progress_total=total, progress_note=note[:200])


@contextmanager
def landing(claim: Claim, *, result: Mapping[str, Any] | None = None) -> Iterator[None]:
    """One commit for a job's effects and its completion; nothing lands when the lease was lost.

    A result, which the block may still fill, takes the place of the payload: that is no longer needed.
    """
    with transaction.atomic():
        if not _finish(claim, Job.State.DONE):
            raise LostLease(f"{claim.kind} {claim.key}")
        yield
        if result is not None:
            Job.objects.filter(pk=claim.job_id, token=claim.token).update(payload={"result": dict(result)})
    claim.landed = True


def fail(claim: Claim, error: BaseException, *, now: datetime | None = None) -> None:
    """Queue the job again with a growing pause, or bury it with its reason when trying again cannot help."""
    now = now or timezone.now()
    job = Job.objects.filter(pk=claim.job_id, token=claim.token, state=Job.State.RUNNING).first()
    if job is None:
        return
    retry = error.retry if isinstance(error, MythosError) else True
    code = error.code if isinstance(error, MythosError) else type(error).__name__
    if not retry or job.attempts >= job.max_attempts:
        _bury(job, code, str(error))
        return
    pause = min(FIRST_RETRY * 2 ** (job.attempts - 1), LONGEST_RETRY)
    wait = getattr(error, "retry_after", None)
    again = {"error_code": code, "error": str(error), "lease_until": None, "updated_at": now}
    newer = Job.objects.filter(kind=job.kind, key=job.key, state=Job.State.PENDING).exists()
    if newer:  # the same work already waits again; this attempt has nothing left to do
        _held(claim).update(state=Job.State.DONE, finished_at=now, **again)
        return
    _held(claim).update(state=Job.State.PENDING, not_before=now + (timedelta(seconds=wait) if wait else pause), **again)


def release(claim: Claim) -> None:
    """Give an unfinished job back at once, not counting the attempt (the worker is being stopped)."""
    _held(claim).update(lease_until=timezone.now() - timedelta(seconds=1), attempts=F("attempts") - 1)


def retry_dead(*, job_id: int) -> Job:
    """Give a dead job a new set of attempts."""
    revived = Job.objects.filter(pk=job_id, state=Job.State.DEAD).update(
        state=Job.State.PENDING,
        attempts=0,
        not_before=timezone.now(),
        finished_at=None,
        error="",
        error_code="",
    )
    if not revived:
        raise NotFound("There is no dead job with this number.")
    job = Job.objects.get(pk=job_id)
    wake(job)
    return job


def run(claim: Claim) -> bool:
    """Do one claimed job; True when its effect landed."""
    try:
        task_for(claim.kind)(claim)
        if not claim.landed:
            with landing(claim):
                pass
    except LostLease:
        log.warning("%s %s was taken over by another worker", claim.kind, claim.key)
        return False
    except Exception as error:
        # A job may fail in any way its subject can; the row carries the reason, the log the trace.
        log.exception("%s %s failed", claim.kind, claim.key)
        fail(claim, error)
        return False
    return True


def run_due(*, limit: int | None = None, worker: str = "foreground") -> int:
    """Do what is due here and now; how many jobs were tried."""
    tried = 0
    while limit is None or tried < limit:
        held = claim(worker=worker)
        if held is None:
            break
        run(held)
        tried += 1
    return tried


def _held(claim: Claim) -> Any:
    return Job.objects.filter(pk=claim.job_id, token=claim.token, state=Job.State.RUNNING)


def _finish(claim: Claim, state: str) -> bool:
    now = timezone.now()
    finished: int = _held(claim).update(
        state=state, finished_at=now, updated_at=now, lease_until=None, error="", error_code=""
    )
    return finished == 1


def _bury(job: Job, code: str, reason: str) -> None:
    now = timezone.now()
    Job.objects.filter(pk=job.pk, token=job.token).exclude(state=Job.State.DONE).update(
        state=Job.State.DEAD,
        finished_at=now,
        updated_at=now,
        lease_until=None,
        error_code=code[:40],
        error=reason,
    )
