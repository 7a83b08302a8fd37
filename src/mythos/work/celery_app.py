"""Celery as the one that wakes workers: late acknowledgement, quorum queues, one task that does the row it is told.

`mythos worker` starts it; `celery -A mythos.work.celery_app worker -Q mythos.long` does too.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import timedelta
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import close_old_connections
from django.db.models import Q
from django.utils import timezone
from kombu import Exchange, Queue
from kombu.exceptions import ChannelError, KombuError

from mythos.work.models import Job
from mythos.work.queries import due
from mythos.work.registry import Claim, long_kinds
from mythos.work.services import claim, give_up_lease
from mythos.work.worker import BEAT_SECONDS, own_name, run_with_heartbeat

LONG, QUICK = "mythos.long", "mythos.quick"
TASK = "mythos.do_job"
AGAIN = timedelta(seconds=15)
MOST_AT_ONCE = 500
LONGEST_HOLD_MS = 24 * 3_600_000  # a chain may hold its message for hours
BROKER_AWAY = (OSError, KombuError)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mythos.settings")


def _queue(name: str) -> Queue:
    kept = {"x-queue-type": "quorum", "x-consumer-timeout": LONGEST_HOLD_MS}
    return Queue(name, Exchange(name), routing_key=name, durable=True, queue_arguments=kept)


app = Celery("mythos", broker=settings.BROKER_URL)
app.conf.update(
    task_queues=[_queue(LONG), _queue(QUICK)],
    task_create_missing_queues=False,
    task_default_queue=QUICK,
    task_default_queue_type="quorum",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_publish_retry=True,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0},
    worker_prefetch_multiplier=1,
    worker_detect_quorum_queues=True,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_soft_shutdown_timeout=20.0,
    broker_connection_timeout=2.0,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_heartbeat=20,
)
_never = threading.Event()


def queue_of(kind: str) -> str:
    """Long jobs have a queue of their own, so that the others never wait for them."""
    return LONG if kind in long_kinds() else QUICK


def send(job_id: int, kind: str) -> None:
    """One message that names the row; raises one of BROKER_AWAY."""
    app.send_task(TASK, args=[job_id], queue=queue_of(kind))


def _do(task: Any, job_id: int) -> None:
    """Do the job if it is due; a message whose first receiver died takes the job from it."""
    close_old_connections()
    held = claim(worker=own_name(), job_id=job_id)
    if held is None and task.request.delivery_info.get("redelivered"):
        held = _inherit(job_id)
    if held is not None:
        run_with_heartbeat(held, _never)  # what a stop cuts off is inherited


do_job = app.task(name=TASK, bind=True)(_do)


def _inherit(job_id: int) -> Claim | None:
    """The job of a worker that gives no sign of life; one that only lost its broker goes on undisturbed."""
    before = _held(job_id)
    if before is None:
        return None
    time.sleep(1.5 * BEAT_SECONDS)
    if _held(job_id) == before:
        token, lease_until = before
        give_up_lease(job_id=job_id, token=token, lease_until=lease_until)
    return claim(worker=own_name(), job_id=job_id)


def _held(job_id: int) -> Any:
    rows = Job.objects.filter(pk=job_id, state=Job.State.RUNNING).exclude(lease_until=None)
    return rows.values_list("token", "lease_until").first()


def sweep() -> int:
    """Send again what is due and lies in no queue as far as we know; how many. Several sweepers do no harm."""
    close_old_connections()  # a sweeper lives long; its database may have been restarted meanwhile
    now = timezone.now()
    lost = due(now).filter(Q(woken_at=None) | Q(woken_at__lt=now - AGAIN))
    rows = list(lost.values_list("pk", "kind", "woken_at")[:MOST_AT_ONCE])
    depths = {name: depth(name) for name in {queue_of(kind) for _, kind, _ in rows}}
    told = 0
    for job_id, kind, woken_at in rows:
        name = queue_of(kind)
        if woken_at is not None and depths[name] > 0:
            depths[name] -= 1  # a long queue is not a lost message
            continue
        if Job.objects.filter(pk=job_id, woken_at=woken_at).update(woken_at=now):
            send(job_id, kind)
            told += 1
    return told


def depth(name: str) -> int:
    """Messages that wait in a queue; none when there is no such queue yet."""
    with app.connection_for_write() as connection:
        try:
            return int(connection.default_channel.queue_declare(name, passive=True).message_count)
        except ChannelError:
            return 0
        except connection.channel_errors:
            return 0


def hands(kind: str, count: int) -> None:
    """A Celery worker for one of the queues, until it is told to stop; what it does then has a while to finish."""
    os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
    name = LONG if kind == "long" else QUICK
    flags = ["--without-gossip", "--without-mingle", "--without-heartbeat", f"--loglevel={settings.LOG_LEVEL}"]
    app.worker_main(["worker", "-Q", name, "-P", "prefork", "-c", str(count), "-n", f"{kind}-{os.getpid()}@%h", *flags])
