"""How far an assistant is on a curriculum, from its attempts. Pure reading of rows that were fetched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from mythos.market.models import CurriculumPart, Enrollment, PartAttempt
from mythos.market.queries.curricula import parts_of

PartState = Literal["locked", "open", "running", "not passed", "passed"]
PRACTICE, SEALED = PartAttempt.Kind.PRACTICE, PartAttempt.Kind.SEALED
RUNNING = PartAttempt.State.RUNNING


def is_sealed_here(part: CurriculumPart) -> bool:
    """Whether the part has held-out cases that this instance can try an assistant on."""
    return bool(part.sealed.get("count")) and bool(part.sealed.get("source_part"))


@dataclass(frozen=True)
class PartProgress:
    """One part: how it stands, its attempts by kind, oldest first."""

    part: CurriculumPart
    state: PartState
    practice: tuple[PartAttempt, ...]
    sealed: tuple[PartAttempt, ...]

    @property
    def decisive(self) -> tuple[PartAttempt, ...]:
        """The attempts that count: on sealed cases where there are any, with a result."""
        return tuple(row for row in (self.sealed or self.practice) if row.score is not None)

    @property
    def before(self) -> float | None:
        """The score of the first attempt."""
        return self.decisive[0].score if self.decisive else None

    @property
    def after(self) -> float | None:
        """The score of the last attempt."""
        return self.decisive[-1].score if self.decisive else None

    @property
    def last(self) -> PartAttempt | None:
        """The newest attempt that counts."""
        return self.decisive[-1] if self.decisive else None

    @property
    def waits_for(self) -> list[int]:
        """The places of the parts that come before."""
        return [before.position for before in self.part.prerequisites.all()]


@dataclass(frozen=True)
class Progress:
    """An enrolment with all its parts."""

    enrollment: Enrollment
    parts: tuple[PartProgress, ...]

    @property
    def passed(self) -> int:
        """How many parts are passed."""
        return sum(row.state == "passed" for row in self.parts)

    @property
    def is_passed(self) -> bool:
        """Whether every part is."""
        return self.passed == len(self.parts)

    @property
    def next_open(self) -> PartProgress | None:
        """The first part that may be tried and was not."""
        return next((row for row in self.parts if row.state == "open"), None)

    @property
    def is_running(self) -> bool:
        """Whether a part is being tried now."""
        return any(row.state == "running" for row in self.parts)

    @property
    def score_before(self) -> float | None:
        """Mean over the parts that were tried of their first score."""
        return _mean(row.before for row in self.parts)

    @property
    def score_after(self) -> float | None:
        """Mean over the parts that were tried of their last score."""
        return _mean(row.after for row in self.parts)


def progress_of(enrollment: Enrollment) -> Progress:
    """How far the enrolment is; attempts whose run was stopped or cancelled do not hold it up."""
    parts = parts_of(enrollment.curriculum)
    attempts = list(PartAttempt.objects.filter(enrollment=enrollment).select_related("run").order_by("id"))
    return arranged(enrollment, parts, attempts)


def arranged(enrollment: Enrollment, parts: Sequence[CurriculumPart], attempts: Sequence[PartAttempt]) -> Progress:
    """The same of rows at hand."""
    passed: set[int] = set()
    rows = []
    for part in parts:
        own = [row for row in attempts if row.part_id == part.pk]
        practice = tuple(row for row in own if row.kind == PRACTICE)
        sealed = tuple(row for row in own if row.kind == SEALED)
        state = _state(part, practice, sealed, passed)
        if state == "passed":
            passed.add(part.pk)
        rows.append(PartProgress(part, state, practice, sealed))
    return Progress(enrollment, tuple(rows))


def _state(
    part: CurriculumPart, practice: Sequence[PartAttempt], sealed: Sequence[PartAttempt], passed: set[int]
) -> PartState:
    tried = [row[-1] for row in (practice, sealed) if row]
    if any(row.state == RUNNING for row in tried):
        return "running"
    wanted = is_sealed_here(part)
    if tried and all(row.passed for row in tried) and (sealed or not wanted):
        return "passed"
    if not all(before.pk in passed for before in part.prerequisites.all()):
        return "locked"
    return "not passed" if tried else "open"


def _mean(scores: Iterable[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return sum(known) / len(known) if known else None
