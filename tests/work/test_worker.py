"""The worker, on both queues: a long job never holds up the short ones, and what is queued is done."""

from __future__ import annotations

import threading
import time

import pytest

from mythos.errors import ProviderFailed
from mythos.work import registry, services
from mythos.work.models import Job
from mythos.work.registry import Claim, long_kinds, registered
from mythos.work.services import enqueue

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60


def all_done() -> None:
    until = time.monotonic() + PATIENCE
    while Job.objects.exclude(state=Job.State.DONE).exists():
        assert time.monotonic() < until, list(Job.objects.values("kind", "key", "state", "error"))
        time.sleep(0.01)


def test_short_jobs_are_done_while_a_long_one_is_under_way(monkeypatch, working):
    began, done = threading.Event(), threading.Event()
    seen = []

    def take_long(claim: Claim) -> None:
        began.set()
        assert done.wait(PATIENCE)

    def take_short(claim: Claim) -> None:
        seen.append(claim.key)
        if len(seen) == 2:
            done.set()

    monkeypatch.setattr(registry, "_long_kinds", {"long"})
    with registered("long", take_long), registered("short", take_short), working():
        enqueue(kind="long", key="a")
        enqueue(kind="long", key="b")
        assert began.wait(PATIENCE)
        enqueue(kind="short", key="1")
        enqueue(kind="short", key="2")
        assert done.wait(PATIENCE)
        all_done()
    assert sorted(seen) == ["1", "2"]


def test_a_job_that_fails_in_passing_is_done_the_next_time(monkeypatch, working):
    monkeypatch.setattr(services, "FIRST_RETRY", services.FIRST_RETRY * 0)
    tries = []

    def falter(claim: Claim) -> None:
        tries.append(claim.token)
        if len(tries) == 1:
            raise ProviderFailed("the other side is down")

    with registered("falter", falter), working():
        enqueue(kind="falter", key="a")
        wait_for(lambda: len(tries) >= 1)  # the second try may have come by now
        all_done()
    assert tries == [1, 2]


def wait_for(holds) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_runs_and_imports_are_long():
    assert {"rituals.run", "prompts.import", "codex.import"} <= long_kinds()
