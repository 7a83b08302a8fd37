"""Sealed cases are tried where neither side looks: in a swarm nobody is a member of.

The seller's text of a case never reaches the buyer, and the buyer's prompt never reaches the seller. Only the cases
whose hashes were published are used, whatever the seller has changed since.
"""

from __future__ import annotations

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Membership, Swarm
from mythos.accounts.services import create_swarm
from mythos.errors import Invalid
from mythos.formats.curriculum import digest, salt_of, seal
from mythos.market.documents import case_document, case_record
from mythos.market.models import CurriculumPart
from mythos.rituals.models import Ritual, RitualCase, Split
from mythos.rituals.services import create_ritual

HALL = "exam-hall"
MOST_HALLS = 100


def exam_hall() -> Swarm:
    """The swarm without members; a swarm of that name that has any is somebody's own."""
    for number in range(1, MOST_HALLS):
        slug = HALL if number == 1 else f"{HALL}-{number}"
        found = Swarm.objects.filter(slug=slug).first()
        if found is None:
            return create_swarm(actor=SYSTEM, slug=slug, name="Exam hall")
        if not Membership.objects.filter(swarm=found).exists():
            return found
    raise Invalid("There is no swarm for exams.")


def sealed_ritual(part: CurriculumPart) -> Ritual:
    """The sealed cases of a copy's part as a ritual in the hall; Invalid when they are others by now."""
    source = CurriculumPart.objects.select_related("ritual").filter(pk=part.sealed.get("source_part")).first()
    hashes = set(part.sealed.get("hashes", ()))
    if source is None or not source.sealed.get("secret"):
        raise Invalid("The seller has withdrawn the sealed cases.")
    rows = RitualCase.objects.filter(ritual=source.ritual, split=Split.HELD_OUT).order_by("-id")
    documents = {seal(salt_of(source.sealed["secret"], doc), doc): doc for doc in map(case_document, rows)}
    found = [documents[value] for value in sorted(hashes) if value in documents]
    if len(found) < len(hashes):
        raise Invalid("The sealed cases are no longer those that were published.")
    hall, slug = exam_hall(), f"part-{source.pk}-{digest(sorted(hashes))[:16]}"
    held = Ritual.objects.filter(swarm=hall, slug=slug).first()
    return held or create_ritual(
        actor=SYSTEM,
        swarm=hall,
        slug=slug,
        title=source.ritual.title,
        type=source.ritual.type,
        template=source.ritual.template,
        cases=[case_record(doc) for doc in found],
        strict=False,
    )
