"""Making rituals and changing their cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid, Stale
from mythos.formats.rituals.document import CaseRecord
from mythos.prompts.models import Prompt
from mythos.rituals.expecting import case_hash, checked
from mythos.rituals.models import Ritual, RitualCase, Split
from mythos.rituals.queries import cases_of, get_ritual
from mythos.rituals.signals import ritual_changed

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,118}\Z")
RESERVED = {"new", "import", "runs", "compare", "affected", "agreement", "annotate", "results"}
MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class CaseChanges:
    """What replacing the cases of a ritual did."""

    added: int
    changed: int
    retired: int
    unchanged: int


def create_ritual(
    *,
    actor: Actor,
    swarm: Swarm,
    slug: str,
    title: str = "",
    type: str = Ritual.Type.FREE,
    description: str = "",
    tags: Sequence[str] = (),
    prompt: Prompt | None = None,
    template: Sequence[dict[str, str]] = (),
    origin: dict[str, Any] | None = None,
    cases: Sequence[CaseRecord] = (),
    strict: bool = True,
) -> Ritual:
    """Add a ritual with its cases, all or nothing."""
    require(actor, "rituals.edit", swarm)
    fields = _problems(slug, type, prompt, swarm)
    if fields:
        raise Invalid("The ritual cannot be made.", fields=fields)
    rows = case_rows(cases, strict)
    with transaction.atomic():
        if Ritual.objects.filter(swarm=swarm, slug=slug).exists():
            raise Invalid("The ritual cannot be made.", fields={"slug": f"{slug} is taken."})
        ritual = Ritual.objects.create(
            swarm=swarm,
            slug=slug,
            title=title.strip()[:200] or slug,
            type=type,
            description=description,
            tags=sorted({tag.strip() for tag in tags if tag.strip()}),
            prompt=prompt,
            template=list(template),
            origin=origin or {},
            created_by=person(actor),
        )
        _write(ritual, rows)
    return ritual


def update_ritual(
    *,
    actor: Actor,
    ritual_id: int,
    title: str | None = None,
    type: str | None = None,
    description: str | None = None,
    tags: Sequence[str] | None = None,
    prompt: Prompt | None = None,
) -> Ritual:
    """Change what describes a ritual; what is left out stays."""
    ritual = get_ritual(actor, ritual_id)
    require(actor, "rituals.edit", ritual)
    fields = _problems(ritual.slug, type or ritual.type, prompt, ritual.swarm)
    if fields:
        raise Invalid("The ritual cannot be changed.", fields=fields)
    given: dict[str, Any] = {"title": title, "type": type, "description": description, "prompt": prompt}
    given["tags"] = None if tags is None else sorted({tag.strip() for tag in tags if tag.strip()})
    changes = {key: value for key, value in given.items() if value is not None}
    with transaction.atomic():
        Ritual.objects.filter(pk=ritual.pk).update(**changes, updated_at=timezone.now())
        for bound in {ritual.prompt_id, prompt.pk if prompt else ritual.prompt_id}:
            announce(ritual, bound)
    return get_ritual(actor, ritual_id)


def set_cases(
    *, actor: Actor, ritual_id: int, cases: Sequence[CaseRecord], base: int | None = None, strict: bool = True
) -> CaseChanges:
    """Make these the cases of the ritual; those that stay the same keep their row, the others get a new version."""
    ritual = get_ritual(actor, ritual_id)
    require(actor, "rituals.edit", ritual)
    rows = case_rows(cases, strict)
    with transaction.atomic():
        locked = Ritual.objects.select_for_update(of=("self",)).get(pk=ritual.pk)
        if base is not None and base != locked.version:
            raise Stale(
                f"{locked.slug} is at version {locked.version}, not {base}.",
                data={"base": base, "current_version": locked.version},
            )
        return _write(locked, rows)


def _problems(slug: str, type: str, prompt: Prompt | None, swarm: Swarm) -> dict[str, str]:
    fields: dict[str, str] = {}
    if not _SLUG.match(slug) or slug in RESERVED or slug.isdigit():
        fields["slug"] = "Lower-case letters, digits, - and _, beginning with a letter or digit, and not only digits."
    if type not in Ritual.Type.values:
        fields["type"] = f"One of {', '.join(Ritual.Type.values)}."
    if prompt is not None and prompt.swarm_id != swarm.pk:
        fields["prompt"] = "The prompt belongs to another swarm."
    return fields


def case_rows(cases: Iterable[CaseRecord], strict: bool, file: str = "") -> dict[str, RitualCase]:
    """Cases as unsaved rows by ref; Invalid lists every problem with its place."""
    rows: dict[str, RitualCase] = {}
    problems: list[tuple[str, str]] = []
    for number, case in enumerate(cases, start=1):
        place, ref = case.place or f"case {number}", case.ref or f"case-{number}"
        expectations, wrong = checked(case.expectations, strict=strict)
        if ref in rows:
            wrong.append(f"The ref {ref} is used twice.")
        if case.split and case.split not in Split.values:
            wrong.append(f"The split must be one of {', '.join(Split.values)}.")
        if not 0 < case.weight < 1e6:
            wrong.append("The weight must be above zero.")
        problems += [(place, message) for message in wrong]
        rows[ref] = _row(case, ref, number, expectations)
    if problems:
        listed = [{"file": file, "line": place, "message": message} for place, message in problems[:MOST_PROBLEMS]]
        raise Invalid(
            f"{f'{file}, ' if file else ''}{problems[0][0]}: {problems[0][1]}",
            fields={"cases": f"{len(problems)} problems." if len(problems) > 1 else problems[0][1]},
            data={"problems": listed},
        )
    return rows


def _row(case: CaseRecord, ref: str, number: int, expectations: list[dict[str, Any]]) -> RitualCase:
    content: dict[str, Any] = {
        "input": case.input,
        "variables": case.variables,
        "messages": case.messages,
        "expectations": expectations,
        "weight": case.weight,
        "threshold": case.threshold,
    }
    return RitualCase(
        ref=ref[:120],
        position=number,
        split=case.split or Split.VALIDATION,
        extra=case.extra,
        sha256=case_hash(content),
        **content,
    )


def _write(ritual: Ritual, rows: dict[str, RitualCase]) -> CaseChanges:
    """The caller holds the transaction and the ritual's lock."""
    old = {case.ref: case for case in cases_of(ritual)}
    fresh = [row for ref, row in rows.items() if ref not in old]
    changed = [ref for ref, row in rows.items() if ref in old and _differs(old[ref], row)]
    gone = [ref for ref in old if ref not in rows]
    moved = [ref for ref in rows if ref in old and ref not in changed and old[ref].position != rows[ref].position]
    if old and (fresh or changed or gone):
        ritual.version += 1
    if old and (changed or gone):
        cases_of(ritual).filter(ref__in=[*changed, *gone]).update(retired_version=ritual.version)
    for row in (written := [*fresh, *(rows[ref] for ref in changed)]):
        row.ritual, row.since_version = ritual, ritual.version
    RitualCase.objects.bulk_create(written, batch_size=500)
    for ref in moved:
        old[ref].position = rows[ref].position
    RitualCase.objects.bulk_update([old[ref] for ref in moved], ["position"], batch_size=500)
    ritual.updated_at = timezone.now()
    ritual.save(update_fields=["version", "updated_at"])
    announce(ritual, ritual.prompt_id)
    return CaseChanges(len(fresh), len(changed), len(gone), len(rows) - len(fresh) - len(changed))


def announce(ritual: Ritual, prompt_id: int | None) -> None:
    transaction.on_commit(partial(ritual_changed.send_robust, Ritual, ritual_id=ritual.pk, prompt_id=prompt_id))


def _differs(old: RitualCase, new: RitualCase) -> bool:
    return old.sha256 != new.sha256 or old.split != new.split
