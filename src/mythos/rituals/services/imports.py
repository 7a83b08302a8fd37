"""A ritual from a document of another tool, or a newer edition of one that is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.codex.models import CodexClause
from mythos.formats.rituals.document import CaseRecord, RitualDocument
from mythos.prompts.models import Prompt
from mythos.rituals.evidence import named_by
from mythos.rituals.expecting import why_ungraded
from mythos.rituals.models import Ritual
from mythos.rituals.queries import visible_rituals
from mythos.rituals.services.rituals import CaseChanges, case_rows, create_ritual, set_cases


@dataclass(frozen=True, slots=True)
class RitualImport:
    """What an import did; `ungraded` names every type of expectation that nothing here measures, with the reason."""

    ritual: Ritual
    is_new: bool
    changes: CaseChanges
    ungraded: dict[str, str]
    notes: tuple[str, ...]


def import_ritual(
    *,
    actor: Actor,
    swarm: Swarm,
    slug: str,
    document: RitualDocument,
    type: str = "",
    prompt: Prompt | None = None,
) -> RitualImport:
    """Make the ritual, or bring its cases up to the document; unknown expectations refuse the whole of it."""
    case_rows(document.cases, strict=False, file=document.file)
    ungraded = ungraded_types(document.cases)
    notes = (*document.notes, *_about_nothing(swarm, document.cases))
    with transaction.atomic():
        held = visible_rituals(actor, swarm).filter(slug=slug).first()
        if held is not None:
            changes = set_cases(actor=actor, ritual_id=held.pk, cases=document.cases, strict=False)
            held.refresh_from_db()
            return RitualImport(held, False, changes, ungraded, notes)
        ritual = create_ritual(
            actor=actor,
            swarm=swarm,
            slug=slug,
            title=document.title,
            type=type or document.type,
            description=document.description,
            prompt=prompt,
            template=document.template,
            origin=document.origin,
            cases=document.cases,
            strict=False,
        )
    changes = CaseChanges(len(document.cases), 0, 0, 0)
    return RitualImport(ritual, True, changes, ungraded, notes)


def _about_nothing(swarm: Swarm, cases: Sequence[CaseRecord]) -> list[str]:
    """A note on every clause named here that stands in no rule book: its results are evidence of nothing."""
    places: dict[str, str] = {}
    for number, case in enumerate(cases, start=1):
        for ref in named_by(case.expectations):
            places.setdefault(ref, case.place or f"case {number}")
    known = CodexClause.objects.filter(codex__swarm=swarm, ref__in=list(places)).values_list("ref", flat=True)
    return [
        f"{places[ref]}: No rule book has the clause {ref}; what is tried for it is evidence of nothing."
        for ref in sorted(places.keys() - set(known))
    ]


def ungraded_types(cases: Sequence[CaseRecord]) -> dict[str, str]:
    """Type -> why nothing here grades it."""
    names = {str(entry.get("type", "")) for case in cases for entry in case.expectations}
    return {name: reason for name in sorted(names) if (reason := why_ungraded(name))}
