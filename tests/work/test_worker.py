"""The worker: a long job never holds up the short ones."""

from __future__ import annotations

import threading

import pytest

from mythos.work import registry
from mythos.work.models import Job
from mythos.work.registry import Claim, long_kinds, registered
from mythos.work.services import enqueue
from mythos.work.worker import run_forever

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20


def test_short_jobs_are_done_while_a_long_one_is_under_way(monkeypatch):
    began, done, stop = threading.Event(), threading.Event(), threading.Event()
    seen = []

    def take_long(claim: Claim) -> None:
        began.set()
        assert done.wait(PATIENCE)

    def take_short(claim: Claim) -> None:
        seen.append(claim.key)
        if len(seen) == 2:
            done.set()

    monkeypatch.setattr(registry, "_long_kinds", {"long"})
    with registered("long", take_long), registered("short", take_short):
        enqueue(kind="long", key="a")
        enqueue(kind="long", key="b")
        worker = threading.Thread(target=run_forever, args=(stop,), kwargs={"poll": 0.01})
        worker.start()
        assert began.wait(PATIENCE)
        enqueue(kind="short", key="1")
        enqueue(kind="short", key="2")
        assert done.wait(PATIENCE)
        for _ in range(PATIENCE * 100):
            if not Job.objects.exclude(state=Job.State.DONE).exists():
                break
            stop.wait(0.01)
        stop.set()
        worker.join(PATIENCE)
    assert not worker.is_alive()
    assert sorted(seen) == ["1", "2"]
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


def test_runs_and_imports_are_long():
    assert {"rituals.run", "prompts.import", "codex.import"} <= long_kinds()
