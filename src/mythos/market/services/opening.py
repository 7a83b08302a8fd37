"""Sealed cases that their seller has revealed: held against the hashes published before, then tried like any other."""

from __future__ import annotations

from django.db import transaction

from mythos.accounts.actors import Actor
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.formats.curriculum import seal, unpack
from mythos.market.documents import case_record, record_of
from mythos.market.models import CurriculumPart
from mythos.market.queries.curricula import get_curriculum, parts_of
from mythos.rituals.queries import cases_of
from mythos.rituals.services import set_cases


def open_seals(*, actor: Actor, curriculum_id: int, data: bytes) -> int:
    """Put revealed cases into the rituals of a copy; how many. One that was not published beforehand refuses all."""
    curriculum = get_curriculum(actor, curriculum_id)
    require(actor, "market.teach", curriculum)
    document, signature = unpack("reveal", data)
    if document["lineage"] != curriculum.lineage:
        raise Invalid("These are cases of another curriculum.", fields={"file": "Another curriculum."})
    if signature["fingerprint"] != curriculum.signature.get("fingerprint"):
        raise Invalid("The file is not signed by who signed the curriculum.", fields={"file": "Another key."})
    shown = {row["slug"]: row["cases"] for row in document["rituals"]}
    parts = {str(part.ritual.origin.get("ritual")): part for part in parts_of(curriculum)}
    for slug, cases in shown.items():
        published = set(parts[slug].sealed.get("hashes", ())) if slug in parts else set()
        if {seal(row["salt"], row["case"]) for row in cases} != published:
            raise Invalid(
                f"The cases of {slug} are not those that were published.",
                hint="Nothing was written. Whoever revealed them changed, added or left out a case.",
                fields={"file": "A hash differs."},
            )
    with transaction.atomic():
        for slug, cases in shown.items():
            part = parts[slug]
            kept = [record_of(case) for case in cases_of(part.ritual)]
            fresh = [case_record(row["case"]) for row in cases]
            set_cases(actor=actor, ritual_id=part.ritual_id, cases=[*kept, *fresh], strict=False)
            opened = part.sealed | {"count": 0, "opened": len(fresh)}
            CurriculumPart.objects.filter(pk=part.pk).update(sealed=opened)
    return sum(len(cases) for cases in shown.values())
