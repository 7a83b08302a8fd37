"""Verbs on prompts: the only place that writes them."""

from mythos.prompts.services.details import update_details
from mythos.prompts.services.exports import queue_export
from mythos.prompts.services.feedback import give_feedback
from mythos.prompts.services.imports import ImportReport, PlanRow, import_prompts
from mythos.prompts.services.labels import (
    decide_label_request,
    is_protected,
    move_label,
    remove_label,
    request_label_move,
    split_label,
)
from mythos.prompts.services.merging import merge_fork, refuse_undecided
from mythos.prompts.services.retention import purge_trash, schedule_purge
from mythos.prompts.services.sync import Synced, SyncReport, pull_folder, push_folder
from mythos.prompts.services.tags import tag_checkpoints, untag_checkpoints
from mythos.prompts.services.texts import create_prompt, fork_prompt, restore_checkpoint, revise_prompt
from mythos.prompts.services.trash import purge_expired, purge_prompt, trash_prompt, untrash_prompt
from mythos.prompts.services.uploads import import_upload, queue_import, read_upload
from mythos.prompts.services.vault import VaultReport, import_vault

__all__ = [
    "ImportReport",
    "PlanRow",
    "SyncReport",
    "Synced",
    "VaultReport",
    "create_prompt",
    "decide_label_request",
    "fork_prompt",
    "give_feedback",
    "import_prompts",
    "import_upload",
    "import_vault",
    "is_protected",
    "merge_fork",
    "move_label",
    "pull_folder",
    "purge_expired",
    "purge_prompt",
    "purge_trash",
    "push_folder",
    "queue_export",
    "queue_import",
    "read_upload",
    "refuse_undecided",
    "remove_label",
    "request_label_move",
    "restore_checkpoint",
    "revise_prompt",
    "schedule_purge",
    "split_label",
    "tag_checkpoints",
    "trash_prompt",
    "untag_checkpoints",
    "untrash_prompt",
    "update_details",
]
