"""Questions about training chains."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.assistants.models import Assistant
from mythos.assistants.queries import visible_assistants
from mythos.drafts.models import AssistantPrompt
from mythos.drafts.queries import newest_versions
from mythos.errors import NotFound
from mythos.prompts.models import Prompt
from mythos.training.models import (
    AssistantReflectionChain,
    PromptMutationRing,
    SwarmTrainingChain,
    TrainingCall,
    TrainingStep,
)

State = SwarmTrainingChain.State
LIVE = (State.PENDING, State.RUNNING, State.OUTAGE)


def visible_chains(actor: Actor, swarm: Swarm | None = None) -> QuerySet[SwarmTrainingChain]:
    """Chains of the actor's swarms, newest first; without their plans, which are large."""
    found = SwarmTrainingChain.objects.filter(swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(swarm=swarm)
    return found.select_related("swarm", "seed_assistant", "author").defer("plan", "belief_delta_tracker", "result")


def get_chain(actor: Actor, chain_id: int) -> SwarmTrainingChain:
    """One chain, or NotFound."""
    found = SwarmTrainingChain.objects.filter(swarm__in=swarms_of(actor), pk=chain_id)
    chain = found.select_related("swarm", "seed_assistant", "author", "sealed_by").first()
    if chain is None:
        raise NotFound(f"There is no chain {chain_id}.")
    return chain


def results_to_seal(actor: Actor, swarm: Swarm) -> QuerySet[SwarmTrainingChain]:
    """Chains that are done and saved a text that waits for somebody's word, oldest first."""
    return visible_chains(actor, swarm).filter(state=State.DONE, result__saved__gt=0).order_by("finished_at")


def live_count(actor: Actor, swarm: Swarm) -> int:
    """How many chains of a swarm run or wait to run."""
    return visible_chains(actor, swarm).filter(state__in=LIVE).count()


def trainable_assistants(actor: Actor, swarm: Swarm) -> list[Assistant]:
    """Assistants with a prompt that a ritual tries out, by name."""
    tried = Prompt.objects.filter(swarm=swarm, deleted_at=None, rituals__cases__retired_version=None)
    pinned = AssistantPrompt.objects.filter(version__in=newest_versions().values("pk"), prompt__in=tried.values("pk"))
    found = visible_assistants(actor, swarm).filter(
        Q(prompts__in=tried.values("pk")) | Q(pk__in=pinned.values("version__assistant"))
    )
    return list(found.distinct().order_by("name"))


def steps_of(chain: SwarmTrainingChain) -> QuerySet[TrainingStep]:
    """The steps of a chain, in order."""
    return TrainingStep.objects.filter(chain=chain)


def get_step(chain: SwarmTrainingChain, number: int) -> TrainingStep:
    """One step, or NotFound."""
    step = steps_of(chain).filter(number=number).first()
    if step is None:
        raise NotFound(f"The chain has no step {number}.", fields={"step": "Unknown step."})
    return step


def reflections_of(chain: SwarmTrainingChain) -> QuerySet[AssistantReflectionChain]:
    """What was concluded, newest step first."""
    rows = AssistantReflectionChain.objects.filter(chain=chain).select_related("assistant")
    return rows.order_by("-step", "assistant__name")


def mutations_of(chain: SwarmTrainingChain) -> QuerySet[PromptMutationRing]:
    """Every text tried, kept and rejected, in order."""
    rows = PromptMutationRing.objects.filter(chain=chain)
    return rows.select_related("mutated_prompt", "assistant", "checkpoint").order_by("mutation_step", "id")


def calls_of(chain: SwarmTrainingChain, step: int | None = None) -> QuerySet[TrainingCall]:
    """The calls that were paid for."""
    rows = TrainingCall.objects.filter(chain=chain).exclude(kind="gate")
    return rows if step is None else rows.filter(step=step)


def call_counts(chain: SwarmTrainingChain) -> dict[str, int]:
    """How many calls are done, failed, and begun but not back."""
    every = calls_of(chain).aggregate(
        done=Count("pk", filter=Q(state=TrainingCall.State.DONE)),
        failed=Count("pk", filter=Q(state=TrainingCall.State.FAILED)),
        open=Count("pk", filter=Q(state=TrainingCall.State.BEGUN)),
        repeated=Count("pk", filter=Q(begun__gt=1)),
    )
    return {key: int(number) for key, number in every.items()}


def spent_since(swarm: Swarm, moment: datetime) -> float:
    """US dollars that the chains of a swarm paid for calls since then."""
    rows = TrainingCall.objects.filter(chain__swarm=swarm, finished_at__gte=moment)
    return float(rows.aggregate(cost=Sum("cost"))["cost"] or 0.0)


def past_curves(chain: SwarmTrainingChain) -> list[list[float]]:
    """Scores by step of finished chains with the same seed assistant, for the median beside this one."""
    earlier = SwarmTrainingChain.objects.filter(
        swarm=chain.swarm_id,
        seed_assistant=chain.seed_assistant_id,
        state__in=[State.DONE, State.SEALED],
        is_simulated=chain.is_simulated,
        pk__lt=chain.pk,
    ).order_by("-pk")[:20]
    curves: dict[int, list[float]] = {}
    rows = TrainingStep.objects.filter(chain__in=[row.pk for row in earlier], is_done=True, score__isnull=False)
    for chain_id, score in rows.order_by("chain_id", "number").values_list("chain_id", "score"):
        curves.setdefault(chain_id, []).append(score or 0.0)
    return list(curves.values())
