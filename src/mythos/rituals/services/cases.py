"""One case at a time, as an editor changes them; a changed case is a new row and a new version of its ritual."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor
from mythos.accounts.permissions import require
from mythos.errors import Invalid, NotFound, Stale
from mythos.formats.rituals.document import CaseRecord
from mythos.rituals.models import Ritual, RitualCase
from mythos.rituals.queries import cases_of, get_ritual
from mythos.rituals.services.rituals import announce, case_rows


def save_case(*, actor: Actor, ritual_id: int, case: CaseRecord, base: int, replaces: str = "") -> RitualCase:
    """Add a case, or put this one in the place of `replaces`; the same case again changes nothing."""
    ritual = get_ritual(actor, ritual_id)
    require(actor, "rituals.edit", ritual)
    row = next(iter(case_rows([case], strict=True).values()))
    with transaction.atomic():
        locked = _locked(ritual, base)
        old = _case(locked, replaces) if replaces else None
        if cases_of(locked).filter(ref=row.ref).exclude(ref=replaces).exists():
            raise Invalid("The case cannot be saved.", fields={"ref": f"The ref {row.ref} is used twice."})
        if old is not None and (old.ref, old.sha256, old.split) == (row.ref, row.sha256, row.split):
            return old
        _next_version(locked, [old] if old else [])
        last = cases_of(locked).order_by("position").last()
        row.position = old.position if old else (last.position + 1 if last else 1)
        row.extra = old.extra if old else {}
        row.ritual, row.since_version = locked, locked.version
        row.save()
    return row


def remove_case(*, actor: Actor, ritual_id: int, ref: str, base: int) -> Ritual:
    """Retire a case; its results stay."""
    ritual = get_ritual(actor, ritual_id)
    require(actor, "rituals.edit", ritual)
    with transaction.atomic():
        locked = _locked(ritual, base)
        _next_version(locked, [_case(locked, ref)])
    return locked


def _locked(ritual: Ritual, base: int) -> Ritual:
    """The ritual, held until the end of the transaction, if it is still the one that was shown."""
    locked = Ritual.objects.select_for_update(of=("self",)).get(pk=ritual.pk)
    if base != locked.version:
        raise Stale(
            f"{locked.slug} is at version {locked.version}, not {base}.",
            data={"base": base, "current_version": locked.version},
        )
    return locked


def _case(ritual: Ritual, ref: str) -> RitualCase:
    case = cases_of(ritual).filter(ref=ref).first()
    if case is None:
        raise NotFound(f"There is no case {ref!r}.")
    return case


def _next_version(ritual: Ritual, retired: Iterable[RitualCase]) -> None:
    if cases_of(ritual).exists():
        ritual.version += 1
    for case in retired:
        RitualCase.objects.filter(pk=case.pk).update(retired_version=ritual.version)
    ritual.updated_at = timezone.now()
    ritual.save(update_fields=["version", "updated_at"])
    announce(ritual, ritual.prompt_id)
