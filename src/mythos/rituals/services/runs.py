"""Starting, pausing, resuming and cancelling runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from mythos import plugins
from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.errors import Invalid, Stale
from mythos.prompts.models import PromptCheckpoint
from mythos.providers.base import Provider, require_ready
from mythos.rituals.models import RitualResult, RitualRun, Split
from mythos.rituals.pinning import pinned_cases, tried_text
from mythos.rituals.queries import cases_of, get_ritual, get_run
from mythos.work.queries import has_live_job
from mythos.work.services import enqueue

RUN_JOB = "rituals.run"
MOST_ATTEMPTS = 1000  # a killed worker costs one; a run must outlive any number of them
MOST_REPEATS = 100
State = RitualRun.State
PARAMETERS = ("temperature", "max_tokens", "seed", "stop", "schema", "timeout")


def start_run(
    *,
    actor: Actor,
    ritual_id: int,
    provider: str,
    model: str = "",
    checkpoint: PromptCheckpoint | None = None,
    text: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    judge: Mapping[str, str] | None = None,
    split: str = "",
    repeats: int = 1,
    concurrency: int | None = None,
    budget: float | None = None,
    use_cache: bool = True,
    source: str = "web",
) -> RitualRun:
    """Pin everything that can change the result, and queue the run; the prompt's current text unless told."""
    ritual = get_ritual(actor, ritual_id)
    require(actor, "rituals.run", ritual)
    service: Provider = plugins.find("provider", provider)
    chosen = model or service.model()
    fields = _problems(parameters or {}, split, repeats, concurrency, budget)
    if budget is not None and service.price(chosen) is None:
        fields["budget"] = f"A budget needs the price of {chosen}; set MYTHOS_PRICES."
    total = cases_of(ritual, split).count() * repeats
    if not total:
        fields.setdefault("split", "No case of the ritual is in it." if split else "The ritual has no cases.")
    if fields:
        raise Invalid("The run cannot start.", fields=fields)
    require_ready(service)
    with transaction.atomic():
        run = RitualRun.objects.create(
            ritual=ritual,
            **tried_text(ritual, checkpoint, text),
            **pinned_cases(ritual, split),
            provider=provider,
            model=chosen,
            parameters=dict(parameters or {}),
            judge=_judge(judge),
            is_simulated=service.is_simulated,
            repeats=repeats,
            concurrency=concurrency,
            use_cache=use_cache,
            budget=budget,
            total=total,
            author=person(actor),
            author_name=actor_name(actor),
            source=source,
        )
        _enqueue(run)
    return run


def pause_run(*, actor: Actor, run_id: int) -> RitualRun:
    """No further call starts; what is under way is kept."""
    return _move(actor, run_id, State.PAUSED, from_states=(State.PENDING, State.RUNNING))


def cancel_run(*, actor: Actor, run_id: int) -> RitualRun:
    """End the run for good; its results so far stay."""
    states = (State.PENDING, State.RUNNING, State.PAUSED, State.STOPPED, State.FAILED)
    return _move(actor, run_id, State.CANCELLED, from_states=states)


def resume_run(*, actor: Actor, run_id: int, budget: float | None = None) -> RitualRun:
    """Go on with what is left, with another budget if one is given."""
    run = get_run(actor, run_id)
    require(actor, "rituals.run", run)
    if budget is not None and not _is_money(budget):
        raise Invalid("The run cannot go on.", fields={"budget": "US dollars, zero or more."})
    with transaction.atomic():
        run = _move(actor, run_id, State.PENDING, from_states=(State.PAUSED, State.STOPPED, State.FAILED))
        if budget is not None:
            RitualRun.objects.filter(pk=run.pk).update(budget=budget)
        _enqueue(run)
    return get_run(actor, run_id)


def retry_failures(*, actor: Actor, run_id: int) -> RitualRun:
    """Call again for the cases whose calls failed; graded ones stay."""
    run = get_run(actor, run_id)
    require(actor, "rituals.run", run)
    with transaction.atomic():
        moved = _move(actor, run_id, State.PENDING, from_states=(State.DONE, State.FAILED, State.STOPPED, State.PAUSED))
        RitualResult.objects.filter(run=run, status=RitualResult.Status.FAILED).delete()
        _enqueue(moved)
    return get_run(actor, run_id)


def sweep() -> int:
    """Queue runs again that nobody works on any more; how many."""
    lost = [
        run
        for run in RitualRun.objects.filter(state__in=[State.PENDING, State.RUNNING])
        if not has_live_job(RUN_JOB, str(run.pk))
    ]
    for run in lost:
        _enqueue(run)
    return len(lost)


def _enqueue(run: RitualRun) -> None:
    enqueue(
        kind=RUN_JOB,
        key=str(run.pk),
        payload={"run_id": run.pk},
        swarm_id=run.ritual.swarm_id,
        max_attempts=MOST_ATTEMPTS,
    )


def _move(actor: Actor, run_id: int, to: str, *, from_states: tuple[str, ...]) -> RitualRun:
    run = get_run(actor, run_id)
    require(actor, "rituals.run", run)
    if not RitualRun.objects.filter(pk=run.pk, state__in=from_states).update(state=to, note=""):
        run.refresh_from_db()
        raise Stale(f"The run is {run.get_state_display().lower()}.", data={"state": run.state})
    run.refresh_from_db()
    return run


def _judge(judge: Mapping[str, str] | None) -> dict[str, str]:
    if not judge:
        return {}
    service: Provider = plugins.find("provider", judge["provider"])
    return {"provider": judge["provider"], "model": judge.get("model") or service.model()}


def _problems(
    parameters: Mapping[str, Any], split: str, repeats: int, concurrency: int | None, budget: float | None
) -> dict[str, str]:
    fields: dict[str, str] = {}
    unknown = sorted(set(parameters) - set(PARAMETERS))
    if unknown:
        fields["parameters"] = f"There is no parameter {unknown[0]}; known are {', '.join(PARAMETERS)}."
    for name, least in (("temperature", 0), ("max_tokens", 1)):
        value = parameters.get(name)
        if value is not None and not (isinstance(value, int | float) and math.isfinite(value) and value >= least):
            fields[name] = f"A number, {least} or more."
    if split and split not in Split.values:
        fields["split"] = f"One of {', '.join(Split.values)}."
    if not 1 <= repeats <= MOST_REPEATS:
        fields["repeats"] = f"Between 1 and {MOST_REPEATS}."
    if concurrency is not None and not 1 <= concurrency <= 256:
        fields["concurrency"] = "Between 1 and 256."
    if budget is not None and not _is_money(budget):
        fields["budget"] = "US dollars, zero or more."
    return fields


def _is_money(value: float) -> bool:
    return math.isfinite(value) and value >= 0
