"""Background jobs of the swarm; dead ones with their reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_page
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may, require
from mythos.accounts.queries import swarms_of
from mythos.errors import NotFound
from mythos.web.context import current_swarm, user_of
from mythos.web.htmx import render
from mythos.work.models import Job
from mythos.work.services import retry_dead


def jobs(request: HttpRequest) -> HttpResponse:
    """Newest first, dead ones above."""
    swarm = current_swarm(request)
    rows = Job.objects.filter(swarm_id=swarm.pk).defer("payload")
    context = {
        "dead": rows.filter(state=Job.State.DEAD).order_by("-id")[:50],
        "live": rows.exclude(state__in=[Job.State.DEAD, Job.State.DONE]).order_by("id")[:50],
        "done": rows.filter(state=Job.State.DONE).order_by("-finished_at", "-id")[:20],
        "may_retry": may(user_of(request), "jobs.retry", swarm),
    }
    return render_page(request, "jobs/list.html", context)


def page(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job: how far it is, what came of it, or why it was given up."""
    job = Job.objects.filter(pk=job_id, swarm_id__in=swarms_of(user_of(request)).values("pk")).first()
    if job is None:
        raise NotFound("There is no such job.")
    is_live = job.state in {Job.State.PENDING, Job.State.RUNNING}
    context = {
        "job": job,
        "is_live": is_live,
        "ahead": Job.objects.filter(state=Job.State.PENDING, pk__lt=job.pk).count() if is_live else 0,
        "result": job.payload.get("result", {}) if job.state == Job.State.DONE else {},
        "may_retry": may(user_of(request), "jobs.retry", current_swarm(request)),
    }
    return render(request, "jobs/page.html", "jobs/_job.html", context)


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
