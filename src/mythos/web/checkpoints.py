"""The grid of all checkpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from mythos.accounts.models import User
from mythos.accounts.services import set_preference
from mythos.errors import Invalid
from mythos.prompts.models import PromptCheckpoint
from mythos.prompts.queries import visible_checkpoints, visible_mutations
from mythos.web import grid_choices
from mythos.web.checkpoint_query import apply_query, parts_of, token_range
from mythos.web.context import current_swarm, user_of
from mythos.web.facets import facets
from mythos.web.tables import count_up_to, page_after, stream

PAGE_SIZE = 100
MOST_COUNTED = 10_000
TREND = 12
COLUMNS = (
    "prompt",
    "version",
    "token_count",
    "tone_type",
    "tags",
    "message",
    "author_name",
    "created_at",
    "text",
)
SORTS = {"created": "created_at", "tokens": "token_count", "tone": "tone_type"}


def grid(request: HttpRequest) -> HttpResponse:
    """Rows that match the query, with facets and paging by key."""
    user, swarm = user_of(request), current_swarm(request)
    everything = visible_checkpoints(user, swarm).defer("text", "traits", "tone_scores")
    query, error = request.GET.get("q", "").strip(), ""
    try:
        rows = apply_query(everything, query)
        chosen = token_range(query)
    except Invalid as wrong:
        error, rows, chosen = wrong.message, everything, (0, None)
    sort = _sort(request.GET.get("sort", ""))
    page, following = page_after(rows, SORTS[sort.lstrip("-")], sort, request.GET.get("after", ""), PAGE_SIZE)
    total = everything.count()
    choices = grid_choices.read(request)
    context = {
        "rows": page,
        "trends": _trends(page) if "trend" in choices.columns else {},
        "next": following,
        "count": count_up_to(rows, MOST_COUNTED) if query and not error else total,
        "most": MOST_COUNTED,
        "total": total,
        "q": query,
        "parts": parts_of(query),
        "chosen_parts": query.split(),
        "error": error,
        "sort": sort,
        "facets": facets(everything, visible_mutations(user, swarm), total, chosen),
        "is_paged": bool(request.GET.get("after")),
        "columns": choices.columns,
        "all_columns": grid_choices.COLUMNS.items(),
        "views": choices.views,
        "densities": User.Density.choices,
    }
    return render(request, "checkpoints/grid.html", context, status=422 if error else 200)


def _sort(given: str) -> str:
    return given if given.lstrip("-") in SORTS else "-created"


@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Choose columns and height of rows, for this person."""
    choices = grid_choices.read(request)
    choices.choose(request.POST.getlist("column"))
    set_preference(actor=user_of(request), density=request.POST.get("density"))
    return grid_choices.keep(request, _back(request), choices)


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
    return grid_choices.keep(request, _back(request), choices)


def _back(request: HttpRequest) -> HttpResponse:
    shown = {name: request.POST[name] for name in ("q", "sort") if request.POST.get(name)}
    return redirect(reverse("checkpoints.grid") + (f"?{urlencode(shown)}" if shown else ""))


def _trends(page: list[PromptCheckpoint]) -> dict[int, list[int]]:
    """Tokens of each row's last dozen ancestors, by one query for those versions alone."""
    spans: dict[int, tuple[int, int]] = {}
    for row in page:
        low, high = spans.get(row.prompt_id, (row.version, row.version))
        spans[row.prompt_id] = (min(low, row.version - TREND + 1), max(high, row.version))
    wanted = Q(pk__in=[])
    for prompt_id, span in spans.items():
        wanted |= Q(prompt_id=prompt_id, version__range=span)
    counts: dict[int, dict[int, int]] = {}
    rows = PromptCheckpoint.objects.filter(wanted).order_by()
    for prompt_id, version, tokens in rows.values_list("prompt_id", "version", "token_count"):
        counts.setdefault(prompt_id, {})[version] = tokens
    return {
        row.pk: [
            counts[row.prompt_id][v]
            for v in range(max(1, row.version - TREND + 1), row.version + 1)
            if v in counts[row.prompt_id]
        ]
        for row in page
    }


def export(request: HttpRequest) -> HttpResponseBase:
    """The whole match as CSV or JSON Lines."""
    rows = visible_checkpoints(user_of(request), current_swarm(request))
    rows = apply_query(rows, request.GET.get("q", "").strip()).order_by("-created_at", "-id")
    return stream(_rows(rows), COLUMNS, request.GET.get("format", "csv"), "checkpoints")


def _rows(rows: QuerySet[PromptCheckpoint]) -> Iterator[dict[str, Any]]:
    for row in rows.iterator(chunk_size=500):
        yield {name: row.prompt.slug if name == "prompt" else getattr(row, name) for name in COLUMNS}
