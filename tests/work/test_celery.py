"""What only a queue of messages can do wrong: lose one, bring one twice, outlive its worker, be away."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone

from mythos.work import waking
from mythos.work.models import Job
from mythos.work.registry import registered
from mythos.work.services import claim, enqueue, heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receive(celery, monkeypatch):
    """Do what a message says, as a worker would."""
    monkeypatch.setattr(celery, "BEAT_SECONDS", 0.05)

    def take(job: Job, *, redelivered: bool = False) -> None:
        request = SimpleNamespace(delivery_info={"redelivered": redelivered})
        celery._do(SimpleNamespace(request=request), job.pk)

    return take


def test_a_job_sends_one_message_which_names_it(celery):
    job = enqueue(kind="short", key="1")
    enqueue(kind="short", key="1")
    assert celery.depth(celery.QUICK) == 1
    assert celery.depth(celery.LONG) == 0
    job.refresh_from_db()
    assert job.woken_at is not None
    enqueue(kind="training.chain", key="1")
    assert celery.depth(celery.LONG) == 1


def test_nothing_is_sent_for_what_is_rolled_back_or_not_due(celery):
    with transaction.atomic():
        enqueue(kind="short", key="1")
        transaction.set_rollback(True)
    enqueue(kind="short", key="2", not_before=timezone.now() + timedelta(hours=1))
    assert celery.depth(celery.QUICK) == 0
    assert celery.sweep() == 0


def test_a_message_that_comes_twice_does_its_job_once(receive):
    seen = []
    with registered("short", lambda held: seen.append(held.key)):
        job = enqueue(kind="short", key="1")
        receive(job)
        receive(job)
        receive(job, redelivered=True)
    assert seen == ["1"]


def test_a_lost_message_is_sent_again_but_one_that_waits_is_not(celery):
    job = enqueue(kind="short", key="1")
    assert celery.sweep() == 0
    long_ago = timezone.now() - timedelta(minutes=5)
    Job.objects.update(woken_at=long_ago)
    assert celery.sweep() == 0  # it still lies in the queue
    purge(celery)
    assert celery.sweep() == 1
    assert celery.depth(celery.QUICK) == 1
    job.refresh_from_db()
    assert job.woken_at > long_ago


def test_a_broker_that_is_away_stops_nobody_and_the_sweep_makes_up_for_it(celery, monkeypatch):
    from kombu.exceptions import OperationalError

    def nobody(job_id: int, kind: str) -> None:
        raise OperationalError("nobody answers")

    with monkeypatch.context() as away:
        away.setattr(celery, "send", nobody)
        enqueue(kind="short", key="1")
    enqueue(kind="short", key="2")  # so soon after, nobody tries the broker
    assert celery.depth(celery.QUICK) == 0
    assert set(Job.objects.values_list("state", "woken_at")) == {("pending", None)}
    monkeypatch.setattr(waking, "_silent_until", 0.0)
    assert celery.sweep() == 2
    assert celery.depth(celery.QUICK) == 2


def test_what_a_dead_worker_held_is_inherited_with_its_message(receive):
    seen = []
    with registered("short", lambda held: seen.append(held.token)):
        job = enqueue(kind="short", key="1")
        dead = claim(worker="dead", job_id=job.pk)
        receive(job)  # the lease still runs
        assert seen == []
        receive(job, redelivered=True)
    assert seen == [2]
    assert not heartbeat(dead)


def test_a_worker_that_only_lost_its_broker_keeps_its_job(receive, celery, monkeypatch):
    job = enqueue(kind="short", key="1")
    living = claim(worker="living", job_id=job.pk)
    monkeypatch.setattr(celery.time, "sleep", lambda seconds: heartbeat(living))
    receive(job, redelivered=True)
    assert heartbeat(living)
    assert Job.objects.get().token == living.token


def purge(celery) -> None:
    with celery.app.connection_for_write() as connection:
        for queue in celery.app.conf.task_queues:
            queue(connection.default_channel).purge()
