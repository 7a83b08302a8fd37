"""Verbs on prompts: the only place that writes them."""

from mythos.prompts.services.details import update_details
from mythos.prompts.services.imports import ImportReport, PlanRow, import_prompts
from mythos.prompts.services.labels import move_label, remove_label
from mythos.prompts.services.texts import create_prompt, fork_prompt, restore_checkpoint, revise_prompt

__all__ = [
    "ImportReport",
    "PlanRow",
    "create_prompt",
    "fork_prompt",
    "import_prompts",
    "move_label",
    "remove_label",
    "restore_checkpoint",
    "revise_prompt",
    "update_details",
]
