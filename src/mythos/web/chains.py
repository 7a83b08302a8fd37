"""Training chains: the list, the form of a new one, and one chain while it lasts and afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_page
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may
from mythos.errors import ClauseBroken, Denied, Invalid, NotFound, Stale
from mythos.rituals.models import Split
from mythos.text.diff import DiffSpan, word_diff
from mythos.training import queries, services
from mythos.training.models import AssistantReflectionChain, SwarmTrainingChain, TrainingStep
from mythos.training.plan import Plan, plan_from
from mythos.training.queries import LIVE
from mythos.training.replaying import replay_chain
from mythos.training.reporting import curve_of, median_curve, seconds_left, spent_of, zone_of
from mythos.web.context import current_swarm, user_of
from mythos.web.htmx import render
from mythos.web.sse import event, event_stream
from mythos.work.queries import jobs_ahead

State = SwarmTrainingChain.State
PAGE_SIZE = 50
MOST_REFLECTIONS = 2
MOST_CALLS = 100
LOOK_SECONDS = 0.5
LONGEST_STREAM_SECONDS = 300.0
VERBS: dict[str, Callable[..., SwarmTrainingChain]] = {
    "pause": services.pause_chain,
    "resume": services.resume_chain,
    "cancel": services.cancel_chain,
    "seal": services.seal_chain,
}


def list_page(request: HttpRequest) -> HttpResponse:
    """Chains, newest first."""
    user, swarm = user_of(request), current_swarm(request)
    context = {
        "page": Paginator(queries.visible_chains(user, swarm), PAGE_SIZE).get_page(request.GET.get("page")),
        "ready": queries.trainable_assistants(user, swarm),
        "may_run": may(user, "training.run", swarm),
    }
    return render_page(request, "training/list.html", context)


def page(request: HttpRequest, chain_id: int) -> HttpResponse:
    """A chain: score, steps, tension, reflections, texts tried; while it lasts the page follows it."""
    user = user_of(request)
    chain = queries.get_chain(user, chain_id)
    others = queries.visible_chains(user, chain.swarm).exclude(pk=chain.pk).exclude(score=None)
    context = {
        **_shown(chain),
        "others": others[:20],
        "may_run": may(user, "training.run", chain),
        "may_seal": may(user, "training.seal", chain),
        "moved": _moved(chain) if chain.state == State.DONE and chain.result.get("saved") else None,
    }
    return render(request, "training/chain.html", "training/_chain.html", context)


def _moved(chain: SwarmTrainingChain) -> list[str]:
    """Who speaks from the new texts once the result is sealed."""
    return sorted({assistant.name for assistant in services.assistants_to_move(chain)})


def _shown(chain: SwarmTrainingChain) -> dict[str, Any]:
    """What the live part of the page shows."""
    plan = plan_from(chain.plan)
    steps = list(queries.steps_of(chain))
    done = [step for step in steps if step.is_done]
    last = done[-1] if done else None
    past, runs = median_curve(chain)
    mutations = list(queries.mutations_of(chain))
    return {
        "chain": chain,
        "is_live": chain.state in LIVE,
        "plan": plan,
        "step_count": len(steps),
        "steps": _folded([_row(step, mutations, chain) for step in steps]),
        "last": last,
        "clauses": last.report.get("clauses") if last else None,
        "tension": last.report.get("tension") if last else None,
        "zone": zone_of(chain.codex_tension),
        "points": curve_of(chain),
        "past": past,
        "past_runs": runs,
        "validation": len(plan.ids(Split.VALIDATION)),
        "gain": None if chain.score is None or chain.score_before is None else chain.score - chain.score_before,
        "left": seconds_left(chain),
        "spent": spent_of(chain),
        "reflections": _reflections(chain, plan),
        "reflection_count": queries.reflections_of(chain).count(),
        "mutations": mutations,
        "counts": queries.call_counts(chain),
        "held_out": SimpleNamespace(**chain.result["held_out"]) if "held_out" in chain.result else None,
        "adopted": chain.result.get("adopted", {}),
        "texts": _texts(chain, plan),
        "ahead": jobs_ahead(services.CHAIN_JOB, str(chain.pk)) if chain.state == State.PENDING else 0,
    }


def _row(step: TrainingStep, mutations: list[Any], chain: SwarmTrainingChain) -> dict[str, Any]:
    """One step in words."""
    mine = [row for row in mutations if row.mutation_step == step.number]
    kept = sum(row.kept for row in mine)
    verb, said = ("Trial", "measures the start") if step.number == 0 else ("Search", "wrote no new text")
    if mine:
        causes = sorted({str(row.get_cause_display()).lower() for row in mine if not row.kept})
        verb = "Mutate"
        said = f"{len(mine)} tried: {kept} kept" + (
            f", {len(mine) - kept} rejected ({', '.join(causes)})" if causes else ""
        )
    if not step.is_done:
        verb, said = "Working", "calls are out" if chain.state == State.RUNNING else "goes on when the chain does"
        if chain.state in (State.CANCELLED, State.FAILED):
            verb, said = "Ended", "before the step was finished"
    took = max(0.0, (step.finished_at - step.begun_at).total_seconds()) if step.finished_at else None
    failures = len(step.report.get("failures", {}))
    return {"step": step, "verb": verb, "said": said, "took": took, "failures": failures}


def _folded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps in a row that wrote nothing are told as one, under the first of them."""
    found: list[dict[str, Any]] = []
    for row in rows:
        last = found[-1] if found else None
        if last is not None and row["verb"] == last["verb"] == "Search" and not row["failures"] + last["failures"]:
            last |= {"said": f"wrote no new text up to step {row['step'].number}", "took": last["took"] + row["took"]}
        else:
            found.append(row)
    return found


def _reflections(chain: SwarmTrainingChain, plan: Plan) -> list[tuple[AssistantReflectionChain, list[list[DiffSpan]]]]:
    """The newest reflections, each with what it changed in the assistant's texts since the one before."""
    rows = list(queries.reflections_of(chain)[:MOST_REFLECTIONS])
    found = []
    for row in rows:
        earlier = AssistantReflectionChain.objects.filter(chain=chain, assistant=row.assistant_id, step__lt=row.step)
        before = earlier.order_by("-step").first()
        old = before.memory_snapshot["texts"] if before else plan.start
        now = row.memory_snapshot["texts"]
        found.append((row, [word_diff(old[key], text) for key, text in now.items() if old.get(key, text) != text]))
    return found


def _texts(chain: SwarmTrainingChain, plan: Plan) -> list[tuple[str, list[DiffSpan], dict[str, Any]]]:
    """The chosen texts beside those the chain began with."""
    adopted = chain.result.get("adopted", {})
    return [
        (plan.by_key[key].slug, word_diff(plan.start[key], text), adopted.get(key, {}))
        for key, text in chain.result.get("texts", {}).items()
    ]


def events(request: HttpRequest, chain_id: int) -> StreamingHttpResponse:
    """Server-sent events: `progress` with the live part of the page, `state` when it shows another than `?state=`."""
    chain = queries.get_chain(user_of(request), chain_id)
    return event_stream(_follow(chain, request.GET.get("state", chain.state)))


async def _follow(chain: SwarmTrainingChain, first: str) -> AsyncIterator[str]:
    """Looks twice a second, speaks only when something changed, ends with the chain or after a while."""
    said, end = (-1, -1), time.monotonic() + LONGEST_STREAM_SECONDS
    while time.monotonic() < end:
        await sync_to_async(chain.refresh_from_db)(fields=["state", "current_step", "calls", "tokens", "seconds"])
        if (chain.current_step, chain.calls) != said:
            said = (chain.current_step, chain.calls)
            yield event("progress", await sync_to_async(_drawn)(chain))
        if chain.state != first or chain.state not in LIVE:
            yield event("state", chain.state)
            return
        await asyncio.sleep(LOOK_SECONDS)


def _drawn(chain: SwarmTrainingChain) -> str:
    chain.refresh_from_db()
    return render_to_string("training/_live.html", _shown(chain))


@require_POST
def act(request: HttpRequest, chain_id: int, verb: str) -> HttpResponse:
    """Pause, resume, cancel or seal."""
    if verb not in VERBS:
        raise NotFound("There is nothing here.")
    user, more = user_of(request), _more(request, verb)
    try:
        VERBS[verb](actor=user, chain_id=chain_id, **more)
    except (Invalid, Stale, ClauseBroken, Denied) as error:
        messages.error(request, " ".join([error.message, *error.fields.values(), error.hint]).strip())
    else:
        if verb == "seal":
            messages.success(request, "Sealed. The assistants pinned to these prompts speak from the new texts now.")
    return redirect("chains.page", chain_id)


def _more(request: HttpRequest, verb: str) -> dict[str, Any]:
    calls = request.POST.get("calls", "").strip()
    if verb == "resume" and calls.isdigit():
        return {"calls": int(calls)}
    return {"reason": request.POST.get("reason", "")} if verb == "seal" else {}


def step(request: HttpRequest, chain_id: int, number: int) -> HttpResponse:
    """One step: what was tried and concluded, every call; POST goes on from here in a new chain, or replays."""
    user = user_of(request)
    chain = queries.get_chain(user, chain_id)
    found = queries.get_step(chain, number)
    fields: dict[str, str] = {}
    if request.method == "POST":
        if request.POST.get("do") == "replay":
            return _replay(request, chain, number)
        try:
            made = services.reopen_chain(actor=user, chain_id=chain.pk, step=number, **_reopening(request))
            return redirect("chains.page", made.pk)
        except Invalid as error:
            fields = error.fields
    rows = [row for row in queries.mutations_of(chain) if row.mutation_step == number]
    context = {
        "chain": chain,
        "step": found,
        "cost": found.cost if spent_of(chain) is not None else None,
        "tried": [(row, word_diff(row.text_before, row.text)) for row in rows],
        "reflections": [row for row in queries.reflections_of(chain) if row.step == number],
        "calls": queries.calls_of(chain, number)[:MOST_CALLS],
        "call_count": queries.calls_of(chain, number).count(),
        "may_run": may(user, "training.run", chain),
        "fields": fields,
        "typed": request.POST,
    }
    return render_page(request, "training/step.html", context, status=422 if fields else 200)


def _replay(request: HttpRequest, chain: SwarmTrainingChain, number: int) -> HttpResponse:
    found = replay_chain(chain)
    if found.is_same:
        messages.success(request, f"Replayed {found.steps} steps from stored results, without a call: all the same.")
    else:
        which = ", ".join(map(str, found.different)) or "none could be gone through"
        messages.error(request, f"The replay came out otherwise at: {which}.")
    return redirect("chains.step", chain.pk, number)


def _reopening(request: HttpRequest) -> dict[str, Any]:
    wrong: dict[str, str] = {}
    found: dict[str, Any] = {"title": request.POST.get("title", "")}
    for name in ("seed", "calls"):
        given = request.POST.get(name, "").strip()
        if given and not (given.isascii() and given.isdigit() and len(given) < 10):
            wrong[name] = "A whole number."
        found[name] = int(given) if given and not wrong else None
    if wrong:
        raise Invalid("The chain cannot start.", fields=wrong)
    return found


def compare(request: HttpRequest) -> HttpResponse:
    """Two chains side by side."""
    given = [request.GET.get(name, "") for name in ("a", "b")]
    if not all(name.isascii() and name.isdigit() and len(name) < 18 for name in given):
        raise Invalid("Choose two chains to compare.", hint="Open a chain; it can be compared there.")
    chains = [queries.get_chain(user_of(request), int(name)) for name in given]
    curves = [dict(curve_of(chain)) for chain in chains]
    shown = [score for curve in curves for score in curve.values()]
    rows = [(number, [curve.get(number) for curve in curves]) for number in sorted({n for c in curves for n in c})]
    context = {
        "chains": [(chain, curve_of(chain), chain.result.get("held_out"), spent_of(chain)) for chain in chains],
        "rows": rows,
        "scores": shown,
        "is_same_task": _cases(chains[0]) == _cases(chains[1]),
    }
    return render_page(request, "training/compare.html", context)


def _cases(chain: SwarmTrainingChain) -> set[tuple[int, str]]:
    return {(case["id"], case["split"]) for case in chain.plan["cases"]}
