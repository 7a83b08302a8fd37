"""Starting, pausing, resuming, cancelling and reopening chains."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from django.db import transaction

from mythos import plugins
from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.assistants.queries import visible_assistants
from mythos.errors import Invalid, NotFound, Stale
from mythos.providers.base import Provider, why_not_ready
from mythos.training import peer
from mythos.training.jobs import CHAIN_JOB, queue_chain
from mythos.training.models import SwarmTrainingChain
from mythos.training.plan import Plan, plan_from
from mythos.training.planning import make_plan, refuse_empty_splits
from mythos.training.queries import get_chain, get_step
from mythos.training.recording import snapshot_at
from mythos.training.signals import chain_cancelled, chain_paused, chain_started
from mythos.work.queries import has_live_job
from mythos.work.services import bring_forward

MOST_CALLS = 100_000
SMALL_BUDGET = 500  # calls; up to here a second step at a time costs score and saves little
MOST_STEPS_AT_ONCE = 4
ENGINES = ("mythos", peer.ENGINE)
State = SwarmTrainingChain.State


@dataclass(frozen=True)
class Wish:
    """How a chain is to be run; what is empty has a sensible default."""

    provider: str
    engine: str = "mythos"
    model: str = ""
    reflector: str = ""
    reflector_model: str = ""
    judge: str = ""
    calls: int = 300
    tokens: int | None = None
    money: float | None = None
    seconds: float | None = None
    seed: int = 0
    steps: int | None = None
    patience: int | None = 12
    goal: float | None = None
    in_flight: int | None = None
    window: int | None = None
    max_tokens: int = 512
    temperature: float = 0.0
    refuse_copies: bool = True


def start_chain(
    *,
    actor: Actor,
    swarm: Swarm,
    title: str,
    assistants: Sequence[str],
    wish: Wish,
    prompts: Iterable[str] | None = None,
) -> SwarmTrainingChain:
    """Pin everything that can change the result, and queue the chain."""
    require(actor, "training.run", swarm)
    involved = involved_assistants(actor, swarm, assistants)
    service: Provider = plugins.find("provider", wish.provider)
    reflector: Provider = plugins.find("provider", wish.reflector or wish.provider)
    wrong = _problems(wish, service, reflector) | not_set_up(wish)
    if not 1 <= len(title.strip()) <= 150:
        wrong["title"] = "Give it a title of at most 150 characters."
    if wrong:
        raise Invalid("The chain cannot start.", fields=wrong)
    plan = plan_chain(actor, swarm, involved, wish, prompts)
    refuse_empty_splits(plan)
    least = plan.held_out_calls + len(plan.ids("validation")) + 2
    if wish.calls < least:
        why = f"At least {least}: the start is measured, and held-out cases twice at the end."
        raise Invalid("The chain cannot start.", fields={"calls": why})
    with transaction.atomic():
        chain = SwarmTrainingChain.objects.create(
            swarm=swarm,
            chain_title=title.strip(),
            seed_assistant=involved[0],
            plan=plan.as_json(),
            seed=wish.seed,
            provider=wish.provider,
            model=wish.model or service.model(),
            reflector=wish.reflector or wish.provider,
            reflector_model=wish.reflector_model or reflector.model(),
            is_simulated=service.is_simulated or reflector.is_simulated,
            most_calls=wish.calls,
            most_tokens=wish.tokens,
            most_money=wish.money,
            most_seconds=wish.seconds,
            author=person(actor),
            author_name=actor_name(actor),
        )
        trained = {component.assistant for component in plan.components}
        chain.involved_assistants.set([row for row in involved if row.slug in trained])
        queue_chain(chain)
        transaction.on_commit(partial(chain_started.send_robust, SwarmTrainingChain, chain_id=chain.pk))
    return chain


def plan_chain(
    actor: Actor, swarm: Swarm, involved: Sequence[Assistant], wish: Wish, prompts: Iterable[str] | None = None
) -> Plan:
    """What such a chain would be pinned to; Invalid for a wish that no start would take."""
    service: Provider = plugins.find("provider", wish.provider)
    wrong = _problems(wish, service, plugins.find("provider", wish.reflector or wish.provider))
    if wrong:
        raise Invalid("The chain cannot start.", fields=wrong)
    judge, _, judge_model = wish.judge.partition(":")
    judged = {"provider": judge, "model": judge_model} if judge else {}
    return make_plan(
        actor,
        swarm,
        involved,
        prompts=prompts,
        parameters={"temperature": wish.temperature, "max_tokens": wish.max_tokens},
        judge=judged,
        refuse_copies=wish.refuse_copies,
        in_flight=min(wish.in_flight or service.limits.concurrency, service.limits.concurrency),
        engine=wish.engine,
        window=wish.window or (1 if wish.calls <= SMALL_BUDGET else 2),
        goal=wish.goal,
        steps=wish.steps,
        patience=wish.patience,
    )


def pause_chain(*, actor: Actor, chain_id: int) -> SwarmTrainingChain:
    """Stop after the step under way; everything stays."""
    moved = _move(actor, chain_id, State.PAUSED, (State.PENDING, State.RUNNING, State.OUTAGE))
    transaction.on_commit(partial(chain_paused.send_robust, SwarmTrainingChain, chain_id=chain_id))
    return moved


def cancel_chain(*, actor: Actor, chain_id: int) -> SwarmTrainingChain:
    """End the chain for good; what it found stays, what is under way is still written down."""
    states = (State.PENDING, State.RUNNING, State.PAUSED, State.OUTAGE, State.FAILED)
    moved = _move(actor, chain_id, State.CANCELLED, states)
    transaction.on_commit(partial(chain_cancelled.send_robust, SwarmTrainingChain, chain_id=chain_id))
    return moved


def resume_chain(*, actor: Actor, chain_id: int, calls: int | None = None) -> SwarmTrainingChain:
    """Go on where it stopped, with more calls if a number is given; nothing paid for is paid again."""
    if calls is not None and not 1 <= calls <= MOST_CALLS:
        raise Invalid("The chain cannot go on.", fields={"calls": f"Between 1 and {MOST_CALLS:,}."})
    with transaction.atomic():
        chain = _move(actor, chain_id, State.PENDING, (State.PAUSED, State.OUTAGE, State.FAILED))
        if calls is not None:
            SwarmTrainingChain.objects.filter(pk=chain.pk).update(most_calls=calls)
        queue_chain(chain)
        bring_forward(kind=CHAIN_JOB, key=str(chain.pk))
    return get_chain(actor, chain_id)


def reopen_chain(
    *, actor: Actor, chain_id: int, step: int, title: str = "", seed: int | None = None, calls: int | None = None
) -> SwarmTrainingChain:
    """A new chain that goes on from a step of this one, with all it knew then; another seed goes elsewhere."""
    old = get_chain(actor, chain_id)
    require(actor, "training.run", old)
    if plan_of(old).engine == peer.ENGINE:
        raise Invalid("The chain cannot be reopened.", fields={"step": "gepa keeps no step that can be gone on from."})
    if snapshot_at(old, step) is None:
        raise NotFound(f"The chain has not finished step {step}.", fields={"step": "Not finished."})
    score = get_step(old, step).score
    most = calls or old.most_calls
    if not 1 <= most <= MOST_CALLS:
        raise Invalid("The chain cannot start.", fields={"calls": f"At least 1 call, at most {MOST_CALLS:,}."})
    same = ("swarm", "seed_assistant", "plan", "provider", "model", "reflector", "reflector_model", "is_simulated",
            "most_tokens", "most_money", "most_seconds")  # fmt: skip
    with transaction.atomic():
        chain = SwarmTrainingChain.objects.create(
            **{name: getattr(old, name) for name in same},
            chain_title=(title.strip() or f"{old.chain_title}, again from step {step}")[:150],
            seed=old.seed if seed is None else seed,
            most_calls=most,
            reopened_from=old,
            reopened_step=step,
            score=score,
            score_before=score,
            author=person(actor),
            author_name=actor_name(actor),
        )
        chain.involved_assistants.set(old.involved_assistants.all())
        queue_chain(chain)
        transaction.on_commit(partial(chain_started.send_robust, SwarmTrainingChain, chain_id=chain.pk))
    return chain


def sweep_chains() -> int:
    """Queue chains again that nobody works on any more; how many."""
    rows = SwarmTrainingChain.objects.filter(state__in=[State.PENDING, State.RUNNING, State.OUTAGE])
    lost = [chain for chain in rows.only("pk", "swarm_id") if not has_live_job(CHAIN_JOB, str(chain.pk))]
    for chain in lost:
        queue_chain(chain)
    return len(lost)


def plan_of(chain: SwarmTrainingChain) -> Plan:
    """What the chain is pinned to."""
    return plan_from(chain.plan)


def wish_from(given: dict[str, Any]) -> Wish:
    """A wish from named values; unknown names are refused."""
    known = {field.name for field in fields(Wish)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise Invalid("The chain cannot start.", fields={unknown[0]: "There is no such setting."})
    return Wish(**given)


def _move(actor: Actor, chain_id: int, to: str, from_states: tuple[str, ...]) -> SwarmTrainingChain:
    chain = get_chain(actor, chain_id)
    require(actor, "training.run", chain)
    if not SwarmTrainingChain.objects.filter(pk=chain.pk, state__in=from_states).update(state=to, note=""):
        chain.refresh_from_db(fields=["state"])
        raise Stale(f"The chain is {chain.get_state_display().lower()}.", data={"state": chain.state})
    chain.refresh_from_db(fields=["state", "note"])
    return chain


def involved_assistants(actor: Actor, swarm: Swarm, slugs: Sequence[str]) -> list[Assistant]:
    """The assistants of a chain, the first one its seed; Invalid names one that is not there."""
    found = {row.slug: row for row in visible_assistants(actor, swarm).filter(slug__in=slugs)}
    missing = [slug for slug in slugs if slug not in found]
    if missing or not slugs:
        why = f"There is no assistant {missing[0]!r}." if missing else "Choose at least one."
        raise Invalid("The chain cannot start.", fields={"assistants": why})
    return [found[slug] for slug in dict.fromkeys(slugs)]


def not_set_up(wish: Wish) -> dict[str, str]:
    """What of a wish cannot work on this machine yet, with what to set up."""
    named = {"provider": wish.provider, "reflector": wish.reflector, "judge": wish.judge.partition(":")[0]}
    found = {field: why_not_ready(plugins.find("provider", name)) for field, name in named.items() if name}
    if wish.engine == peer.ENGINE:
        found["engine"] = peer.why_not()
    return {field: why for field, why in found.items() if why}


def _problems(wish: Wish, service: Provider, reflector: Provider) -> dict[str, str]:
    found: dict[str, str] = {}
    if not 1 <= wish.calls <= MOST_CALLS:
        found["calls"] = f"Between 1 and {MOST_CALLS:,}."
    for name in ("tokens", "money", "seconds", "steps", "patience"):
        value = getattr(wish, name)
        if value is not None and not (math.isfinite(value) and value > 0):
            found[name] = "More than zero."
    if not 0 <= wish.seed < 2**31:
        found["seed"] = "Zero or more."
    if wish.goal is not None and not 0 < wish.goal <= 1:
        found["goal"] = "Between 0 and 1."
    if wish.in_flight is not None and not 1 <= wish.in_flight <= 256:
        found["in_flight"] = "Between 1 and 256."
    if wish.engine not in ENGINES:
        found["engine"] = f"{' or '.join(ENGINES)}."
    if wish.window is not None and not 1 <= wish.window <= MOST_STEPS_AT_ONCE:
        found["window"] = f"Between 1 and {MOST_STEPS_AT_ONCE}."
    if not 1 <= wish.max_tokens <= 32_000:
        found["max_tokens"] = "Between 1 and 32,000."
    if not 0 <= wish.temperature <= 2:
        found["temperature"] = "Between 0 and 2."
    for provider, model in ((service, wish.model), (reflector, wish.reflector_model)):
        if wish.money is not None and provider.price(model or provider.model()) is None:
            found["money"] = f"A limit needs the price of {model or provider.model()}; set MYTHOS_PRICES."
    return found
