"""What becomes of a chain when its engine stops: it waits, it ends, or its result is adopted."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from mythos.accounts.actors import SYSTEM
from mythos.prompts.models import Prompt
from mythos.prompts.services import revise_prompt
from mythos.training.engine.protocol import Outcome
from mythos.training.jobs import queue_chain
from mythos.training.models import PromptMutationRing, SwarmTrainingChain
from mythos.training.plan import Plan, plan_from
from mythos.training.signals import chain_failed, chain_finished, chain_paused

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=10)
State = SwarmTrainingChain.State


def settle(
    chain: SwarmTrainingChain,
    how: str,
    reason: str,
    outcome: Outcome | None = None,
    held_out: dict[str, Any] | None = None,
) -> None:
    """Write the end of a worker's pass; a pause or a cancellation that came meanwhile keeps its word."""
    chain.refresh_from_db(fields=["state", "calls", "outages", "calls_at_outage"])
    if how == "finished" and outcome is not None and chain.state != State.CANCELLED:
        _finish(chain, reason, outcome, held_out or {})
    elif chain.state != State.RUNNING:
        _queue_if_wanted(chain)
    elif how == "failed":
        _to(chain, State.FAILED, reason, chain_failed, finished_at=timezone.now())
    elif how == "outage":
        _wait(chain, reason)
    elif how == "yielded":
        _to(chain, State.PENDING, "")
        queue_chain(chain)
    else:
        _to(chain, State.PAUSED, reason, chain_paused)


def _queue_if_wanted(chain: SwarmTrainingChain) -> None:
    """Somebody paused the chain and resumed it while the last step was being written."""
    if chain.state == State.PENDING:
        queue_chain(chain)


def _wait(chain: SwarmTrainingChain, reason: str) -> None:
    """Try again by itself, after a pause that grows while nothing comes back."""
    outages = 1 if chain.calls > chain.calls_at_outage else chain.outages + 1
    pause = min(FIRST_WAIT * 2 ** min(outages - 1, 10), LONGEST_WAIT)
    _to(chain, State.OUTAGE, reason, chain_paused, outages=outages, calls_at_outage=chain.calls)
    queue_chain(chain, not_before=timezone.now() + pause)


def _to(chain: SwarmTrainingChain, state: str, note: str, told: Signal | None = None, **more: Any) -> None:
    SwarmTrainingChain.objects.filter(pk=chain.pk, fence=chain.fence).update(state=state, note=note, **more)
    chain.refresh_from_db(fields=["state", "note", *more])
    if told is not None:
        transaction.on_commit(partial(told.send_robust, SwarmTrainingChain, chain_id=chain.pk))


def _finish(chain: SwarmTrainingChain, reason: str, outcome: Outcome, held_out: dict[str, Any]) -> None:
    plan = plan_from(chain.plan)
    texts = dict(outcome.best.texts)
    changed = [key for key, text in texts.items() if text != plan.start[key]]
    adopted = {key: _adopt(chain, plan, key, texts[key], held_out) for key in changed}
    result = {
        "texts": {key: texts[key] for key in changed},
        "best": outcome.best.key,
        "score": plan.score(outcome.best.scores),
        "held_out": held_out,
        "adopted": adopted,
        "saved": sum("checkpoint" in row for row in adopted.values()),
        "steps": outcome.steps,
    }
    _to(chain, State.DONE, "", chain_finished, result=result, stopped_by=reason[:120], finished_at=timezone.now())


def _adopt(chain: SwarmTrainingChain, plan: Plan, key: str, text: str, held_out: dict[str, Any]) -> dict[str, Any]:
    """Save the text as the prompt's newest version; nothing speaks from it before somebody seals the result."""
    component = plan.by_key[key]
    prompt = Prompt.objects.select_related("current", "swarm").get(pk=component.prompt)
    if held_out.get("verdict") == "worse":
        return {"problem": "Not adopted: it is worse on held-out cases."}
    if prompt.deleted_at is not None:
        return {"problem": "Not adopted: the prompt is in the trash."}
    if prompt.current is None or prompt.current_id != component.current:
        return {"problem": "Not adopted: somebody changed the prompt since the chain began."}
    made = revise_prompt(
        actor=SYSTEM,
        prompt_id=prompt.pk,
        text=text,
        base=prompt.current.version,
        reason=f"Training chain {chain.pk}: {chain.chain_title}, started by {chain.author_name}",
        source="training",
    )
    PromptMutationRing.objects.filter(chain=chain, mutated_prompt=prompt, text=text, kept=True).update(checkpoint=made)
    return {"checkpoint": made.pk, "version": made.version, "from": component.version}
