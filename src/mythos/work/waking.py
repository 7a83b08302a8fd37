"""Telling workers that a job waits. The database alone needs no telling: its workers look by themselves.

With Celery a message names the row, and no more: the row is the truth. A lost message is sent again by the sweep, a
second one finds nothing to do.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mythos.errors import NotConfigured, install_extra
from mythos.work.models import Job

CELERY = "celery"
QUIET_SECONDS = 5.0  # after a broker did not answer, nobody waits for it again so soon
log = logging.getLogger(__name__)
_silent_until = 0.0


def uses_celery() -> bool:
    """Whether workers are woken by Celery's messages."""
    return bool(settings.QUEUE == CELERY)


def celery_door() -> Any:
    """The module that knows Celery; NotConfigured when it is not installed."""
    try:
        return import_module("mythos.work.celery_app")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("celery", "kombu", "amqp"):
            raise
        raise NotConfigured(
            "MYTHOS_QUEUE is celery, and Celery is not installed.", hint=install_extra("celery")
        ) from error


def wake(job: Job) -> None:
    """Tell a worker of the job once the caller's transaction is committed."""
    if uses_celery():
        transaction.on_commit(partial(_tell, job.pk, job.kind))


def _tell(job_id: int, kind: str) -> None:
    """A broker that is away stops nobody from queueing: the sweep tells it later."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    door = celery_door()
    try:
        door.send(job_id, kind)
    except door.BROKER_AWAY as error:
        _silent_until = time.monotonic() + QUIET_SECONDS
        log.warning("the broker does not answer; job %s waits for the sweep: %s", job_id, error)
        return
    Job.objects.filter(pk=job_id, state=Job.State.PENDING).update(woken_at=timezone.now())
