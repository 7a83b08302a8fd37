"""What this floor does when a run ends that somebody is taught by."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from mythos.market.models import PartAttempt
from mythos.market.services.marking import MARK_JOB
from mythos.rituals.signals import ritual_run_failed, ritual_run_finished
from mythos.work.services import enqueue


@receiver(ritual_run_finished, dispatch_uid="market.mark_finished")
def mark_after_run(sender: Any, *, run_id: int, **_: Any) -> None:
    _mark(run_id)


@receiver(ritual_run_failed, dispatch_uid="market.mark_failed")
def mark_after_failure(sender: Any, *, run_id: int, **_: Any) -> None:
    _mark(run_id)


def _mark(run_id: int) -> None:
    if PartAttempt.objects.filter(run=run_id, state=PartAttempt.State.RUNNING).exists():
        enqueue(kind=MARK_JOB, key=str(run_id), payload={"run_id": run_id})
