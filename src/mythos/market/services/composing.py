"""Putting a curriculum together: what it is called, who curates it, its parts in order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.queries import get_assistant
from mythos.errors import Invalid
from mythos.market.alignment import alignment_of
from mythos.market.models import CurriculumFigures, CurriculumPart, PromptCurriculumVault, RitualTagBundle
from mythos.market.queries.curricula import get_curriculum, visible_bundles
from mythos.rituals.models import Ritual
from mythos.rituals.queries import visible_rituals

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,119}\Z")
_LICENSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*(?: (?:AND|OR|WITH) [A-Za-z0-9][A-Za-z0-9.+-]*)*\Z")
MOST_PARTS = 500
_OUT_OF_THE_WAY = 10_000  # where positions are while they change, so that no two are ever the same


@dataclass(frozen=True, slots=True)
class Part:
    """One part as it is given: a ritual, its pass mark, the numbers of the parts to be passed before it."""

    ritual: str
    pass_mark: float = 0.8
    prerequisites: tuple[int, ...] = ()
    bundle: str = ""


def create_curriculum(
    *,
    actor: Actor,
    swarm: Swarm,
    slug: str,
    title: str,
    curator: str,
    parts: Sequence[Part],
    description: str = "",
    license: str = "LicenseRef-None",
) -> PromptCurriculumVault:
    """Start a curriculum of an assistant with its parts, all or nothing."""
    require(actor, "market.publish", swarm)
    fields = _problems(title, license)
    if not _SLUG.match(slug) or slug == "new" or slug.isdigit():
        fields["slug"] = "Lower-case letters, digits, - and _, not only digits; at most 120."
    elif PromptCurriculumVault.objects.filter(swarm=swarm, slug=slug).exists():
        fields["slug"] = f"{slug} is taken."
    found = _found(actor, swarm, parts, fields)
    if fields:
        raise Invalid("The curriculum cannot be made.", fields=fields)
    with transaction.atomic():
        curriculum = PromptCurriculumVault.objects.create(
            swarm=swarm,
            slug=slug,
            curator=get_assistant(actor, curator, swarm),
            curriculum_title=title.strip(),
            description=description,
            license=license,
            created_by=person(actor),
        )
        CurriculumFigures.objects.create(curriculum=curriculum)
        update_parts(curriculum, parts, found.rituals, found.bundles)
    return get_curriculum(actor, curriculum.pk)


def update_curriculum(
    *,
    actor: Actor,
    curriculum_id: int,
    title: str | None = None,
    description: str | None = None,
    license: str | None = None,
    curator: str | None = None,
    parts: Sequence[Part] | None = None,
) -> PromptCurriculumVault:
    """Change a curriculum; what is left out stays. Parts that keep their ritual keep what was tried on them."""
    curriculum = get_curriculum(actor, curriculum_id)
    require(actor, "market.publish", curriculum)
    fields = _problems(curriculum.curriculum_title if title is None else title, license or curriculum.license)
    found = _found(actor, curriculum.swarm, parts, fields) if parts is not None else None
    if fields:
        raise Invalid("The curriculum cannot be changed.", fields=fields)
    given: dict[str, Any] = {"curriculum_title": title, "description": description, "license": license}
    if curator is not None:
        given["curator"] = get_assistant(actor, curator, curriculum.swarm)
    changes = {key: value for key, value in given.items() if value is not None}
    with transaction.atomic():
        rows = PromptCurriculumVault.objects.filter(pk=curriculum.pk)
        rows.update(**changes, updated_at=timezone.now())
        if parts is not None and found is not None:
            update_parts(curriculum, parts, found.rituals, found.bundles)
    return get_curriculum(actor, curriculum.pk)


def delete_curriculum(*, actor: Actor, curriculum_id: int) -> None:
    """Remove a curriculum that never went out and nobody is taught by; its rituals stay."""
    curriculum = get_curriculum(actor, curriculum_id)
    require(actor, "market.publish", curriculum)
    if curriculum.version and not curriculum.origin:
        raise Invalid(f"{curriculum.slug} has been exported; others may have it, so its record stays.")
    if curriculum.enrollments.exists():
        raise Invalid(f"{curriculum.slug} has taught assistants; their record stays.")
    PromptCurriculumVault.objects.filter(pk=curriculum.pk).delete()


def refresh_alignment(curriculum: PromptCurriculumVault) -> dict[str, Any]:
    """Compute again which clauses the rituals probe, and store it."""
    rituals = dict(CurriculumPart.objects.filter(curriculum=curriculum).values_list("ritual_id", "ritual__slug"))
    found = alignment_of(curriculum.swarm, rituals)
    PromptCurriculumVault.objects.filter(pk=curriculum.pk).update(codex_alignment=found)
    curriculum.codex_alignment = found
    return found


@dataclass(frozen=True, slots=True)
class _Found:
    rituals: dict[str, Ritual]
    bundles: dict[str, RitualTagBundle]


def _problems(title: str, license: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    if not 0 < len(title.strip()) <= 150:
        fields["title"] = "1 to 150 characters."
    if not _LICENSE.match(license) or len(license) > 200:
        fields["license"] = "An SPDX expression, as in Apache-2.0 or MIT OR CC-BY-4.0."
    return fields


def _found(actor: Actor, swarm: Swarm, parts: Sequence[Part], fields: dict[str, str]) -> _Found:
    """The rituals and bundles that parts name; what is wrong goes to `fields`."""
    slugs = [part.ritual for part in parts]
    rituals = {row.slug: row for row in visible_rituals(actor, swarm).filter(slug__in=slugs)}
    tags = {part.bundle for part in parts if part.bundle}
    bundles = {row.slug: row for row in visible_bundles(actor, swarm).filter(slug__in=tags)}
    if problem := _wrong(parts, rituals, bundles):
        fields["parts"] = problem
    return _Found(rituals, bundles)


def _wrong(parts: Sequence[Part], rituals: Mapping[str, Ritual], bundles: Mapping[str, RitualTagBundle]) -> str:
    if not 0 < len(parts) <= MOST_PARTS:
        return f"A curriculum has 1 to {MOST_PARTS} parts."
    seen: set[str] = set()
    for number, part in enumerate(parts, start=1):
        if part.ritual not in rituals:
            return f"Part {number}: there is no ritual {part.ritual[:120]}."
        if part.ritual in seen:
            return f"Part {number}: {part.ritual} stands there twice."
        if part.bundle and part.bundle not in bundles:
            return f"Part {number}: there is no bundle {part.bundle[:60]}."
        if not 0 < part.pass_mark <= 1:
            return f"Part {number}: a pass mark is a share above 0 and at most 1."
        if any(not 0 < before < number for before in part.prerequisites):
            return f"Part {number}: a prerequisite is the number of an earlier part."
        seen.add(part.ritual)
    return ""


def update_parts(
    curriculum: PromptCurriculumVault,
    parts: Sequence[Part],
    rituals: Mapping[str, Ritual],
    bundles: Mapping[str, RitualTagBundle],
) -> None:
    """Make these the parts; those that keep their ritual keep their row. The caller holds the transaction."""
    if problem := _wrong(parts, rituals, bundles):
        raise Invalid("The parts cannot stand.", fields={"parts": problem})
    held = {row.ritual_id: row for row in CurriculumPart.objects.filter(curriculum=curriculum)}
    wanted = {rituals[part.ritual].pk for part in parts}
    CurriculumPart.objects.filter(curriculum=curriculum).exclude(ritual__in=wanted).delete()
    CurriculumPart.objects.filter(curriculum=curriculum).update(position=F("position") + _OUT_OF_THE_WAY)
    rows: list[CurriculumPart] = []
    for number, part in enumerate(parts, start=1):
        ritual = rituals[part.ritual]
        row = held.get(ritual.pk) or CurriculumPart(curriculum=curriculum, ritual=ritual)
        row.position, row.pass_mark, row.bundle = number, part.pass_mark, bundles.get(part.bundle)
        row.save()
        row.prerequisites.set([rows[before - 1] for before in part.prerequisites])
        rows.append(row)
    curriculum.ritual_tags.set(bundles.values())
    refresh_alignment(curriculum)
