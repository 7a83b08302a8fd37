"""The vault: every change of a prompt, with lineage and measured effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from mythos.accounts.models import User
from mythos.errors import Invalid
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptMutationLog
from mythos.prompts.queries import get_prompt, prompt_history, visible_mutations, with_rollbacks
from mythos.text.tags import SYMBOLIC_TAGS
from mythos.web.context import current_swarm, user_of
from mythos.web.tables import page_after, stream

PAGE_SIZE = 40
NODES = 12
RESULTS = PromptMutationLog.Result
ROLLED_BACK = "rolled_back"
RESULTS_SHOWN = (*RESULTS.choices, (ROLLED_BACK, "Rolled back"))
COLUMNS = (
    "prompt", "parent_prompt", "from_version", "to_version", "assistant", "symbolic_tags", "trait_delta", "verdict",
    "result", "rolled_back", "source", "reason", "actor_name", "created_at",
)  # fmt: skip
TRENDS = ("tokens", "reading_ease", "obligations_must", "prohibitions", "formality")


@dataclass(frozen=True)
class Node:
    """One version in the lineage: lane 0 is the prompt itself, lane 1 a fork."""

    checkpoint: PromptCheckpoint
    lane: int
    y: int
    x: int
    labels: list[str]
    tags: list[str]
    name: str


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
        "lineage": _lineage(user, prompt) if prompt else [],
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
        return Q(symbolic_tags__icontains=f'"@{word.lstrip("@")}"')
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


def _lineage(user: User, prompt: Prompt) -> list[Node]:
    """The newest versions of a prompt, with its forks beside the version they left."""
    nodes: list[Node] = []
    forks = {fork.mutation_logs.order_by("id").first(): fork for fork in prompt.forks.all()[:6]}
    left = {log.from_checkpoint_id: (log, fork) for log, fork in forks.items() if log is not None}
    for checkpoint in prompt_history(user, prompt)[:NODES]:
        if checkpoint.pk in left:
            log, fork = left[checkpoint.pk]
            nodes.append(_node(log.to_checkpoint, 1, len(nodes), fork.slug))
        nodes.append(_node(checkpoint, 0, len(nodes), ""))
    return nodes


def _node(checkpoint: PromptCheckpoint, lane: int, row: int, name: str) -> Node:
    mutation = next(iter(checkpoint.mutations.all()), None)
    labels = [label.name for label in checkpoint.labels.all()]
    tags = mutation.symbolic_tags[:2] if mutation else []
    return Node(checkpoint, lane, 15 + 30 * row, 12 + 20 * lane, labels, tags, name)


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
