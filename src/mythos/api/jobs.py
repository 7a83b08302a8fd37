"""Background jobs: how far one is, and what came of it."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from mythos.accounts.queries import swarms_of
from mythos.api.auth import actor_of
from mythos.api.schemas.common import JobOut
from mythos.errors import NotFound
from mythos.work.models import Job

router = Router(tags=["jobs"])


@router.get("/{int:job_id}", response=JobOut)
def get_job(request: HttpRequest, job_id: int) -> Any:
    """One job of the swarm; `state` ends as done, with its `result`, or dead, with its `error`."""
    job = Job.objects.filter(pk=job_id, swarm_id__in=swarms_of(actor_of(request)).values("pk")).first()
    if job is None:
        raise NotFound("There is no such job.")
    return job
