"""Runs of rituals: live progress, results, the conversation of one case, and two runs side by side."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_page
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may
from mythos.errors import Invalid, MythosError, NotFound, Stale
from mythos.providers.base import Message
from mythos.rituals import queries, services
from mythos.rituals.comparing import compare_runs
from mythos.rituals.judging import JUDGED, judge_of
from mythos.rituals.models import RitualResult, RitualRun
from mythos.rituals.statistics import MARGIN
from mythos.rituals.summary import summarise
from mythos.rituals.talking import messages_of
from mythos.web.context import user_of
from mythos.web.htmx import render
from mythos.web.sse import event, event_stream
from mythos.work.queries import jobs_ahead

State = RitualRun.State
LIVE = (State.PENDING, State.RUNNING)
PAGE_SIZE = 50
LATEST = 8
MOST_PAIRS = 300
LOOK_SECONDS = 0.5
LONGEST_STREAM_SECONDS = 300.0
SHOWN = {"failed": "Failed", "unmeasured": "Not measured", "passed": "Passed", "lost": "No reply"}
VERBS: dict[str, Callable[..., RitualRun]] = {
    "pause": services.pause_run,
    "resume": services.resume_run,
    "cancel": services.cancel_run,
    "retry": services.retry_failures,
}


def page(request: HttpRequest, run_id: int) -> HttpResponse:
    """A run: how far it is, what it came to, every case; while it lasts the page follows it."""
    user = user_of(request)
    run = queries.get_run(user, run_id)
    shown, clause = request.GET.get("show", ""), request.GET.get("clause", "")
    rows = _shown(queries.results_of(run), shown)
    earlier = queries.visible_runs(user).filter(ritual=run.ritual, pk__lt=run.pk, state=State.DONE)
    context = {
        **_progress(run),
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "show": shown,
        "kinds": SHOWN,
        "clause": clause,
        "earlier": earlier[:20] if run.state == State.DONE else (),
        "judge": judge_of(run.judge) if run.judge else "",
        "may_run": may(user, "rituals.run", run),
    }
    return render(request, "rituals/run.html", "rituals/_run.html", context)


def _shown(rows: QuerySet[RitualResult], kind: str) -> QuerySet[RitualResult]:
    lost = RitualResult.Status.FAILED
    filters: dict[str, dict[str, Any]] = {
        "failed": {"passed": False},
        "passed": {"passed": True},
        "unmeasured": {"passed": None, "status": RitualResult.Status.GRADED},
        "lost": {"status": lost},
    }
    return rows.filter(**filters[kind]) if kind in filters else rows


def _progress(run: RitualRun) -> dict[str, Any]:
    """What the live part of the page shows."""
    is_live = run.state in LIVE
    latest = RitualResult.objects.filter(run=run).select_related("case", "reply").order_by("-pk")[:LATEST]
    return {
        "run": run,
        "is_live": is_live,
        "found": summarise(run) if is_live or not run.summary else run.summary,
        "latest": latest if is_live else (),
        "ahead": jobs_ahead(services.RUN_JOB, str(run.pk)) if run.state == State.PENDING else 0,
    }


def events(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """Server-sent events: `progress` with the live part of the page, `state` when it shows another than `?state=`."""
    run = queries.get_run(user_of(request), run_id)
    return event_stream(_follow(run, request.GET.get("state", run.state)))


async def _follow(run: RitualRun, first: str) -> AsyncIterator[str]:
    """Looks twice a second, speaks only when something changed, ends with the run or after a while."""
    said, end = -1, time.monotonic() + LONGEST_STREAM_SECONDS
    while time.monotonic() < end:
        await sync_to_async(run.refresh_from_db)(fields=["state", "done", "spent", "summary"])
        if run.done != said:
            said = run.done
            yield event("progress", await sync_to_async(_drawn)(run))
        if run.state != first or run.state not in LIVE:
            yield event("state", run.state)
            return
        await asyncio.sleep(LOOK_SECONDS)


def _drawn(run: RitualRun) -> str:
    return render_to_string("rituals/_progress.html", _progress(run))


@require_POST
def act(request: HttpRequest, run_id: int, verb: str) -> HttpResponse:
    """Pause, resume, cancel, or call again for cases without a reply."""
    if verb not in VERBS:
        raise NotFound("There is nothing here.")
    user, budget = user_of(request), request.POST.get("budget", "").strip()
    more: dict[str, Any] = {}
    try:
        if verb == "resume" and budget:
            more["budget"] = _money(budget)
        VERBS[verb](actor=user, run_id=run_id, **more)
    except (Invalid, Stale) as error:
        messages.error(request, " ".join([error.message, *error.fields.values()]))
    return redirect("rituals.run", run_id)


def _money(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Invalid("The run cannot go on.", fields={"budget": "US dollars, zero or more."}) from None


def result(request: HttpRequest, run_id: int, result_id: int) -> HttpResponse:
    """The whole conversation of one case, and how it was graded."""
    user = user_of(request)
    found = queries.get_result(user, result_id)
    if found.run_id != run_id:
        return redirect("rituals.result", found.run_id, found.pk)
    values = {entry["id"]: entry for entry in found.case.expectations}
    said = {row.expectation: row for row in found.annotations.filter(user=user)}
    context = {
        "result": found,
        "run": found.run,
        "messages_sent": _sent(found),
        "grades": [
            (grade, values.get(grade["id"], {}), said.get(grade["id"]), grade["type"] in JUDGED)
            for grade in found.grades
        ],
        "judge": judge_of(found.run.judge) if found.run.judge else "",
        "may_annotate": may(user, "rituals.annotate", found),
    }
    return render_page(request, "rituals/result.html", context)


def _sent(found: RitualResult) -> list[Message]:
    try:
        return messages_of(found.run, found.case)
    except MythosError:
        return []


def compare(request: HttpRequest) -> HttpResponse:
    """Two runs of one ritual, paired: better, worse, the same, or not enough cases to tell."""
    old, new = (request.GET.get(name, "") for name in ("old", "new"))
    if not (old.isdigit() and new.isdigit()):
        raise Invalid("Choose two runs to compare.", hint="Open a ritual; its runs can be compared there.")
    found = compare_runs(user_of(request), int(old), int(new))
    changed = [pair for pair in found.pairs if pair.is_measured and pair.old_score != pair.new_score]
    changed.sort(key=lambda pair: (pair.new_score or 0.0) - (pair.old_score or 0.0))
    same = [pair for pair in found.pairs if pair not in changed]
    context = {
        "found": found,
        "result": found.result,
        "margin": MARGIN,
        "unchanged": found.result.n - found.result.improved - found.result.worsened,
        "changed": changed[:MOST_PAIRS],
        "same": same[:MOST_PAIRS],
        "more": max(0, len(changed) - MOST_PAIRS) + max(0, len(same) - MOST_PAIRS),
        "links": _links(found.old, found.new, {pair.ref for pair in changed[:MOST_PAIRS]}),
    }
    return render_page(request, "rituals/compare.html", context)


def _links(old: RitualRun, new: RitualRun, refs: set[str]) -> dict[str, dict[int, int]]:
    """Ref -> run -> its first result, for the links to the conversations."""
    rows = RitualResult.objects.filter(run__in=[old.pk, new.pk], case__ref__in=refs).order_by("-repeat")
    found: dict[str, dict[int, int]] = {}
    for ref, run, pk in rows.values_list("case__ref", "run_id", "pk"):
        found.setdefault(ref, {})[run] = pk
    return found
