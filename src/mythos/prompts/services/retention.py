"""How long the trash is kept: for ever, unless MYTHOS_TRASH_DAYS says otherwise."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.prompts.services.trash import purge_expired
from mythos.work.services import enqueue

PURGE_JOB = "prompts.purge"
ONCE_A = timedelta(days=1)


def schedule_purge() -> None:
    """Have the worker look at the trash now, and daily from then on; nothing when everything is kept."""
    if settings.TRASH_DAYS:
        enqueue(kind=PURGE_JOB, key="trash")


def purge_trash() -> int:
    """Purge what was in the trash for too long and come again tomorrow; how many prompts went."""
    if not settings.TRASH_DAYS:
        return 0
    purged = sum(purge_expired(actor=SYSTEM, swarm=swarm, days=settings.TRASH_DAYS)[0] for swarm in Swarm.objects.all())
    enqueue(kind=PURGE_JOB, key="trash", not_before=timezone.now() + ONCE_A)
    return purged
