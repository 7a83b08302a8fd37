"""Background jobs of the swarm; dead ones with their reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import require
from mythos.errors import NotFound
from mythos.web.context import current_swarm, user_of
from mythos.work.models import Job
from mythos.work.services import retry_dead


def jobs(request: HttpRequest) -> HttpResponse:
    """Newest first, dead ones above."""
    rows = Job.objects.filter(swarm_id=current_swarm(request).pk)
    context = {
        "dead": rows.filter(state=Job.State.DEAD).order_by("-id")[:50],
        "live": rows.exclude(state__in=[Job.State.DEAD, Job.State.DONE]).order_by("id")[:50],
        "done": rows.filter(state=Job.State.DONE).order_by("-id")[:20],
    }
    return render(request, "jobs/list.html", context)


@require_POST
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    """Give a dead job new attempts."""
    swarm = current_swarm(request)
    if not Job.objects.filter(pk=job_id, swarm_id=swarm.pk).exists():
        raise NotFound("There is no such job.")
    require(user_of(request), "jobs.retry", swarm)
    retry_dead(job_id=job_id)
    messages.success(request, "The job waits for a worker again.")
    return redirect("jobs.list")
