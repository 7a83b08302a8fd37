"""What the market needs once a day: whoever was certified is tried again, and figures that fade are counted anew."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from mythos.accounts.actors import SYSTEM
from mythos.errors import MythosError
from mythos.market.models import Enrollment, PartAttempt
from mythos.market.progress import progress_of
from mythos.market.queries.teaching import get_enrollment
from mythos.market.services.figures import schedule_figures
from mythos.market.services.teaching import try_part
from mythos.work.services import enqueue

TEND_JOB = "market.tend"
ONCE_A = timedelta(days=1)


def schedule_tending() -> None:
    """Have the worker look at the market now, and daily from then on."""
    enqueue(kind=TEND_JOB, key="market")


def tend() -> None:
    """Do what is due today, and come again tomorrow. Safe to run twice: what runs is not due."""
    retest_certified(now=timezone.now())
    schedule_figures()
    enqueue(kind=TEND_JOB, key="market", not_before=timezone.now() + ONCE_A)


def retest_certified(*, now: datetime) -> int:
    """Try parts again whose last try passed and lies as far back as the settings say; how many tries began.

    What an assistant held a month ago says nothing of today: adoption counts who passes again. A part that no longer
    passes waits for a person, as while it is taught.
    """
    if not settings.RETEST_DAYS:
        return 0
    measured = PartAttempt.objects.filter(enrollment__state=Enrollment.State.COMPLETED).exclude(score=None)
    last = measured.values("enrollment", "part__position").order_by("enrollment", "part__position")
    due = last.annotate(last=Max("finished_at")).filter(last__lte=now - timedelta(days=settings.RETEST_DAYS))
    pairs = list(due.values_list("enrollment", "part__position"))
    return sum(_retest(enrollment, position) for enrollment, position in pairs)


def _retest(enrollment_id: int, position: int) -> int:
    progress = progress_of(get_enrollment(SYSTEM, enrollment_id))
    row = next(row for row in progress.parts if row.part.position == position)
    if row.state == "running" or row.last is None or not row.last.passed:
        return 0
    try:
        return len(try_part(actor=SYSTEM, enrollment_id=enrollment_id, position=position))
    except MythosError as error:
        Enrollment.objects.filter(pk=enrollment_id).update(problem=error.message)
        return 0
