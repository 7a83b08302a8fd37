"""Verbs on rules and contracts."""

from mythos.codex.services.adopting import Rule, adopt_clauses, adopt_role
from mythos.codex.services.audits import review_audit, run_audit, sweep
from mythos.codex.services.checks import check_clause, check_prompt
from mythos.codex.services.clauses import create_clause, create_codex, revise_clause, set_thresholds
from mythos.codex.services.contracts import inherit_contract, sign_contract
from mythos.codex.services.gate import blocking_findings, contract_gate
from mythos.codex.services.imports import CodexImportReport, import_codex
from mythos.codex.services.proposals import accept_proposal, discard_proposal, measure_proposal, propose_change
from mythos.codex.services.roles import save_role
from mythos.codex.services.suggesting import Suggestion, suggest_clauses
from mythos.codex.services.uploads import queue_import
from mythos.codex.services.waivers import revoke_waiver, waive_clause

__all__ = [
    "CodexImportReport",
    "Rule",
    "Suggestion",
    "accept_proposal",
    "adopt_clauses",
    "adopt_role",
    "blocking_findings",
    "check_clause",
    "check_prompt",
    "contract_gate",
    "create_clause",
    "create_codex",
    "discard_proposal",
    "import_codex",
    "inherit_contract",
    "measure_proposal",
    "propose_change",
    "queue_import",
    "review_audit",
    "revise_clause",
    "revoke_waiver",
    "run_audit",
    "save_role",
    "set_thresholds",
    "sign_contract",
    "suggest_clauses",
    "sweep",
    "waive_clause",
]
