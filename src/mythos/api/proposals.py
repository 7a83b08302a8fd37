"""What-if over HTTP, and moves of protected labels that wait for approval."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.schemas import contracts as shapes
from mythos.codex import queries, services
from mythos.formats.codex_markdown import read_codex
from mythos.prompts import queries as prompt_queries
from mythos.prompts import services as prompt_services

router = Router(tags=["proposals"])
requests = Router(tags=["label requests"])


@router.get("", response=shapes.ProposalPage)
def list_proposals(request: HttpRequest, limit: int = 50, cursor: str | None = None, swarm: str | None = None) -> Any:
    """Proposals, newest first."""
    return page(queries.visible_proposals(actor_of(request), swarm_of(request, swarm)), limit, cursor)


@router.post("/{codex}", response={201: shapes.ProposalOut})
def propose_change(request: HttpRequest, codex: str, body: shapes.ProposalIn, swarm: str | None = None) -> Any:
    """Ask what edits of clauses, or a newer document, would do; the report follows in the background."""
    actor = actor_of(request)
    proposal = services.propose_change(
        actor=actor,
        codex=queries.get_codex(actor, codex, swarm_of(request, swarm)),
        edits=[edit.model_dump() for edit in body.edits],
        document=read_codex(body.document, name=body.name) if body.document else None,
        title=body.title,
    )
    return Status(201, proposal)


@router.get("/{int:proposal_id}", response=shapes.ProposalOut)
def get_proposal(request: HttpRequest, proposal_id: int) -> Any:
    """One proposal with its report."""
    return queries.get_proposal(actor_of(request), proposal_id)


@router.post("/{int:proposal_id}/accept", response=shapes.ProposalOut)
def accept_proposal(request: HttpRequest, proposal_id: int, body: shapes.ReasonIn) -> Any:
    """Publish exactly what the report showed; 409 when the world moved."""
    return services.accept_proposal(actor=actor_of(request), proposal_id=proposal_id, reason=body.reason)


@router.post("/{int:proposal_id}/discard", response=shapes.ProposalOut)
def discard_proposal(request: HttpRequest, proposal_id: int, body: shapes.ReasonIn) -> Any:
    """Put a proposal aside."""
    return services.discard_proposal(actor=actor_of(request), proposal_id=proposal_id, reason=body.reason)


@requests.get("", response=shapes.LabelRequestPage)
def list_label_requests(
    request: HttpRequest, limit: int = 50, cursor: str | None = None, swarm: str | None = None
) -> Any:
    """Moves of protected labels that wait for a decision."""
    rows = prompt_queries.label_requests(actor_of(request), swarm_of(request, swarm))
    return page(rows, limit, cursor, newest_first=False)


@requests.post("/{int:prompt_id}/{label}", response={201: shapes.LabelRequestOut})
def request_label_move(request: HttpRequest, prompt_id: int, label: str, body: shapes.LabelRequestIn) -> Any:
    """Ask a reviewer to move a protected label."""
    asked = prompt_services.request_label_move(
        actor=actor_of(request), prompt_id=prompt_id, label=label, version=body.version, reason=body.reason
    )
    return Status(201, asked)


@requests.post("/{int:request_id}/decision", response=shapes.LabelRequestOut)
def decide_label_request(request: HttpRequest, request_id: int, body: shapes.LabelDecisionIn) -> Any:
    """Approve or refuse; 409 when somebody was first."""
    return prompt_services.decide_label_request(
        actor=actor_of(request), request_id=request_id, decision=body.decision, reason=body.reason
    )
