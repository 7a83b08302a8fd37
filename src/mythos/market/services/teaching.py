"""Teaching an assistant: enrol it, try its parts in order."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from mythos import plugins
from mythos.accounts.actors import SYSTEM, Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.assistants.queries import get_assistant
from mythos.errors import Invalid, Stale
from mythos.market.exams import sealed_ritual
from mythos.market.models import CurriculumPart, Enrollment, PartAttempt
from mythos.market.progress import PartProgress, is_sealed_here, progress_of
from mythos.market.queries.curricula import get_curriculum
from mythos.market.queries.teaching import get_enrollment
from mythos.market.speaking import spoken_text
from mythos.prompts.queries import get_prompt
from mythos.providers.base import Provider
from mythos.rituals.models import RitualRun
from mythos.rituals.queries import cases_of
from mythos.rituals.services import start_run
from mythos.text.normalize import content_hash

Kind, State = PartAttempt.Kind, PartAttempt.State
SEAL_RESTS = timedelta(days=1)
ENDED = (RitualRun.State.CANCELLED, RitualRun.State.FAILED, RitualRun.State.STOPPED)


def enroll_assistant(
    *,
    actor: Actor,
    curriculum_id: int,
    assistant: str,
    provider: str = "scripted",
    model: str = "",
    prompt: str = "",
) -> Enrollment:
    """Assign a curriculum to an assistant and try its first part; it speaks from the prompt, or its deployed text."""
    curriculum = get_curriculum(actor, curriculum_id)
    require(actor, "market.teach", curriculum)
    pupil = get_assistant(actor, assistant, curriculum.swarm)
    source = get_prompt(actor, prompt, curriculum.swarm) if prompt else None
    service: Provider = plugins.find("provider", provider)
    spoken_text(pupil, source)
    rows = Enrollment.objects.filter(curriculum=curriculum, assistant=pupil)
    if rows.exclude(state=Enrollment.State.LEFT).exists():
        raise Invalid(f"{pupil} is on {curriculum} already.", fields={"assistant": "Enrolled already."})
    try:
        with transaction.atomic():
            enrollment = Enrollment.objects.create(
                curriculum=curriculum,
                assistant=pupil,
                prompt=source,
                provider=provider,
                model=model or service.model(),
                enrolled_by=person(actor),
                enrolled_by_name=actor_name(actor)[:200],
            )
            try_next_part(actor=actor, enrollment_id=enrollment.pk)
    except IntegrityError as error:
        raise Stale(f"{pupil} was enrolled on {curriculum} at the same time.") from error
    return get_enrollment(actor, enrollment.pk)


def leave_curriculum(*, actor: Actor, enrollment_id: int) -> Enrollment:
    """End the teaching, or the trying again of who is certified; what was measured stays and still counts."""
    enrollment = get_enrollment(actor, enrollment_id)
    require(actor, "market.teach", enrollment.curriculum)
    going_on = Enrollment.objects.filter(pk=enrollment.pk).exclude(state=Enrollment.State.LEFT)
    if not going_on.update(state=Enrollment.State.LEFT):
        raise Stale(f"The enrolment is {enrollment.get_state_display()}.", data={"state": enrollment.state})
    return get_enrollment(actor, enrollment_id)


def note_teaching(*, actor: Actor, enrollment_id: int, note: str) -> Enrollment:
    """Say something about the teaching; it stands beside the figures and changes none."""
    enrollment = get_enrollment(actor, enrollment_id)
    require(actor, "market.teach", enrollment.curriculum)
    if len(note) > 2000:
        raise Invalid("The note cannot be kept.", fields={"note": "At most 2000 characters."})
    Enrollment.objects.filter(pk=enrollment.pk).update(note=note.strip())
    return get_enrollment(actor, enrollment_id)


def try_next_part(*, actor: Actor, enrollment_id: int) -> list[PartAttempt]:
    """Try the first part that is open and was not tried; nothing when none is."""
    enrollment = get_enrollment(actor, enrollment_id)
    require(actor, "market.teach", enrollment.curriculum)
    row = progress_of(enrollment).next_open
    return _try(actor, enrollment, row) if row else []


def try_part(*, actor: Actor, enrollment_id: int, position: int) -> list[PartAttempt]:
    """Try one part, again or for the first time: a run on the practice cases and one on the sealed ones."""
    enrollment = get_enrollment(actor, enrollment_id)
    require(actor, "market.teach", enrollment.curriculum)
    if enrollment.state == Enrollment.State.LEFT:
        raise Stale("The teaching has ended.", data={"state": enrollment.state})
    row = next((row for row in progress_of(enrollment).parts if row.part.position == position), None)
    if row is None:
        raise Invalid(f"There is no part {position}.", fields={"position": "Unknown part."})
    if row.state == "locked":
        waits = ", ".join(str(number) for number in row.waits_for)
        raise Invalid(f"Part {position} is locked.", fields={"position": f"Pass {waits} first."})
    _release(row)
    if row.state == "running" and PartAttempt.objects.filter(enrollment=enrollment, part=row.part, state=State.RUNNING):
        raise Stale(f"Part {position} is being tried.", data={"state": "running"})
    return _try(actor, enrollment, row)


def _try(actor: Actor, enrollment: Enrollment, row: PartProgress) -> list[PartAttempt]:
    text = spoken_text(enrollment.assistant, enrollment.prompt)
    try:
        return _attempts(actor, enrollment, row.part, text)
    except IntegrityError as error:
        raise Stale(f"Part {row.part.position} is being tried.", data={"state": "running"}) from error


def _attempts(actor: Actor, enrollment: Enrollment, part: CurriculumPart, text: str) -> list[PartAttempt]:
    attempts = []
    with transaction.atomic():
        if cases_of(part.ritual).exists():
            attempts.append(_attempt(actor, enrollment, part, Kind.PRACTICE, text))
        if is_sealed_here(part):
            attempts.append(_sealed(enrollment, part, text))
        if not attempts:
            raise Invalid(f"Part {part.position} has no cases here.", hint="Its sealed cases are with the seller.")
    return attempts


def _sealed(enrollment: Enrollment, part: CurriculumPart, text: str) -> PartAttempt:
    """Try the sealed cases; the same text once a day is enough, for trying often would wear the seal down."""
    recent = _earlier(enrollment, part, Kind.SEALED, text).filter(created_at__gte=timezone.now() - SEAL_RESTS)
    last = recent.exclude(score=None).order_by("-id").first()
    if last is not None:
        return last
    return _attempt(SYSTEM, enrollment, part, Kind.SEALED, text)


def _attempt(actor: Actor, enrollment: Enrollment, part: CurriculumPart, kind: str, text: str) -> PartAttempt:
    ritual = sealed_ritual(part) if kind == Kind.SEALED else part.ritual
    run = start_run(
        actor=actor,
        ritual_id=ritual.pk,
        provider=enrollment.provider,
        model=enrollment.model,
        text=text,
        # Asked again, the model has to answer again: the pass mark is held by what it says now, not by what it said.
        use_cache=not _earlier(enrollment, part, kind, text).exists(),
        source="market",
    )
    return PartAttempt.objects.create(
        enrollment=enrollment, part=part, kind=kind, run=run, text_sha256=run.text_sha256, cases=run.total
    )


def _earlier(enrollment: Enrollment, part: CurriculumPart, kind: str, text: str) -> QuerySet[PartAttempt]:
    """Attempts of the same text at the same cases."""
    rows = PartAttempt.objects.filter(enrollment=enrollment, part=part, kind=kind)
    return rows.filter(text_sha256=content_hash(text))


def _release(row: PartProgress) -> None:
    """Attempts whose run will not go on have failed."""
    for attempt in (*row.practice, *row.sealed):
        if attempt.state == State.RUNNING and (attempt.run is None or attempt.run.state in ENDED):
            said = attempt.run.note if attempt.run else "The run is gone."
            PartAttempt.objects.filter(pk=attempt.pk).update(state=State.FAILED, message=said or "The run was ended.")
