"""Questions about jobs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from mythos.work.models import Job


def due(now: datetime | None = None) -> QuerySet[Job]:
    """Jobs a worker may take: waiting ones whose time has come, and running ones whose lease ran out."""
    now = now or timezone.now()
    waiting = Q(state=Job.State.PENDING, not_before__lte=now)
    abandoned = Q(state=Job.State.RUNNING, lease_until__lt=now)
    return Job.objects.filter(waiting | abandoned).order_by("not_before", "id")


def dead_jobs() -> QuerySet[Job]:
    """Jobs that were given up, newest first."""
    return Job.objects.filter(state=Job.State.DEAD).order_by("-finished_at", "-id")


def job_counts() -> dict[str, int]:
    """How many jobs are in each state; every state is present."""
    counts = dict.fromkeys(Job.State.values, 0)
    counts.update(Job.objects.values_list("state").annotate(Count("id")))
    return counts


def live_job(kind: str, key: str) -> Job | None:
    """The job of this kind and key that waits or runs, or None."""
    rows = Job.objects.filter(kind=kind, key=key, state__in=[Job.State.PENDING, Job.State.RUNNING])
    return rows.defer("payload").order_by("id").first()


def has_live_job(kind: str, key: str) -> bool:
    """Whether a job of this kind and key still waits or runs."""
    return live_job(kind, key) is not None


def jobs_ahead(kind: str, key: str) -> int:
    """How many jobs a worker has to do, or is doing, before this waiting one."""
    mine = Job.objects.filter(kind=kind, key=key, state=Job.State.PENDING).order_by("id").first()
    if mine is None:
        return 0
    before = Job.objects.filter(state__in=[Job.State.PENDING, Job.State.RUNNING], pk__lt=mine.pk)
    return before.count()
