"""Verbs on rules."""

from mythos.codex.services.audits import review_audit, run_audit, sweep
from mythos.codex.services.clauses import create_clause, create_codex, revise_clause
from mythos.codex.services.imports import CodexImportReport, import_codex

__all__ = [
    "CodexImportReport",
    "create_clause",
    "create_codex",
    "import_codex",
    "review_audit",
    "revise_clause",
    "run_audit",
    "sweep",
]
