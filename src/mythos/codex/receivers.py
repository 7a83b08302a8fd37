"""What this floor does when a lower one announces or asks."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from mythos.codex.models import CodexContract
from mythos.codex.services import contract_gate
from mythos.codex.services.checks import CHECK_JOB
from mythos.prompts.bulk import has_row
from mythos.prompts.gates import register_gate
from mythos.prompts.signals import prompt_revised
from mythos.work.services import enqueue

register_gate("contract", contract_gate)


@receiver(prompt_revised, dispatch_uid="codex.check_prompt")
def check_after_revision(sender: Any, *, prompt_id: int, swarm_id: int, parent_id: int | None, **_: Any) -> None:
    """A prompt with a contract, or a fork that may inherit one, is checked again."""
    if parent_id or has_row(CodexContract, prompt_id=prompt_id):
        enqueue(kind=CHECK_JOB, key=str(prompt_id), payload={"prompt_id": prompt_id}, swarm_id=swarm_id)
