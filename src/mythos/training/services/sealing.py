"""A person's word on what a chain found: with it the assistants speak from the new texts."""

from __future__ import annotations

from collections import defaultdict
from functools import partial

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.accounts.queries import needs_second_person
from mythos.assistants.models import Assistant
from mythos.codex.services import blocking_findings
from mythos.drafts.models import AssistantPrompt, AssistantVersion
from mythos.drafts.queries import newest_versions
from mythos.drafts.services import move_pins
from mythos.errors import ClauseBroken, Denied, Invalid, Stale
from mythos.prompts.models import PromptCheckpoint
from mythos.training.models import SwarmTrainingChain
from mythos.training.queries import get_chain
from mythos.training.signals import chain_sealed

State = SwarmTrainingChain.State


def seal_chain(*, actor: Actor, chain_id: int, reason: str = "") -> SwarmTrainingChain:
    """Approve the result: every deployed assistant is pinned to the new texts, through the gate of a deployment."""
    chain = get_chain(actor, chain_id)
    require(actor, "training.seal", chain)
    if chain.state != State.DONE:
        raise Stale(f"The chain is {chain.get_state_display().lower()}.", data={"state": chain.state})
    if needs_second_person(actor, chain.swarm, chain.author_id):
        raise Denied("You started this chain, so somebody else has to seal its result.")
    checkpoints = adopted_checkpoints(chain)
    if not checkpoints:
        raise Invalid("There is nothing to seal.", hint="The chain found no text that it could adopt.")
    _refuse_broken(checkpoints)
    moves = _moves(checkpoints)
    with transaction.atomic():
        # Each assistant's gate compares texts; what it needs was compared when the chain tried them.
        for version, pins in moves:
            move_pins(
                actor=actor,
                assistant=version.assistant,
                pins=pins,
                base=version.number,
                reason=reason.strip() or f"Training chain {chain.pk}",
            )
        sealed = SwarmTrainingChain.objects.filter(pk=chain.pk, state=State.DONE).update(
            state=State.SEALED,
            sealed_by=person(actor),
            sealer_name=actor_name(actor),
            seal_reason=reason.strip(),
            sealed_at=timezone.now(),
        )
        if not sealed:
            raise Stale("Somebody has sealed this chain already.")
        transaction.on_commit(partial(chain_sealed.send_robust, SwarmTrainingChain, chain_id=chain.pk))
    return get_chain(actor, chain_id)


def adopted_checkpoints(chain: SwarmTrainingChain) -> list[PromptCheckpoint]:
    """The checkpoints a chain's result was saved as."""
    adopted = chain.result.get("adopted", {})
    ids = [row["checkpoint"] for row in adopted.values() if "checkpoint" in row]
    rows = PromptCheckpoint.objects.filter(pk__in=ids).select_related("prompt", "prompt__swarm")
    return list(rows.order_by("slug"))


def _refuse_broken(checkpoints: list[PromptCheckpoint]) -> None:
    found = [row for row in blocking_findings(checkpoints) if row["state"] == "breached"]
    if found:
        first = found[0]
        what = first["clause"] or first["check"]
        raise ClauseBroken(
            f"The result may not be sealed: {first['prompt']} breaks {what}. {first['text']}",
            hint="Mend the text, or let a reviewer waive the clause, then seal.",
            data={"findings": found},
        )


def _moves(checkpoints: list[PromptCheckpoint]) -> list[tuple[AssistantVersion, dict[int, int]]]:
    """For every assistant that speaks from one of these prompts, its newest version and the pins to move."""
    by_prompt = {checkpoint.prompt_id: checkpoint.pk for checkpoint in checkpoints}
    rows = AssistantPrompt.objects.filter(version__in=newest_versions().values("pk"), prompt__in=list(by_prompt))
    pins: dict[int, dict[int, int]] = defaultdict(dict)
    versions: dict[int, AssistantVersion] = {}
    for pin in rows.select_related("version__assistant__swarm").order_by("version__assistant__slug"):
        versions[pin.version_id] = pin.version
        pins[pin.version_id][pin.prompt_id] = by_prompt[pin.prompt_id]
    return [(versions[pk], moved) for pk, moved in pins.items()]


def assistants_to_move(chain: SwarmTrainingChain) -> list[Assistant]:
    """The assistants that speak from the new texts once the result is sealed."""
    return [version.assistant for version, _ in _moves(adopted_checkpoints(chain))]
