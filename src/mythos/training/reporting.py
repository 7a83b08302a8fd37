"""A chain as a document: what pages show and programs read, the same by every door."""

from __future__ import annotations

from statistics import median
from typing import Any

from mythos import plugins
from mythos.errors import MythosError
from mythos.providers.base import Provider
from mythos.training.models import (
    AssistantReflectionChain,
    PromptMutationRing,
    SwarmTrainingChain,
    TrainingStep,
)
from mythos.training.queries import LIVE, call_counts, mutations_of, past_curves, reflections_of, steps_of

CALM, BREAKING = 0.5, 0.8
_FACTS = (
    "chain_title", "state", "note", "stopped_by", "current_step", "codex_tension", "seed", "provider", "model",
    "reflector", "reflector_model", "is_simulated", "most_calls", "most_tokens", "most_money", "most_seconds", "calls",
    "tokens", "spent", "seconds", "score_before", "score", "author_name", "sealer_name", "seal_reason", "sealed_at",
    "reopened_step", "created_at", "started_at", "finished_at",
)  # fmt: skip


def chain_document(chain: SwarmTrainingChain) -> dict[str, Any]:
    """A chain in short."""
    return {
        "id": chain.pk,
        **{name: getattr(chain, name) for name in _FACTS},
        "seed_assistant": chain.seed_assistant.slug,
        "reopened_from": chain.reopened_from_id,
        "zone": zone_of(chain.codex_tension),
    }


def chain_report(chain: SwarmTrainingChain) -> dict[str, Any]:
    """Everything a chain found."""
    return chain_document(chain) | {
        "engine": chain.plan.get("engine", "mythos"),
        "involved_assistants": list(chain.involved_assistants.values_list("slug", flat=True)),
        "belief_delta_tracker": chain.belief_delta_tracker,
        "result": chain.result,
        "calls_by_state": call_counts(chain),
        "steps": [step_document(step) for step in steps_of(chain)],
        "reflections": [reflection_document(row) for row in reflections_of(chain)],
        "mutations": [mutation_document(row) for row in mutations_of(chain)],
    }


def step_document(step: TrainingStep) -> dict[str, Any]:
    """One step."""
    shown = ("number", "is_done", "score", "belief_delta", "codex_tension", "calls", "tokens", "cost", "begun_at",
             "finished_at")  # fmt: skip
    hidden = ("blobs", "snapshot")
    report = {name: value for name, value in step.report.items() if name not in hidden}
    return {name: getattr(step, name) for name in shown} | {"report": report}


def reflection_document(row: AssistantReflectionChain) -> dict[str, Any]:
    """One reflection with the state it saw."""
    return {
        "step": row.step,
        "assistant": row.assistant.slug,
        "reflection_notes": row.reflection_notes,
        "memory_snapshot": row.memory_snapshot,
        "created_at": row.created_at,
    }


def mutation_document(row: PromptMutationRing) -> dict[str, Any]:
    """One text that was tried."""
    return {
        "mutation_step": row.mutation_step,
        "prompt": row.mutated_prompt.slug,
        "kept": row.kept,
        "cause": row.cause,
        "detail": row.detail,
        "belief_delta": row.belief_delta if row.is_measured else None,
        "text_before": row.text_before,
        "text": row.text,
        "version": row.checkpoint.version if row.checkpoint else None,
    }


def zone_of(tension: float) -> str:
    """The zone of a codex tension in a word."""
    return "calm" if tension < CALM else "strained" if tension < BREAKING else "breaking"


def curve_of(chain: SwarmTrainingChain) -> list[tuple[int, float]]:
    """Step and score of the best texts so far."""
    rows = steps_of(chain).filter(is_done=True, score__isnull=False).values_list("number", "score")
    return [(number, score or 0.0) for number, score in rows]


def median_curve(chain: SwarmTrainingChain) -> tuple[list[float], int]:
    """The median of past runs at each step, as far as half of them went, and how many runs there are."""
    curves = past_curves(chain)
    if not curves:
        return [], 0
    longest = sorted(len(curve) for curve in curves)[len(curves) // 2]
    return [median(curve[min(step, len(curve) - 1)] for curve in curves) for step in range(longest)], len(curves)


def spent_of(chain: SwarmTrainingChain) -> float | None:
    """US dollars the chain's calls cost; None where the price of a model it asks is not known."""
    for name, model in ((chain.provider, chain.model), (chain.reflector, chain.reflector_model)):
        try:
            service: Provider = plugins.find("provider", name)
            if service.price(model) is None:
                return chain.spent or None
        except MythosError:
            return chain.spent or None
    return chain.spent


def seconds_left(chain: SwarmTrainingChain) -> float | None:
    """About how long it may still take, at the pace of its calls so far; None where that says nothing."""
    if chain.state not in LIVE or chain.calls < 5 or not chain.seconds:
        return None
    left = max(0, chain.most_calls - chain.calls) * chain.seconds / chain.calls
    if chain.most_seconds is not None:
        left = min(left, max(0.0, chain.most_seconds - chain.seconds))
    return left
