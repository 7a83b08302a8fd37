"""The demo's school: what a new user finds on the pages of mentorship and teaching was measured, not written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm
from mythos.assistants.queries import get_assistant
from mythos.cli.bootstrap import fill_demo
from mythos.demo import load_demo
from mythos.market.models import Certificate, Enrollment
from mythos.market.queries.trades import open_trades
from mythos.mentorship.models import PromptMentorshipLog
from mythos.mentorship.previewing import preview_adoption
from mythos.mentorship.ranking import rank_mentors
from mythos.rituals.models import RitualRun
from mythos.work.models import Job
from mythos.work.services import run_due


@pytest.fixture
def demo(db, monkeypatch):
    """The demo without its long prompts, its lessons done and nothing else."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **_: call())
    swarm = create_swarm(actor=SYSTEM, slug="demo", name="Demo")
    fill_demo(swarm, replace(load_demo(), prompts=(), labels=(), drafts=()), lambda _: None)
    Job.objects.filter(kind__startswith="codex.").delete()
    Job.objects.filter(kind__startswith="prompts.").delete()
    run_due()
    return swarm


def test_a_new_user_finds_a_mentor_an_adoption_that_helped_and_a_certificate(demo) -> None:
    runs = list(RitualRun.objects.all())
    assert runs
    assert all(run.state == RitualRun.State.DONE and run.is_simulated for run in runs)

    hermes = get_assistant(SYSTEM, "hermes", demo)
    ranking = rank_mentors(SYSTEM, hermes)
    assert ranking.best is not None
    assert ranking.best.mentor.slug == "calliope"
    (part,) = (row.part for row in ranking.best.parts)
    assert 0 < part.low < part.difference < 1
    assert preview_adoption(SYSTEM, hermes, ranking.best.mentor.pk, "Manners").refusals == ()

    log = PromptMentorshipLog.objects.get()
    assert (log.mentee.slug, log.state, log.is_simulated) == ("daedalus", "measured", True)
    assert 0 < log.gain_low <= log.gain < 1

    certificate = Certificate.objects.get()
    assert certificate.record["model"]["simulated"] is True
    assert certificate.signature
    assert Enrollment.objects.get().state == Enrollment.State.COMPLETED
    assert [trade.is_our_turn for trade in open_trades(SYSTEM, demo, 3)] == [True]
