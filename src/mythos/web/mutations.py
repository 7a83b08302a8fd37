"""The vault: every change of a prompt, with lineage and measured effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from mythos.accounts.models import User
from mythos.accounts.permissions import may
from mythos.assistants.queries import visible_assistants
from mythos.errors import Invalid, Stale
from mythos.prompts.limits import limited
from mythos.prompts.lineage import Lineage, Node, lineage_of
from mythos.prompts.models import Prompt, PromptMutationLog, Source
from mythos.prompts.mutation_query import read_mutation_query
from mythos.prompts.mutations import COLUMNS, TEXTS, matching_mutations, mutation_rows
from mythos.prompts.queries import ROLLED_BACK, fork_merge, get_prompt, prompt_history
from mythos.prompts.services import merge_fork
from mythos.text.tags import SYMBOLIC_TAGS
from mythos.text.traits import TRAITS
from mythos.web.checkpoint_query import parts_of, with_part, without_key, wrong_parts
from mythos.web.context import current_swarm, user_of
from mythos.web.tables import page_after, stream

PAGE_SIZE = 40
LEFT, TOP, STEP, ROW, MOST_LANES = 12, 15, 18, 30, 6
RESULTS_SHOWN = (*PromptMutationLog.Result.choices, (ROLLED_BACK, "Rolled back"))
TRENDS = ("tokens", "reading_ease", "obligations_must", "prohibitions", "formality")
CHOICES = {
    "tag": ("What the change did", tuple(SYMBOLIC_TAGS)),
    "trait": ("Trait that moved", tuple(f"{name}{way}" for name in TRAITS for way in "+-")),
    "source": ("By way of", tuple(Source.values)),
}
TYPED = {"prompt": "Prompt, or how it begins", "author": "Author", "created": "Since, as 2026-01-31"}


def list_page(request: HttpRequest) -> HttpResponse:
    """Newest first, filtered by the address; a wrong filter keeps the last result."""
    user = user_of(request)
    added = _with_choices(request)
    if added is not None:
        return redirect(f"{reverse('mutations.list')}?{urlencode(added)}")
    q, error = request.GET.get("q", "").strip(), ""
    result = request.GET.get("result", "")
    wrong: dict[str, str] = {}
    kept = q
    try:
        page, following = _found(request, q, result)
    except Invalid as refused:
        if "q" not in refused.fields:
            raise
        wrong = wrong_parts(q, lambda part: read_mutation_query(part, current_swarm(request)))
        error, kept = " ".join([*wrong.values()] or [refused.message, refused.hint]).strip(), _readable(request)
        page, following = _found(request, kept, result)
    prompt = _chosen(request, user, page)
    context = {
        "rows": page,
        "next": following,
        "is_paged": bool(request.GET.get("after")),
        "q": q,
        "last": kept,
        "error": error,
        "wrong": wrong,
        "parts": parts_of(q),
        "choices": [(key, name, values) for key, (name, values) in CHOICES.items()],
        "typed": TYPED.items(),
        "said": {key: value for key, _, value in (part.partition(":") for part in kept.split()) if value},
        "assistants": visible_assistants(user, current_swarm(request)),
        "result": result,
        "results": RESULTS_SHOWN,
        "prompt": prompt,
        "may_edit": prompt is not None and may(user, "prompts.revise", prompt),
        "drawing": _drawn(lineage_of(user, prompt)) if prompt else None,
        "trends": _trends(user, prompt) if prompt else [],
    }
    return render(request, "mutations/list.html", context, status=422 if error else 200)


def _found(request: HttpRequest, q: str, result: str) -> tuple[list[PromptMutationLog], str]:
    with limited():
        rows = matching_mutations(user_of(request), current_swarm(request), q, result).defer(*TEXTS)
        return page_after(rows, "created_at", "-created", request.GET.get("after", ""), PAGE_SIZE)


def _readable(request: HttpRequest) -> str:
    """The filter that was shown before a wrong one; nothing when that cannot be read either."""
    last = request.GET.get("last", "").strip()
    try:
        read_mutation_query(last, current_swarm(request))
    except Invalid:
        return ""
    return last


def _with_choices(request: HttpRequest) -> dict[str, str] | None:
    """The address after something was chosen in the menu of filters; None when nothing was."""
    if "choose" not in request.GET:
        return None
    q = request.GET.get("q", "")
    for key in (*TYPED, "assistant", *CHOICES):
        value = request.GET.get(f"with-{key}", "")
        part = "_".join(value.split())  # a part of a query has no spaces
        q = with_part(q, key, part, is_toggle=False) if part else without_key(q, key)
    return {name: value for name, value in (("q", q), ("result", request.GET.get("result", ""))) if value}


def _chosen(request: HttpRequest, user: User, page: list[PromptMutationLog]) -> Prompt | None:
    chosen = request.GET.get("prompt", "")
    if chosen.isdigit():
        return get_prompt(user, int(chosen))
    return page[0].prompt if page else None


@dataclass(frozen=True)
class Drawing:
    """A lineage with places: circles, the curves between them, and how large the picture is."""

    lineage: Lineage
    circles: list[tuple[int, int, str]]
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
    circles = [(*place(node), "now" if node.is_current else "") for node in lineage.nodes]
    width = max((x for x, _, _ in circles), default=0) + LEFT
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
    q, result = request.GET.get("q", "").strip(), request.GET.get("result", "")
    rows = matching_mutations(user_of(request), current_swarm(request), q, result)
    return stream(mutation_rows(rows), COLUMNS, request.GET.get("format", "csv"), "mutations")
