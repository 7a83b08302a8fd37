"""Training chains."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.schemas import training as shapes
from mythos.training import queries, services
from mythos.training.readiness import as_rows, estimate, readiness
from mythos.training.replaying import replay_chain
from mythos.training.reporting import (
    chain_document,
    chain_report,
    mutation_document,
    reflection_document,
    step_document,
)

router = Router(tags=["training"])


@router.get("/chains", response=shapes.ChainPage)
def list_chains(request: HttpRequest, swarm: str | None = None, limit: int = 50, cursor: str | None = None) -> Any:
    """Chains of the swarm, newest first."""
    found = page(queries.visible_chains(actor_of(request), swarm_of(request, swarm)), limit, cursor)
    return {**found, "items": [chain_document(row) for row in found["items"]]}


@router.post("/chains", response={201: shapes.ChainOut})
def start_chain(request: HttpRequest, body: shapes.ChainIn, swarm: str | None = None) -> Any:
    """Pin everything and queue a chain."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    title, assistants, prompts, wish = _wish(body)
    chain = services.start_chain(
        actor=actor, swarm=where, title=title, assistants=assistants, prompts=prompts, wish=wish
    )
    return Status(201, chain_document(queries.get_chain(actor, chain.pk)))


@router.post("/plan", response=shapes.ChainPlanOut)
def plan_chain(request: HttpRequest, body: shapes.ChainIn, swarm: str | None = None) -> Any:
    """What such a chain would train, on what, and what it would cost; nothing is started."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    _, assistants, prompts, wish = _wish(body)
    plan = services.plan_chain(actor, where, services.involved_assistants(actor, where, assistants), wish, prompts)
    cost = estimate(where, plan, wish)
    return {
        "prompts": [component.slug for component in plan.components],
        "rituals": as_rows(readiness(plan)),
        **{name: getattr(cost, name) for name in ("calls", "held_out_calls", "tokens", "money", "minutes")},
        "is_simulated": cost.is_simulated,
    }


@router.get("/chains/{int:chain_id}", response=shapes.ReportOut)
def get_chain(request: HttpRequest, chain_id: int) -> Any:
    """A chain with everything it found."""
    return chain_report(queries.get_chain(actor_of(request), chain_id))


@router.get("/chains/{int:chain_id}/steps/{int:number}", response=shapes.StepOut)
def get_step(request: HttpRequest, chain_id: int, number: int) -> Any:
    """One step."""
    return step_document(queries.get_step(queries.get_chain(actor_of(request), chain_id), number))


@router.get("/chains/{int:chain_id}/reflections", response=list[shapes.ReflectionOut])
def list_reflections(request: HttpRequest, chain_id: int) -> Any:
    """What was concluded, newest step first, with the state it saw."""
    rows = queries.reflections_of(queries.get_chain(actor_of(request), chain_id))
    return [reflection_document(row) for row in rows]


@router.get("/chains/{int:chain_id}/mutations", response=list[shapes.ChainMutationOut])
def list_mutations(request: HttpRequest, chain_id: int) -> Any:
    """Every text that was tried, kept and rejected."""
    rows = queries.mutations_of(queries.get_chain(actor_of(request), chain_id))
    return [mutation_document(row) for row in rows]


@router.post("/chains/{int:chain_id}/pause", response=shapes.ChainOut)
def pause_chain(request: HttpRequest, chain_id: int) -> Any:
    """Stop after the step under way."""
    return chain_document(services.pause_chain(actor=actor_of(request), chain_id=chain_id))


@router.post("/chains/{int:chain_id}/resume", response=shapes.ChainOut)
def resume_chain(request: HttpRequest, chain_id: int, body: shapes.ChainResumeIn) -> Any:
    """Go on where it stopped, with another limit of calls if one is given."""
    return chain_document(services.resume_chain(actor=actor_of(request), chain_id=chain_id, calls=body.calls))


@router.post("/chains/{int:chain_id}/cancel", response=shapes.ChainOut)
def cancel_chain(request: HttpRequest, chain_id: int) -> Any:
    """End it for good; everything stays."""
    return chain_document(services.cancel_chain(actor=actor_of(request), chain_id=chain_id))


@router.post("/chains/{int:chain_id}/seal", response=shapes.ChainOut)
def seal_chain(request: HttpRequest, chain_id: int, body: shapes.SealIn) -> Any:
    """Approve the result; the assistants speak from it."""
    sealed = services.seal_chain(actor=actor_of(request), chain_id=chain_id, reason=body.reason)
    return chain_document(sealed)


@router.post("/chains/{int:chain_id}/steps/{int:number}/reopen", response={201: shapes.ChainOut})
def reopen_chain(request: HttpRequest, chain_id: int, number: int, body: shapes.ReopenIn) -> Any:
    """A new chain that goes on from a step."""
    actor = actor_of(request)
    chain = services.reopen_chain(actor=actor, chain_id=chain_id, step=number, **body.dict())
    return Status(201, chain_document(queries.get_chain(actor, chain.pk)))


@router.get("/chains/{int:chain_id}/replay", response=shapes.ReplayOut)
def replay(request: HttpRequest, chain_id: int) -> Any:
    """Go through the chain again from its stored results, without a call, and say whether the same comes out."""
    found = replay_chain(queries.get_chain(actor_of(request), chain_id))
    return {"is_same": found.is_same, "steps": found.steps, "missing": found.missing, "different": found.different}


def _wish(body: shapes.ChainIn) -> tuple[str, list[str], list[str] | None, services.Wish]:
    given = body.dict()
    title, assistants, prompts = given.pop("title"), given.pop("assistants"), given.pop("prompts")
    return title, assistants, prompts, services.wish_from(given)
