"""The gate: what stands in the way of a text leaving for use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mythos.codex.models import CodexContract
from mythos.codex.queries import BLOCKED_BY, contract_in_force
from mythos.codex.services.checks import Standing, standing_on
from mythos.errors import ClauseBroken
from mythos.prompts.models import Prompt, PromptCheckpoint

_CONVERSATION = ("run", "result", "is_simulated")


def blocking_findings(checkpoints: Iterable[PromptCheckpoint]) -> list[dict[str, Any]]:
    """Every promise that these texts do not keep and whose contract forbids them to leave; empty when they may."""
    found = []
    for checkpoint in checkpoints:
        contract = contract_in_force(checkpoint.prompt_id)
        if contract is not None:
            found += _blocking(contract, standing_on(contract, checkpoint))
    return found


def contract_gate(prompt: Prompt, checkpoint: PromptCheckpoint) -> dict[str, Any]:
    """What a protected label asks before it moves: the contract's standing on that text, or ClauseBroken."""
    contract = contract_in_force(prompt.pk)
    if contract is None:
        return {"contract": None}
    standing = standing_on(contract, checkpoint)
    blocking = _blocking(contract, standing)
    if blocking:
        first = blocking[0]
        more = f" and {len(blocking) - 1} more" if len(blocking) > 1 else ""
        raise ClauseBroken(
            f"{prompt.slug} v{checkpoint.version} may not leave: {first['clause'] or first['check']} is "
            f"{first['state']}{more}. {first['text']}",
            hint="Fix the text, re-sign the contract, or have a reviewer waive the clause.",
            data={"findings": blocking},
        )
    return {
        "contract": contract.version,
        "type": contract.type,
        "state": standing.state,
        "clauses": {row.clause.ref: state for row, state in standing.states},
    }


def _blocking(contract: CodexContract, standing: Standing) -> list[dict[str, Any]]:
    forbidden = BLOCKED_BY[contract.type]
    rows = [
        {"prompt": contract.prompt.slug, "version": standing.checkpoint.version, "clause": row.clause.ref}
        | _reason(standing, row.pk, state)
        for row, state in standing.states
        if state in forbidden
    ]
    unbound = [check for check in standing.checks if check["state"] in forbidden and not _is_of_clause(contract, check)]
    return rows + [
        {"prompt": contract.prompt.slug, "version": standing.checkpoint.version, "clause": ""}
        | {key: check[key] for key in ("check", "state", "text", "sentence", *_CONVERSATION) if key in check}
        for check in unbound
    ]


def _reason(standing: Standing, binding_id: int, state: str) -> dict[str, Any]:
    item = next(item for item in standing.evidence[binding_id] if item.state == state)
    shown = item.as_dict()
    return {key: shown[key] for key in ("check", "state", "text", "sentence", *_CONVERSATION) if key in shown}


def _is_of_clause(contract: CodexContract, check: dict[str, Any]) -> bool:
    """Whether a check already counts in the state of a clause."""
    return any(row["id"] == check["id"] and row["clause"] for row in contract.symbolic_expectations)
