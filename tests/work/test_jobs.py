"""The ledger: at least once, landed once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mythos.accounts.models import Swarm
from mythos.errors import Invalid, NotFound, ProviderFailed
from mythos.work.models import Job
from mythos.work.registry import registered
from mythos.work.services import LostLease, claim, enqueue, fail, heartbeat, landing, retry_dead, run, run_due

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)


def test_a_waiting_job_of_the_same_key_is_reused():
    assert enqueue(kind="k", key="1") == enqueue(kind="k", key="1")
    assert enqueue(kind="k", key="2").pk != enqueue(kind="k", key="1").pk


def test_only_one_worker_gets_a_job():
    enqueue(kind="k", key="1")
    assert claim(worker="a") is not None
    assert claim(worker="b") is None


def test_a_worker_that_lost_its_lease_changes_nothing():
    enqueue(kind="k", key="1")
    late = claim(worker="a")
    taken = claim(worker="b", now=timezone.now() + LATER)
    assert taken.token == late.token + 1
    assert not heartbeat(late)
    with pytest.raises(LostLease), landing(late):
        Swarm.objects.create(slug="late", name="late")
    assert not Swarm.objects.exists()
    with landing(taken):
        Swarm.objects.create(slug="good", name="good")
    assert Job.objects.get().state == "done"


def test_effect_and_completion_land_together_or_not_at_all():
    enqueue(kind="k", key="1")
    held = claim(worker="a")

    def land_half():
        with landing(held):
            Swarm.objects.create(slug="x", name="x")
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        land_half()
    assert not Swarm.objects.exists()
    assert Job.objects.get().state == "running"


def test_a_failure_that_may_pass_waits_longer_each_time_and_dies_with_its_reason():
    enqueue(kind="k", key="1", max_attempts=3)
    pauses, now = [], timezone.now()
    for _ in range(3):
        held = claim(worker="a", now=now)
        fail(held, ProviderFailed("the other side is down"), now=now)
        job = Job.objects.get()
        pauses.append((job.not_before - now).total_seconds())
        now += LATER
    assert pauses[0] < pauses[1]
    assert (job.state, job.error) == ("dead", "the other side is down")
    assert retry_dead(job_id=job.pk).state == "pending"
    with pytest.raises(NotFound):
        retry_dead(job_id=job.pk)


def test_an_error_that_trying_again_cannot_help_is_buried_at_once():
    enqueue(kind="bad", key="1")

    def refuse(claim):
        raise Invalid("this input is wrong")

    with registered("bad", refuse):
        assert run_due() == 1
    assert (Job.objects.get().state, Job.objects.get().error_code) == ("dead", "invalid")


def test_a_job_that_kills_its_workers_is_given_up():
    enqueue(kind="k", key="1", max_attempts=2)
    now = timezone.now()
    for _ in range(2):
        assert claim(worker="a", now=now)
        now += LATER
    assert claim(worker="a", now=now) is None
    assert Job.objects.get().state == "dead"


def test_a_job_of_an_unknown_kind_is_visible_as_dead():
    enqueue(kind="nobody", key="1")
    assert not run(claim(worker="a"))
    assert Job.objects.get().error_code == "not_configured"
