"""The vault: every change of a prompt, with lineage and measured effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mythos.accounts.models import User
from mythos.errors import Invalid, Stale
from mythos.prompts.lineage import Lineage, Node, lineage_of
from mythos.prompts.models import Prompt, PromptMutationLog
from mythos.prompts.queries import fork_merge, get_prompt, prompt_history, visible_mutations, with_rollbacks
from mythos.prompts.services import merge_fork
from mythos.text.tags import SYMBOLIC_TAGS
from mythos.web.context import current_swarm, user_of
from mythos.web.tables import page_after, stream

PAGE_SIZE = 40
LEFT, TOP, STEP, ROW, MOST_LANES = 12, 15, 18, 30, 6
RESULTS = PromptMutationLog.Result
ROLLED_BACK = "rolled_back"
RESULTS_SHOWN = (*RESULTS.choices, (ROLLED_BACK, "Rolled back"))
COLUMNS = (
    "prompt", "parent_prompt", "from_version", "to_version", "assistant", "symbolic_tags", "trait_delta", "verdict",
    "result", "rolled_back", "source", "reason", "actor_name", "created_at",
)  # fmt: skip
TRENDS = ("tokens", "reading_ease", "obligations_must", "prohibitions", "formality")


def list_page(request: HttpRequest) -> HttpResponse:
    """Newest first, filtered by the address."""
    user = user_of(request)
    rows, q, result = _filtered(request)
    rows = rows.defer(
        "from_checkpoint__text", "to_checkpoint__text", "from_checkpoint__traits", "to_checkpoint__traits"
    )
    page, following = page_after(rows, "created_at", "-created", request.GET.get("after", ""), PAGE_SIZE)
    prompt = _chosen(request, user, page)
    context = {
        "rows": page,
        "next": following,
        "is_paged": bool(request.GET.get("after")),
        "q": q,
        "result": result,
        "results": RESULTS_SHOWN,
        "prompt": prompt,
        "drawing": _drawn(lineage_of(user, prompt)) if prompt else None,
        "trends": _trends(user, prompt) if prompt else [],
    }
    return render(request, "mutations/list.html", context)


def _filtered(request: HttpRequest) -> tuple[QuerySet[Any], str, str]:
    rows: QuerySet[Any] = with_rollbacks(visible_mutations(user_of(request), current_swarm(request)))
    q, result = request.GET.get("q", "").strip(), request.GET.get("result", "")
    for word in q.split():
        rows = rows.filter(_matches(word))
    if result == ROLLED_BACK:
        rows = rows.filter(rolled_back=True)
    elif result:
        if result not in RESULTS.values:
            known = ", ".join(value for value, _ in RESULTS_SHOWN)
            raise Invalid("There is no such result.", fields={"result": f"One of {known}."})
        rows = rows.filter(result=result, rolled_back=False)
    return rows, q, result


def _matches(word: str) -> Q:
    if word in SYMBOLIC_TAGS or f"@{word}" in SYMBOLIC_TAGS:
        return Q(to_checkpoint__tag_rows__name=f"@{word.lstrip('@')}")
    return (
        Q(prompt__slug__icontains=word)
        | Q(assistant__name__icontains=word)
        | Q(actor_name__icontains=word)
        | Q(reason__icontains=word)
        | Q(source=word)
        | Q(trait_delta__icontains=f'"{word}"')
    )


def _chosen(request: HttpRequest, user: User, page: list[PromptMutationLog]) -> Prompt | None:
    chosen = request.GET.get("prompt", "")
    if chosen.isdigit():
        return get_prompt(user, int(chosen))
    return page[0].prompt if page else None


@dataclass(frozen=True)
class Drawing:
    """A lineage with places: circles, the curves between them, and how large the picture is."""

    lineage: Lineage
    circles: list[tuple[int, int]]
    paths: list[tuple[str, str]]
    width: int
    height: int


def _drawn(lineage: Lineage) -> Drawing:
    def place(node: Node) -> tuple[int, int]:
        return LEFT + STEP * min(node.lane, MOST_LANES - 1), TOP + ROW * node.row

    paths = []
    for edge in lineage.edges:
        (x1, y1), (x2, y2) = place(edge.newer), place(edge.older)
        bend = f"C{x1} {y1 + ROW} {x2} {y2 - ROW} {x2} {y2}" if x1 != x2 else f"V{y2}"
        if edge.kind == "copy" and x1 == x2:  # beside the straight line, so that both are seen
            bend = f"C{x1 - LEFT} {y1 + ROW} {x2 - LEFT} {y2 - ROW} {x2} {y2}"
        paths.append((edge.kind, f"M{x1} {y1}{bend}"))
    circles = [place(node) for node in lineage.nodes]
    width = max((x for x, _ in circles), default=0) + LEFT
    return Drawing(lineage, circles, paths, width, ROW * len(circles))


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """A fork back into its parent: what fits together, and what a person has to decide."""
    user = user_of(request)
    fork = get_prompt(user, prompt_id)
    three = fork_merge(user, fork)
    error: Invalid | Stale | None = None
    text = request.POST.get("text", three.merged)
    if request.method == "POST":
        try:
            base = int(request.POST.get("base", "0"))
            reason = request.POST.get("message", "")
            merge_fork(actor=user, fork_id=fork.pk, base=base, text=text, reason=reason, source="web")
            return redirect("prompts.page", three.current.prompt_id)
        except (Invalid, Stale) as wrong:
            error = wrong
    context = {"fork": fork, "three": three, "text": text, "error": error}
    return render(request, "mutations/merge.html", context, status=error.status if error else 200)


def _trends(user: User, prompt: Prompt) -> list[dict[str, Any]]:
    history = [row.traits for row in prompt_history(user, prompt)[:24]][::-1]
    rows = []
    for name in TRENDS:
        values = [traits.get(name, 0.0) for traits in history]
        if values and max(values) != min(values):
            rows.append({"name": name, "values": values, "change": values[-1] - values[0]})
    return rows


def export(request: HttpRequest) -> HttpResponseBase:
    """The whole match as CSV or JSON Lines."""
    rows, _, _ = _filtered(request)
    rows = rows.order_by("-created_at", "-id")
    return stream(_rows(rows), COLUMNS, request.GET.get("format", "csv"), "mutations")


def _rows(rows: QuerySet[PromptMutationLog]) -> Iterator[dict[str, Any]]:
    for row in rows.iterator(chunk_size=500):
        named = {
            "prompt": row.prompt.slug,
            "parent_prompt": row.parent_prompt.slug,
            "from_version": row.from_checkpoint.version,
            "to_version": row.to_checkpoint.version,
            "assistant": row.assistant.slug if row.assistant else "",
        }
        yield {name: named[name] if name in named else getattr(row, name) for name in COLUMNS}
