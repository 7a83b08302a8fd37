"""Marking an attempt when its run has ended; a pass opens the next part, the last pass earns the certificate."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import Case, F, FloatField, Sum, Value, When
from django.utils import timezone

from mythos.accounts.actors import SYSTEM
from mythos.errors import MythosError
from mythos.market.models import Enrollment, PartAttempt
from mythos.market.progress import Progress, progress_of
from mythos.market.services.certifying import certify
from mythos.market.services.figures import FIGURES_JOB
from mythos.market.services.teaching import try_next_part
from mythos.market.signals import part_passed
from mythos.rituals.models import RitualResult, RitualRun
from mythos.work.services import enqueue

MARK_JOB = "market.mark"
State = PartAttempt.State


def mark_run(*, run_id: int) -> None:
    """Mark the attempts that wait for this run, then go on with what a pass has opened. Safe to run twice."""
    run = RitualRun.objects.select_related("ritual").get(pk=run_id)
    for attempt in PartAttempt.objects.filter(run=run, state=State.RUNNING).select_related("part"):
        with transaction.atomic():
            _mark(attempt, run)
    for enrollment in Enrollment.objects.filter(attempts__run=run).distinct():
        _go_on(enrollment.pk)


def _mark(attempt: PartAttempt, run: RitualRun) -> None:
    """The score is the share of the weight of all cases that passed: what could not be measured has not passed."""
    rows = RitualResult.objects.filter(run=run)
    passed = Case(When(passed=True, then=F("case__weight")), default=Value(0.0), output_field=FloatField())
    sums = rows.aggregate(won=Sum(passed), whole=Sum("case__weight"))
    failed = run.state != RitualRun.State.DONE or not sums["whole"]
    score = None if failed else min(1.0, sums["won"] / sums["whole"])
    has_passed = None if score is None else score >= attempt.part.pass_mark - 1e-9
    marked = PartAttempt.objects.filter(pk=attempt.pk, state=State.RUNNING).update(
        state=State.FAILED if failed else State.DONE,
        score=score,
        passed=has_passed,
        message=run.note or ("The run did not end." if failed else ""),
        finished_at=timezone.now(),
    )
    if marked and has_passed:
        transaction.on_commit(partial(part_passed.send_robust, PartAttempt, attempt_id=attempt.pk))


def _go_on(enrollment_id: int) -> None:
    rows = Enrollment.objects.select_related("curriculum__swarm", "assistant__swarm", "prompt__current")
    with transaction.atomic():
        enrollment = rows.select_for_update(of=("self",)).get(pk=enrollment_id)
        progress = progress_of(enrollment)
        Enrollment.objects.filter(pk=enrollment_id).update(
            score_before=progress.score_before, score_after=progress.score_after
        )
        lineage = enrollment.curriculum.lineage
        enqueue(kind=FIGURES_JOB, key=lineage, payload={"lineage": lineage})
    if enrollment.state != Enrollment.State.ACTIVE or progress.is_running:
        return
    if progress.is_passed:
        certify(enrollment, progress)
    elif _may_go_on(progress):
        _try_next(enrollment_id)


def _may_go_on(progress: Progress) -> bool:
    """After a part that was not passed somebody has to change the assistant; until then nothing more is spent."""
    return not any(row.state == "not passed" for row in progress.parts)


def _try_next(enrollment_id: int) -> None:
    try:
        try_next_part(actor=SYSTEM, enrollment_id=enrollment_id)
    except MythosError as error:
        Enrollment.objects.filter(pk=enrollment_id).update(problem=error.message)
