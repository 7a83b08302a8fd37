"""Verbs of rituals: make them, run them, compare what they gave."""

from mythos.rituals.services.annotations import Answer, annotate, annotate_many
from mythos.rituals.services.cases import remove_case, save_case
from mythos.rituals.services.imports import RitualImport, import_ritual
from mythos.rituals.services.playground import Talk, keep_reply, prepare_talk
from mythos.rituals.services.rituals import create_ritual, set_cases, update_ritual
from mythos.rituals.services.running import execute_run
from mythos.rituals.services.runs import RUN_JOB, cancel_run, pause_run, resume_run, retry_failures, start_run, sweep

__all__ = [
    "RUN_JOB",
    "Answer",
    "RitualImport",
    "Talk",
    "annotate",
    "annotate_many",
    "cancel_run",
    "create_ritual",
    "execute_run",
    "import_ritual",
    "keep_reply",
    "pause_run",
    "prepare_talk",
    "remove_case",
    "resume_run",
    "retry_failures",
    "save_case",
    "set_cases",
    "start_run",
    "sweep",
    "update_ritual",
]
