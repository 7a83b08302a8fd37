"""Rules, and what prompts promise about them."""

from mythos.codex.models.contracts import (
    STATES,
    ClauseVectors,
    ClauseWaiver,
    CodexContract,
    CodexRole,
    ContractClause,
    CoverageResult,
    State,
)
from mythos.codex.models.proposals import CodexProposal
from mythos.codex.models.rules import Codex, CodexClause, CodexClauseAudit, CodexEdition

__all__ = [
    "STATES",
    "ClauseVectors",
    "ClauseWaiver",
    "Codex",
    "CodexClause",
    "CodexClauseAudit",
    "CodexContract",
    "CodexEdition",
    "CodexProposal",
    "CodexRole",
    "ContractClause",
    "CoverageResult",
    "State",
]
