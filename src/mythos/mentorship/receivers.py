"""What this floor does when a lower one announces."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from mythos.assistants.models import Assistant
from mythos.drafts.signals import assistant_deployed
from mythos.mentorship.models import MentorshipTrial, SkillRecord
from mythos.mentorship.services import note_run
from mythos.mentorship.services.measuring import MEASURE_JOB
from mythos.mentorship.services.standing import stand_later
from mythos.rituals.signals import ritual_run_failed, ritual_run_finished
from mythos.work.services import enqueue


@receiver(ritual_run_finished, dispatch_uid="mentorship.run_finished")
def learn_from_run(sender: Any, *, run_id: int, **_: Any) -> None:
    """A finished run shows what an assistant can, and may complete a measurement."""
    for assistant in Assistant.objects.filter(pk__in=note_run(run_id=run_id)):
        stand_later(assistant.pk, assistant.swarm_id)
    _settle_later(run_id)


@receiver(ritual_run_failed, dispatch_uid="mentorship.run_failed")
def give_up_on_run(sender: Any, *, run_id: int, **_: Any) -> None:
    _settle_later(run_id)


@receiver(assistant_deployed, dispatch_uid="mentorship.deployed")
def stand_anew(sender: Any, *, assistant_id: int, **_: Any) -> None:
    """Results of a text count only while the assistant speaks from it."""
    if SkillRecord.objects.filter(assistant=assistant_id).exists():
        stand_later(assistant_id, Assistant.objects.values_list("swarm_id", flat=True).get(pk=assistant_id))


def _settle_later(run_id: int) -> None:
    rows = MentorshipTrial.objects.filter(run=run_id).exclude(log=None)
    for log_id, swarm_id in rows.values_list("log_id", "log__swarm_id"):
        enqueue(kind=MEASURE_JOB, key=str(log_id), payload={"log_id": log_id}, swarm_id=swarm_id)
