"""The grid of all checkpoints."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from mythos.accounts.models import Swarm, User
from mythos.accounts.services import set_preference
from mythos.errors import Invalid, NotFound
from mythos.prompts.counting import Count, counted, total_of
from mythos.prompts.limits import limited
from mythos.prompts.models import PromptCheckpoint, PromptMutationLog
from mythos.prompts.parts import count_up_to
from mythos.prompts.queries import compare_checkpoints, visible_checkpoints
from mythos.prompts.query import read_query
from mythos.prompts.search import search
from mythos.prompts.services import queue_export, tag_checkpoints, untag_checkpoints
from mythos.prompts.services.exports import AT_ONCE, COLUMNS, export_rows, finished_export, matching_rows
from mythos.prompts.services.tags import MOST as MOST_TAGGED
from mythos.web import diff_view, grid_choices
from mythos.web.checkpoint_query import parts_of, token_range, wrong_parts
from mythos.web.context import current_swarm, user_of
from mythos.web.facets import facets
from mythos.web.tables import found_page, stream
from mythos.work.models import Job

PAGE_SIZE = 50
LEAN = (
    "prompt_id", "slug", "version", "sha256", "token_count", "tone_type", "trend", "message", "author_name",
    "created_at", "derived_from",
)  # fmt: skip
SORTS = {
    "created": "created_at",
    "tokens": "token_count",
    "tone": "tone_type",
    "prompt": "slug",
    "version": "version",
    "author": "author_name",
}


def grid(request: HttpRequest) -> HttpResponse:
    """Rows that match the query, with facets and paging by key."""
    user, swarm = user_of(request), current_swarm(request)
    everything = _lean(visible_checkpoints(user, swarm))
    query, error = request.GET.get("q", "").strip(), ""
    wrong: dict[str, str] = {}
    sort = _sort(request.GET.get("sort", ""))
    try:
        shown = _shown(everything, swarm, query, sort, request.GET.get("after", ""))
        chosen = token_range(query)
    except Invalid as refused:
        if "q" not in refused.fields:
            raise
        wrong = wrong_parts(query, lambda part: read_query(part, swarm))
        error, chosen = " ".join([*wrong.values()] or [refused.message, refused.hint]).strip(), (0, None)
        query_kept = request.GET.get("last", "").strip()
        shown = _shown(everything, swarm, _readable(query_kept, swarm), sort, "")
    choices = grid_choices.read(request)
    context = {
        "rows": shown.rows,
        "next": shown.following,
        "page_size": PAGE_SIZE,
        "count": shown.count,
        "total": shown.total,
        "last": shown.query,
        "q": query,
        "parts": parts_of(query),
        "chosen_parts": query.split(),
        "error": error,
        "wrong": wrong,
        "picked": [int(key) for key in request.GET.getlist("pick") if key.isdigit()],
        "sort": sort,
        "facets": facets(everything, swarm, shown.total.number, chosen),
        "is_paged": bool(request.GET.get("after")),
        "columns": choices.columns,
        "all_columns": grid_choices.COLUMNS.items(),
        "views": choices.views,
        "densities": User.Density.choices,
    }
    return render(request, "checkpoints/grid.html", context, status=422 if error else 200)


def _lean(rows: QuerySet[PromptCheckpoint]) -> QuerySet[PromptCheckpoint]:
    """What a row of the grid shows and no more."""
    waiting = Prefetch("mutations", PromptMutationLog.objects.only("to_checkpoint_id", "compared"))
    origins = Prefetch("derived_from", PromptCheckpoint.objects.only("prompt_id", "slug", "version"))
    shown = rows.select_related(None).prefetch_related(None).prefetch_related("labels", "tag_rows", waiting, origins)
    return shown.only(*LEAN)


@dataclass(frozen=True)
class Shown:
    """A page of the grid and what is known about its match."""

    query: str
    rows: list[PromptCheckpoint]
    following: str
    count: Count
    total: Count


def _shown(everything: QuerySet[PromptCheckpoint], swarm: Swarm, query: str, sort: str, after: str) -> Shown:
    with limited():
        column = SORTS[sort.lstrip("-")]
        found = search(everything, read_query(query, swarm), column)
        page, following = found_page(found, column, sort, after, PAGE_SIZE, everything)
        total = total_of(everything, swarm)
        count = counted(found, everything, swarm, total) if query else total
    return Shown(query, page, following, count, total)


def _readable(query: str, swarm: Swarm) -> str:
    """The query that was shown before a wrong one; nothing when that cannot be read either."""
    try:
        read_query(query, swarm)
    except Invalid:
        return ""
    return query


def _sort(given: str) -> str:
    return given if given.lstrip("-") in SORTS else "-created"


@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Choose columns and height of rows, for this person."""
    choices = grid_choices.read(request)
    choices.choose(request.POST.getlist("column"))
    set_preference(actor=user_of(request), density=request.POST.get("density"))
    return grid_choices.keep(request, _back(request.POST), choices)


@require_POST
def views(request: HttpRequest) -> HttpResponse:
    """Keep the filter under a name, or forget one."""
    choices = grid_choices.read(request)
    name = request.POST.get("name", "")
    try:
        if request.POST.get("remove"):
            choices.remove(request.POST["remove"])
        else:
            choices.save(name, request.POST.get("q", ""), _sort(request.POST.get("sort", "")))
            messages.success(request, f"“{name.strip()}” is among your views.")
    except Invalid as error:
        messages.error(request, f"{error.message} {error.fields.get('name', '')}")
    return grid_choices.keep(request, _back(request.POST), choices)


def compare(request: HttpRequest) -> HttpResponse:
    """Any two checkpoints that were picked, of one prompt or of two; the older one first."""
    user = user_of(request)
    picked = [int(key) for key in request.GET.getlist("pick") if key.isdigit()]
    rows = visible_checkpoints(user, current_swarm(request)).filter(pk__in=picked).order_by("created_at", "pk")
    if len(rows) != 2:
        said = "1 was" if len(rows) == 1 else f"{len(rows)} were"
        messages.error(request, f"Pick two checkpoints to compare; {said} picked.")
        return _back(request.GET)
    old, new = rows
    if old.prompt_id == new.prompt_id:
        versions = urlencode({"from": old.version, "to": new.version})
        return redirect(f"{reverse('prompts.compare', args=[old.prompt_id])}?{versions}")
    pair = compare_checkpoints(user, old, new, use_embeddings=False)
    return render(request, "checkpoints/compare.html", diff_view.shown(pair, request.GET.get("view", "")))


@require_POST
def tag(request: HttpRequest) -> HttpResponse:
    """Put a person's tag on the rows picked, or on everything that matches if that is asked for; or take it off."""
    user, swarm = user_of(request), current_swarm(request)
    try:
        with limited():
            parts = read_query(request.POST.get("q", "").strip(), swarm)
            ids = search(visible_checkpoints(user, swarm), parts).rows.order_by().values_list("pk", flat=True)
            picked = [int(key) for key in request.POST.getlist("pick") if key.isdigit()]
            if not picked and not request.POST.get("all"):
                raise Invalid("Pick rows first, or ask for all that match.")
            chosen = picked or list(ids[: MOST_TAGGED + 1])
        verb = untag_checkpoints if request.POST.get("remove") else tag_checkpoints
        changed = verb(actor=user, swarm=swarm, ids=chosen, name=request.POST.get("name", ""))
        messages.success(request, f"{changed} checkpoints changed.")
    except Invalid as error:
        messages.error(request, f"{error.message} {error.fields.get('name', '')}")
    return _back(request.POST)


def _back(sent: QueryDict) -> HttpResponse:
    """The grid as it was: its filter, its order and the rows that were picked."""
    shown = [(name, value) for name in ("q", "sort", "pick") for value in sent.getlist(name) if value]
    return redirect(reverse("checkpoints.grid") + (f"?{urlencode(shown)}" if shown else ""))


def export(request: HttpRequest) -> HttpResponseBase:
    """The whole match as CSV or JSON Lines: a short one at once, a long one as a job."""
    user, swarm = user_of(request), current_swarm(request)
    query, kind = request.GET.get("q", "").strip(), request.GET.get("format", "csv")
    with limited():
        rows = matching_rows(user, swarm, query)
        is_long = count_up_to(rows, AT_ONCE) > AT_ONCE
    if is_long:
        return redirect("jobs.page", queue_export(actor=user, swarm=swarm, query=query, kind=kind).pk)
    return stream(export_rows(rows), COLUMNS, kind, "checkpoints")


def download(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """The file of a finished export."""
    job = Job.objects.filter(pk=job_id, swarm_id=current_swarm(request).pk, state=Job.State.DONE).first()
    if job is None:
        raise NotFound("There is no such export.")
    path = finished_export(job)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
