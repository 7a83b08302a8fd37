"""Verbs on drafts, and on what assistants speak from."""

from mythos.drafts.services.deploying import (
    deploy_draft,
    move_pin,
    move_pins,
    recompose_assistant,
    roll_back_assistant,
)
from mythos.drafts.services.editing import clone_assistant, create_draft, delete_draft, save_draft

__all__ = [
    "clone_assistant",
    "create_draft",
    "delete_draft",
    "deploy_draft",
    "move_pin",
    "move_pins",
    "recompose_assistant",
    "roll_back_assistant",
    "save_draft",
]
