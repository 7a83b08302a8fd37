"""The grid of all checkpoints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from mythos.errors import Invalid
from mythos.prompts.models import PromptCheckpoint
from mythos.prompts.queries import visible_checkpoints, visible_mutations
from mythos.web.checkpoint_query import apply_query
from mythos.web.context import current_swarm, user_of
from mythos.web.tables import stream

PAGE_SIZE = 100
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
BINS = 16


def grid(request: HttpRequest) -> HttpResponse:
    """Rows that match the query, with facets and paging by key."""
    everything = visible_checkpoints(user_of(request), current_swarm(request))
    query, error = request.GET.get("q", "").strip(), ""
    try:
        rows = apply_query(everything, query).distinct()
    except Invalid as wrong:
        error, rows = wrong.message, everything
    sort = request.GET.get("sort", "-created")
    if sort.lstrip("-") not in SORTS:
        sort = "-created"
    page, following = _page(rows, sort, request.GET.get("after", ""))
    context = {
        "rows": page,
        "trends": _trends(page),
        "next": following,
        "count": rows.count(),
        "total": everything.count(),
        "q": query,
        "error": error,
        "sort": sort,
        "facets": _facets(everything, request),
        "is_paged": bool(request.GET.get("after")),
    }
    return render(request, "checkpoints/grid.html", context, status=422 if error else 200)


def _page(rows: QuerySet[PromptCheckpoint], sort: str, after: str) -> tuple[list[PromptCheckpoint], str]:
    """A page after the key `value|id`, and the key of the next one; equal values are told apart by id."""
    down, column = sort.startswith("-"), SORTS[sort.lstrip("-")]
    value, _, key = after.rpartition("|")
    if value and key.isdigit():
        step = "lt" if down else "gt"
        same = Q(**{column: value, f"id__{step}": int(key)})
        rows = rows.filter(Q(**{f"{column}__{step}": value}) | same)
    sign = "-" if down else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}id")[: PAGE_SIZE + 1])
    if len(found) <= PAGE_SIZE:
        return found, ""
    last = found[PAGE_SIZE - 1]
    shown = getattr(last, column)
    return found[:PAGE_SIZE], f"{shown.isoformat() if column == 'created_at' else shown}|{last.pk}"


def _trends(page: list[PromptCheckpoint]) -> dict[int, list[int]]:
    """Tokens of each row's last dozen ancestors, by one query."""
    counts: dict[int, dict[int, int]] = {}
    rows = PromptCheckpoint.objects.filter(prompt__in={row.prompt_id for row in page})
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


def _facets(rows: QuerySet[PromptCheckpoint], request: HttpRequest) -> dict[str, Any]:
    tones = rows.order_by().values_list("tone_type").annotate(n=Count("id")).order_by("-n")[:4]
    tags: Counter[str] = Counter()
    mutations = visible_mutations(user_of(request), current_swarm(request)).order_by("-created_at")
    for names in mutations.values_list("symbolic_tags", flat=True)[:5000]:
        tags.update(names)
    tokens = list(rows.order_by().values_list("token_count", flat=True)[:20_000])
    top = sorted(tokens)[int(len(tokens) * 0.95)] if tokens else 1
    width = max(1, -(-(top + 1) // BINS))
    bins = Counter(min(count // width, BINS - 1) for count in tokens)
    most = max(bins.values(), default=1)
    bars = [
        {
            "x": 20 * i,
            "y": 44 - 44 * bins[i] / most,
            "h": 44 * bins[i] / most,
            "from": i * width,
            "n": bins[i],
        }
        for i in range(BINS)
    ]
    return {"tones": list(tones), "tags": tags.most_common(4), "bars": bars, "top": width * BINS}


def export(request: HttpRequest) -> HttpResponseBase:
    """The whole match as CSV or JSON Lines."""
    rows = visible_checkpoints(user_of(request), current_swarm(request))
    rows = apply_query(rows, request.GET.get("q", "").strip()).distinct().order_by("-created_at", "-id")
    return stream(_rows(rows), COLUMNS, request.GET.get("format", "csv"), "checkpoints")


def _rows(rows: QuerySet[PromptCheckpoint]) -> Iterator[dict[str, Any]]:
    for row in rows.iterator(chunk_size=500):
        yield {name: row.prompt.slug if name == "prompt" else getattr(row, name) for name in COLUMNS}
