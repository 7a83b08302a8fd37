"""Contracts, waivers and roles over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.preconditions import base_version, etag
from mythos.api.schemas import contracts as shapes
from mythos.codex import queries, services
from mythos.codex.exporting import contract_document
from mythos.formats.contract import as_markdown
from mythos.prompts.queries import get_prompt

router = Router(tags=["contracts"])
roles = Router(tags=["roles"])


@router.get("", response=shapes.ContractPage)
def list_contracts(
    request: HttpRequest, state: str = "", limit: int = 50, cursor: str | None = None, swarm: str | None = None
) -> Any:
    """Contracts in force, optionally those in one state."""
    rows = queries.visible_contracts(actor_of(request), swarm_of(request, swarm), state=state)
    return page(rows, limit, cursor)


@router.get("/{int:prompt_id}", response=shapes.ContractOut)
def get_contract(request: HttpRequest, response: HttpResponse, prompt_id: int, version: int | None = None) -> Any:
    """What a prompt promises and how each promise stands, worst first."""
    actor = actor_of(request)
    document = contract_document(actor, get_prompt(actor, prompt_id), version=version)
    response["ETag"] = etag(document["version"])
    return document


@router.get("/{int:prompt_id}/markdown", response={200: str})
def get_contract_markdown(request: HttpRequest, prompt_id: int, version: int | None = None) -> Any:
    """The same as a Markdown document."""
    actor = actor_of(request)
    document = contract_document(actor, get_prompt(actor, prompt_id), version=version)
    return HttpResponse(as_markdown(document), content_type="text/markdown; charset=utf-8")


@router.get("/{int:prompt_id}/suggestions", response=list[shapes.SuggestionOut])
def suggest_clauses(request: HttpRequest, prompt_id: int, codex: str | None = None, limit: int = 20) -> Any:
    """Clauses the prompt seems to carry, with the sentence that carries each."""
    actor = actor_of(request)
    prompt = get_prompt(actor, prompt_id)
    book = queries.get_codex(actor, codex, prompt.swarm) if codex else None
    found = services.suggest_clauses(actor=actor, prompt_id=prompt_id, codex=book, limit=max(1, min(limit, 40)))
    return [
        {
            "codex": row.clause.codex.slug,
            "ref": row.clause.ref,
            "title": row.clause.title,
            "version": row.clause.accepted_version,
            "state": row.state,
            "sentence": row.sentence,
            "similarity": row.similarity,
        }
        for row in found
    ]


@router.post("/{int:prompt_id}", response={200: shapes.ContractRowOut, 201: shapes.ContractRowOut})
def sign_contract(request: HttpRequest, prompt_id: int, body: shapes.ContractIn) -> Any:
    """Sign on top of contract version `base` (or If-Match); 200 when the terms are already in force."""
    base = base_version(request, body.base)
    contract = services.sign_contract(
        actor=actor_of(request),
        prompt_id=prompt_id,
        base=base,
        type=body.type,
        clauses=[term.model_dump() for term in body.clauses],
        expectations=[expectation.model_dump() for expectation in body.expectations],
        roles=body.roles,
        reason=body.reason,
    )
    return Status(200 if contract.version == base else 201, contract)


@router.post("/{int:prompt_id}/waivers", response={201: shapes.WaiverOut})
def waive_clause(request: HttpRequest, prompt_id: int, body: shapes.WaiverIn) -> Any:
    """Answer for a clause until a moment."""
    waiver = services.waive_clause(
        actor=actor_of(request),
        prompt_id=prompt_id,
        ref=body.clause,
        reason=body.reason,
        expires_at=body.expires_at,
    )
    return Status(201, waiver)


@router.delete("/waivers/{int:waiver_id}", response=shapes.WaiverOut)
def revoke_waiver(request: HttpRequest, waiver_id: int) -> Any:
    """End a waiver now."""
    return services.revoke_waiver(actor=actor_of(request), waiver_id=waiver_id)


@roles.get("", response=list[shapes.RoleOut])
def list_roles(request: HttpRequest, swarm: str | None = None) -> Any:
    """Roles in force."""
    return queries.visible_roles(actor_of(request), swarm_of(request, swarm))


@roles.get("/{name}", response=shapes.RoleOut)
def get_role(request: HttpRequest, name: str, version: int | None = None, swarm: str | None = None) -> Any:
    """One role."""
    return queries.get_role(actor_of(request), swarm_of(request, swarm), name, version)


@roles.put("/{name}", response=shapes.RoleOut)
def save_role(request: HttpRequest, name: str, body: shapes.RoleIn, swarm: str | None = None) -> Any:
    """Make a role (`base` 0) or its next version."""
    return services.save_role(
        actor=actor_of(request),
        swarm=swarm_of(request, swarm),
        name=name,
        base=base_version(request, body.base),
        title=body.title,
        description=body.description,
        clauses=[term.model_dump() for term in body.clauses],
        includes=body.includes,
    )
