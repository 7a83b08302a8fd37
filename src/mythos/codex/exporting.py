"""A contract as plain data, for people and programs outside."""

from __future__ import annotations

from typing import Any

from mythos.accounts.actors import Actor
from mythos.codex.models import STATES
from mythos.codex.queries import get_contract
from mythos.codex.services.checks import pinned_texts, rule_of
from mythos.prompts.models import Prompt


def contract_document(actor: Actor, prompt: Prompt, *, version: int | None = None) -> dict[str, Any]:
    """The whole contract with its clause texts and evidence; the same contract gives the same document."""
    contract = get_contract(actor, prompt, version)
    rows = sorted(
        contract.clauses.select_related("clause__codex"), key=lambda row: (STATES.index(row.state), row.position)
    )
    texts = pinned_texts(rows)
    results = {check["id"]: check["state"] for check in contract.checks if check["id"]}
    return {
        "prompt": prompt.slug,
        "version": contract.version,
        "status": contract.status,
        "type": contract.type,
        "state": contract.state,
        "counts": contract.counts,
        "fingerprint": contract.fingerprint,
        "signer": contract.signer_name,
        "signed_at": contract.created_at.isoformat(),
        "reason": contract.reason,
        "prompt_version": contract.checked_checkpoint.version if contract.checked_checkpoint else None,
        "obligations": [
            {
                "codex": row.clause.codex.slug,
                "ref": row.clause.ref,
                "version": row.pinned_version,
                "in_force": row.clause.accepted_version,
                "origin": row.origin,
                "path": row.role_path,
                "text": rule_of(row, texts),
                "state": row.state,
                "evidence": row.evidence,
            }
            for row in rows
        ],
        "expectations": [
            expectation | {"state": results.get(expectation["id"], "untested")}
            for expectation in contract.symbolic_expectations
        ],
        "roles": contract.inherited_roles,
    }
