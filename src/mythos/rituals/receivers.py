"""What this floor does when something it announced changes what contracts stand on."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from mythos.codex.services.checks import CHECK_JOB
from mythos.codex.trying import register_trials
from mythos.prompts.models import Prompt
from mythos.rituals.evidence import RunTrials
from mythos.rituals.models import RitualRun
from mythos.rituals.signals import ritual_changed, ritual_run_finished
from mythos.work.services import enqueue

register_trials(RunTrials())


@receiver(ritual_run_finished, dispatch_uid="rituals.check_after_run")
def check_after_run(sender: Any, *, run_id: int, **_: Any) -> None:
    """The contract of the prompt that was tried stands on new evidence."""
    _check(RitualRun.objects.select_related("ritual__prompt").get(pk=run_id).ritual.prompt)


@receiver(ritual_changed, dispatch_uid="rituals.check_after_change")
def check_after_change(sender: Any, *, prompt_id: int | None, **_: Any) -> None:
    """Results of cases that are gone no longer count, and new cases wait for a run."""
    if prompt_id is not None:
        _check(Prompt.objects.get(pk=prompt_id))


def _check(prompt: Prompt | None) -> None:
    if prompt is not None and prompt.contracts.exists():
        enqueue(kind=CHECK_JOB, key=str(prompt.pk), payload={"prompt_id": prompt.pk}, swarm_id=prompt.swarm_id)
