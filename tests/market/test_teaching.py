"""Teaching: parts in order, sealed cases tried apart, certificates, and the figures that follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mythos.accounts.actors import SYSTEM
from mythos.errors import Denied, Invalid, NotFound, Stale
from mythos.formats.curriculum import verify_document
from mythos.market.models import Certificate, Enrollment, PartAttempt, PromptCurriculumVault, RitualTagBundle
from mythos.market.queries.curricula import get_curriculum
from mythos.market.queries.teaching import get_certificate, get_enrollment, teaching_progress
from mythos.market.services.composing import update_curriculum
from mythos.market.services.exporting import export_curriculum
from mythos.market.services.figures import refresh_figures
from mythos.market.services.marking import mark_run
from mythos.market.services.teaching import enroll_assistant, leave_curriculum, note_teaching, try_part
from mythos.market.services.tending import schedule_tending
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.rituals.models import RitualCase, RitualRun
from mythos.rituals.queries import visible_runs
from mythos.rituals.services import cancel_run
from mythos.work.services import run_due

from .conftest import FIRM, SOFT


@pytest.fixture(autouse=True)
def _announced_at_once(monkeypatch) -> None:
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **_: call())


@pytest.fixture
def enrolled(copy, cast):
    return enroll_assistant(actor=cast.stranger, curriculum_id=copy.pk, assistant="charon", prompt="desk")


def firm_up(cast, swarm) -> None:
    prompt = get_prompt(cast.stranger, "desk", swarm)
    revise_prompt(actor=cast.stranger, prompt_id=prompt.pk, text=FIRM, base=1, reason="Learnt", source="web")


@pytest.fixture
def certified(enrolled, cast):
    run_due()
    firm_up(cast, cast.other_swarm)
    try_part(actor=cast.stranger, enrollment_id=enrolled.pk, position=1)
    run_due()
    return get_enrollment(cast.stranger, enrolled.pk)


def states(cast, enrollment) -> list[str]:
    return [row.state for row in teaching_progress(cast.stranger, enrollment.pk).parts]


def test_the_first_part_is_tried_at_once_and_what_is_behind_it_stays_locked(enrolled, cast) -> None:
    assert states(cast, enrolled) == ["running", "locked"]
    run_due()
    assert states(cast, enrolled) == ["not passed", "locked"]
    with pytest.raises(Invalid) as error:
        try_part(actor=cast.stranger, enrollment_id=enrolled.pk, position=2)
    assert error.value.data["fields"]["position"] == "Pass 1 first."


def test_a_pass_opens_the_next_and_the_last_pass_earns_the_certificate(certified, cast) -> None:
    assert states(cast, certified) == ["passed", "passed"]
    assert certified.state == Enrollment.State.COMPLETED
    assert (certified.score_before, certified.score_after) == (0.5, 1.0)
    record = certified.certificate.record
    first, second = record["parts"]
    assert (first["sealed"], second["sealed"]) == ({"cases": 2, "score": 1.0, "passed": True}, None)
    assert record["model"]["simulated"] is True
    assert (record["issuer"], record["assistant"]["swarm"]) == ("Olympus", "Hades")


def test_the_certificate_is_signed_by_the_seller_who_holds_the_sealed_cases(certified, cast, exported) -> None:
    found = get_certificate(cast.stranger, certified.certificate.serial)
    assert verify_document("certificate", found.record, found.signature) == exported.signature["fingerprint"]
    with pytest.raises(NotFound):
        get_certificate(cast.owner, found.serial)


def test_neither_side_sees_what_happens_to_the_sealed_cases(certified, cast) -> None:
    sealed = RitualRun.objects.filter(pk__in=PartAttempt.objects.filter(kind="sealed").values("run"))
    assert sealed.count() == 2
    for person in (cast.stranger, cast.owner, cast.viewer):
        assert not visible_runs(person).filter(pk__in=sealed).exists()
    mine = RitualCase.objects.filter(ritual__swarm=cast.other_swarm)
    assert not mine.filter(input__contains="secret ninth").exists()


def test_sealed_cases_changed_since_are_not_passed_off_as_the_published_ones(copy, cast) -> None:
    RitualCase.objects.filter(ritual__swarm=cast.swarm, ref="t4").update(input="Another question")
    with pytest.raises(Invalid, match="no longer those"):
        enroll_assistant(actor=cast.stranger, curriculum_id=copy.pk, assistant="charon", prompt="desk")
    assert not Enrollment.objects.exists()


def test_the_same_text_is_not_tried_on_the_sealed_cases_again_the_same_day(enrolled, cast) -> None:
    run_due()
    try_part(actor=cast.stranger, enrollment_id=enrolled.pk, position=1)
    kinds = list(PartAttempt.objects.filter(enrollment=enrolled).order_by("id").values_list("kind", flat=True))
    assert kinds == ["practice", "sealed", "practice"]
    assert PartAttempt.objects.last().run.use_cache is False


def test_a_part_is_tried_once_at_a_time_and_a_cancelled_run_lets_it_go(enrolled, cast) -> None:
    with pytest.raises(Stale, match="being tried"):
        try_part(actor=cast.stranger, enrollment_id=enrolled.pk, position=1)
    for attempt in PartAttempt.objects.filter(enrollment=enrolled):
        cancel_run(actor=SYSTEM, run_id=attempt.run_id)
    try_part(actor=cast.stranger, enrollment_id=enrolled.pk, position=1)
    assert PartAttempt.objects.filter(enrollment=enrolled, state="failed").count() == 2


def test_an_assistant_is_enrolled_once_and_needs_something_to_say(enrolled, copy, cast) -> None:
    with pytest.raises(Invalid) as error:
        enroll_assistant(actor=cast.stranger, curriculum_id=copy.pk, assistant="charon", prompt="desk")
    assert "assistant" in error.value.data["fields"]
    leave_curriculum(actor=cast.stranger, enrollment_id=enrolled.pk)
    with pytest.raises(Invalid, match="nothing to say"):
        enroll_assistant(actor=cast.stranger, curriculum_id=copy.pk, assistant="charon")
    with pytest.raises(Stale):
        try_part(actor=cast.stranger, enrollment_id=enrolled.pk, position=1)


def test_who_may_not_teach_does_not(copy, curriculum, cast) -> None:
    with pytest.raises(NotFound):
        enroll_assistant(actor=cast.owner, curriculum_id=copy.pk, assistant="charon")
    with pytest.raises(Denied):
        enroll_assistant(actor=cast.viewer, curriculum_id=curriculum.pk, assistant="hermes")


def test_the_figures_of_seller_and_copy_follow_what_was_measured(certified, exported, cast) -> None:
    seen = get_curriculum(cast.owner, exported.pk).figures
    assert (seen.adopters, seen.adopters_month, seen.trend[-1]) == (1, 1, 1)
    assert (seen.gain, seen.gain_low, seen.gain_count, seen.gain_simulated) == (0.5, None, 1, 1)
    assert (seen.rating, seen.rating_count) == (pytest.approx(1 + 4 * (1 + 1.5) / 4), 1)
    assert (seen.adoption["passing"], seen.adoption["holding"]) == (1, 0)


def test_a_gain_that_a_model_measured_is_not_marked(certified, exported, cast) -> None:
    RitualRun.objects.update(is_simulated=False)
    Certificate.objects.update(record={"model": {"simulated": False}})
    refresh_figures(lineage=exported.lineage)
    seen = get_curriculum(cast.owner, exported.pk).figures
    assert (seen.gain_count, seen.gain_simulated) == (1, 0)


def test_adoption_counts_who_still_passes_after_a_month_and_fades(certified, exported, cast) -> None:
    now = timezone.now()
    PartAttempt.objects.update(finished_at=now - timedelta(days=40))
    for position in (1, 2):
        try_part(actor=cast.stranger, enrollment_id=certified.pk, position=position)
    run_due()
    refresh_figures(lineage=exported.lineage)
    assert PromptCurriculumVault.objects.get(pk=exported.pk).adoption_rate == pytest.approx(0.0)
    PartAttempt.objects.filter(kind="sealed").update(created_at=now - timedelta(days=40))
    try_part(actor=cast.stranger, enrollment_id=certified.pk, position=1)
    run_due()
    refresh_figures(lineage=exported.lineage)
    rates = list(PromptCurriculumVault.objects.values_list("adoption_rate", flat=True))
    assert rates == pytest.approx([1.0, 1.0], abs=0.01)
    assert RitualTagBundle.objects.filter(adoption_metric__gt=0.99).count() == 2
    PartAttempt.objects.filter(finished_at__gte=now).update(finished_at=now - timedelta(days=10))
    PartAttempt.objects.filter(finished_at__lt=now - timedelta(days=30)).update(finished_at=now - timedelta(days=100))
    refresh_figures(lineage=exported.lineage)
    assert PromptCurriculumVault.objects.get(pk=exported.pk).adoption_rate == pytest.approx(0.5 ** (10 / 90), abs=0.01)


@pytest.fixture
def days_later(monkeypatch):
    """Move the clock to so many days from now, and let the worker do what is due."""
    real = timezone.now

    def move(days: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(days=days))
        run_due()

    return move


def adoption(curriculum) -> float:
    return PromptCurriculumVault.objects.get(pk=curriculum.pk).adoption_rate


def tries() -> int:
    return PartAttempt.objects.count()


def test_whoever_was_certified_is_tried_again_after_a_month_by_itself(certified, exported, days_later) -> None:
    schedule_tending()
    run_due()
    before = tries()
    days_later(29)
    assert (tries(), adoption(exported)) == (before, 0.0)
    days_later(31)
    assert tries() == before + 3  # two parts on practice cases, one of them on sealed ones too
    assert adoption(exported) == pytest.approx(1.0, abs=0.01)
    days_later(33)
    assert tries() == before + 3
    days_later(62)
    assert tries() == before + 6


def test_a_part_that_passes_no_more_waits_for_a_person(certified, exported, cast, days_later) -> None:
    schedule_tending()
    prompt = get_prompt(cast.stranger, "desk", cast.other_swarm)
    revise_prompt(actor=cast.stranger, prompt_id=prompt.pk, text=SOFT, base=2, reason="Softer", source="web")
    days_later(31)
    after = tries()
    assert states(cast, certified) == ["not passed", "locked"]
    assert adoption(exported) == 0.0
    days_later(62)
    assert tries() == after


@pytest.mark.parametrize("why", ["never", "left"])
def test_nobody_is_tried_again_where_that_is_not_wanted(certified, cast, days_later, settings, why) -> None:
    schedule_tending()
    if why == "never":
        settings.RETEST_DAYS = 0
    else:
        assert leave_curriculum(actor=cast.stranger, enrollment_id=certified.pk).state == "left"
        assert get_certificate(cast.stranger, certified.certificate.serial).enrollment_id == certified.pk
    before = tries()
    days_later(31)
    assert tries() == before


def test_notes_stand_beside_the_figures_and_change_none(certified, exported, cast) -> None:
    before = get_curriculum(cast.owner, exported.pk).figures.rating
    assert note_teaching(actor=cast.stranger, enrollment_id=certified.pk, note=" Good cases. ").note == "Good cases."
    refresh_figures(lineage=exported.lineage)
    assert get_curriculum(cast.owner, exported.pk).figures.rating == before


def test_the_sellers_own_assistants_do_not_rate_the_curriculum(exported, seller) -> None:
    create_prompt(actor=seller.owner, swarm=seller.swarm, slug="desk", text=SOFT)
    row = enroll_assistant(actor=seller.owner, curriculum_id=exported.pk, assistant="hermes", prompt="desk")
    run_due()
    leave_curriculum(actor=seller.owner, enrollment_id=row.pk)
    refresh_figures(lineage=exported.lineage)
    figures = get_curriculum(seller.owner, exported.pk).figures
    assert (figures.adopters, figures.rating_count, figures.gain) == (0, 0, None)
    assert teaching_progress(seller.owner, row.pk).parts[0].practice[0].cases == 4


def test_a_run_that_ends_twice_marks_once(certified, cast) -> None:
    for run_id in PartAttempt.objects.values_list("run_id", flat=True):
        mark_run(run_id=run_id)
    assert Certificate.objects.count() == 1


def test_words_changed_at_the_seller_do_not_touch_what_is_taught(certified, exported, seller) -> None:
    update_curriculum(actor=seller.owner, curriculum_id=exported.pk, description="New words.")
    export_curriculum(actor=seller.owner, curriculum_id=exported.pk)
    assert certified.certificate.record["curriculum"]["version"] == "1.0.0"
