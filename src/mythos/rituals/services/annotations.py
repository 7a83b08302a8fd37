"""What people say of replies a judge model has graded, so that the judge itself can be measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.errors import Invalid, NotFound
from mythos.rituals.judging import JUDGED
from mythos.rituals.models import RitualAnnotation
from mythos.rituals.queries import get_result


def annotate(*, actor: Actor, result_id: int, expectation: str, verdict: str, note: str = "") -> RitualAnnotation:
    """Say whether a reply meets what the judge was asked about; said again, the newer word holds."""
    result = get_result(actor, result_id)
    require(actor, "rituals.annotate", result)
    fields: dict[str, str] = {}
    if verdict not in RitualAnnotation.Verdict.values:
        fields["verdict"] = f"One of {', '.join(RitualAnnotation.Verdict.values)}."
    if not any(grade["id"] == expectation and grade["type"] in JUDGED for grade in result.grades):
        fields["expectation"] = "No judge was asked about it."
    if fields:
        raise Invalid("The annotation cannot be kept.", fields=fields)
    made, _ = RitualAnnotation.objects.update_or_create(
        result=result,
        expectation=expectation,
        user=person(actor),
        defaults={"verdict": verdict, "note": note.strip()[:2000], "user_name": actor_name(actor)},
    )
    return made


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said of one reply, and the place it was read from."""

    place: str
    result_id: int
    expectation: str
    verdict: str
    note: str = ""


def annotate_many(*, actor: Actor, answers: Iterable[Answer]) -> int:
    """Keep all of them or none; the error names the place of the one that cannot be kept."""
    count = 0
    with transaction.atomic():
        for one in answers:
            said = {"expectation": one.expectation, "verdict": one.verdict, "note": one.note}
            try:
                annotate(actor=actor, result_id=one.result_id, **said)
            except (Invalid, NotFound) as error:
                raise Invalid(f"{one.place}: {error.message}", fields=error.fields) from error
            count += 1
    return count
