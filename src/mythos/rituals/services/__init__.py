"""Verbs of rituals: make them, run them, compare what they gave."""

from mythos.rituals.services.imports import RitualImport, import_ritual
from mythos.rituals.services.rituals import create_ritual, set_cases, update_ritual
from mythos.rituals.services.running import execute_run
from mythos.rituals.services.runs import cancel_run, pause_run, resume_run, retry_failures, start_run, sweep

__all__ = [
    "RitualImport",
    "cancel_run",
    "create_ritual",
    "execute_run",
    "import_ritual",
    "pause_run",
    "resume_run",
    "retry_failures",
    "set_cases",
    "start_run",
    "sweep",
    "update_ritual",
]
