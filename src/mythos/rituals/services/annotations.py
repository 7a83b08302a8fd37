"""What people say of replies a judge model has graded, so that the judge itself can be measured."""

from __future__ import annotations

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.errors import Invalid
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
