"""A curriculum document becomes rituals, bundles and parts of a swarm, with its origin; the same again brings it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import SYSTEM, Actor, person
from mythos.accounts.models import Swarm
from mythos.assistants.models import Assistant
from mythos.assistants.services import create_assistant
from mythos.errors import Invalid
from mythos.formats.curriculum import digest
from mythos.market.documents import case_record
from mythos.market.models import CurriculumFigures, CurriculumPart, PromptCurriculumVault, RitualTagBundle
from mythos.market.services.composing import Part, update_parts
from mythos.rituals.models import Ritual
from mythos.rituals.services import create_ritual, set_cases

MOST_TRIES = 1000


def copy_curriculum(*, actor: Actor, swarm: Swarm, source: PromptCurriculumVault) -> PromptCurriculumVault:
    """Put the last export of a curriculum of this instance into a swarm. The caller has checked the right to it."""
    exported = PromptCurriculumVault.objects.values_list("exported_json", "signature").get(pk=source.pk)
    if not exported[0]:
        raise Invalid(f"{source} has not been exported.", fields={"curriculum": "Export it first."})
    return place_curriculum(actor=actor, swarm=swarm, document=exported[0], signature=exported[1], source=source)


def place_curriculum(
    *,
    actor: Actor,
    swarm: Swarm,
    document: Mapping[str, Any],
    signature: Mapping[str, Any],
    source: PromptCurriculumVault | None = None,
    address: str = "",
) -> PromptCurriculumVault:
    """Make the copy of a verified document in a swarm, or bring the one that is there up to this version."""
    with transaction.atomic():
        held = PromptCurriculumVault.objects.filter(swarm=swarm, lineage=document["lineage"]).first()
        if held is not None and not held.origin:
            raise Invalid(f"{held} is {swarm}'s own.", fields={"curriculum": "It was made here."})
        copy = held or _new(actor, swarm, document)
        rituals = {row["slug"]: _ritual(swarm, document, row) for row in document["rituals"]}
        bundles = {row["slug"]: _bundle(actor, swarm, row, rituals) for row in document["bundles"]}
        copy.curriculum_title, copy.description = document["title"], document["description"]
        copy.license, copy.version = document["license"], document["version"]
        copy.exported_json, copy.sha256, copy.signature = dict(document), digest(document), dict(signature)
        copy.cloned_from, copy.updated_at = source, timezone.now()
        copy.origin = {
            "swarm": document["swarm"],
            "curator": document["curator"],
            "slug": document["name"],
            "source": address,
        }
        copy.save()
        _parts(copy, document, rituals, bundles)
        _seals(copy, document, rituals, source)
    return copy


def _new(actor: Actor, swarm: Swarm, document: Mapping[str, Any]) -> PromptCurriculumVault:
    taken = set(PromptCurriculumVault.objects.filter(swarm=swarm).values_list("slug", flat=True))
    copy = PromptCurriculumVault.objects.create(
        swarm=swarm,
        slug=free(document["name"], taken, 120),
        curator=_curator(swarm, document),
        curriculum_title=document["title"],
        lineage=document["lineage"],
        created_by=person(actor),
    )
    CurriculumFigures.objects.create(curriculum=copy)
    return copy


def _curator(swarm: Swarm, document: Mapping[str, Any]) -> Assistant:
    """The swarm's own assistant of that name, else its first; one is made where there is none."""
    rows = Assistant.objects.filter(swarm=swarm).order_by("id")
    named = rows.filter(slug=document["curator"]["slug"]).first() or rows.first()
    if named is not None:
        return named
    said = f"Keeps what came from {document['swarm']['name']}."
    return create_assistant(actor=SYSTEM, swarm=swarm, slug="curator", name="Curator", description=said)


def free(name: str, taken: set[str], most: int) -> str:
    """The name, or the name with the first number that is not taken."""
    if name not in taken:
        return name
    for number in range(2, MOST_TRIES):
        tail = f"-{number}"
        if (other := name[: most - len(tail)] + tail) not in taken:
            return other
    raise Invalid(f"There are too many called {name}.")


def _ritual(swarm: Swarm, document: Mapping[str, Any], row: Mapping[str, Any]) -> Ritual:
    origin = {"curriculum": document["lineage"], "ritual": row["slug"]}
    cases = [case_record(case) for case in row["cases"]]
    parts = CurriculumPart.objects.filter(curriculum__swarm=swarm, curriculum__lineage=document["lineage"])
    for part in parts.select_related("ritual"):
        if part.ritual.origin.get("ritual") == row["slug"]:
            set_cases(actor=SYSTEM, ritual_id=part.ritual_id, cases=cases, strict=False)
            return part.ritual
    taken = set(Ritual.objects.filter(swarm=swarm).values_list("slug", flat=True))
    return create_ritual(
        actor=SYSTEM,
        swarm=swarm,
        slug=free(row["slug"], taken, 119),
        title=row["title"],
        type=row["type"],
        description=row["description"],
        tags=row["tags"],
        template=row["template"],
        origin=origin,
        cases=cases,
        strict=False,
    )


def _bundle(actor: Actor, swarm: Swarm, row: Mapping[str, Any], rituals: Mapping[str, Ritual]) -> RitualTagBundle:
    bundle = RitualTagBundle.objects.filter(swarm=swarm, lineage=row["lineage"]).first()
    if bundle is None:
        taken = set(RitualTagBundle.objects.filter(swarm=swarm).values_list("slug", flat=True))
        slug = free(row["slug"], taken, 60)
        bundle = RitualTagBundle(swarm=swarm, slug=slug, lineage=row["lineage"], created_by=person(actor))
    bundle.tag_name, bundle.description = row["tag_name"], row["description"]
    bundle.codex_clauses, bundle.updated_at = row["codex_clauses"], timezone.now()
    bundle.save()
    bundle.rituals.set([rituals[slug] for slug in row["rituals"] if slug in rituals])
    return bundle


def _parts(
    copy: PromptCurriculumVault,
    document: Mapping[str, Any],
    rituals: Mapping[str, Ritual],
    bundles: Mapping[str, RitualTagBundle],
) -> None:
    rows = sorted(document["parts"], key=lambda row: row["position"])
    places = {row["position"]: number for number, row in enumerate(rows, start=1)}
    update_parts(
        copy,
        [
            Part(
                rituals[row["ritual"]].slug,
                row["pass_mark"],
                tuple(places[before] for before in row["prerequisites"] if before in places),
                bundles[row["bundle"]].slug if row["bundle"] in bundles else "",
            )
            for row in rows
        ],
        {row.slug: row for row in rituals.values()},
        {row.slug: row for row in bundles.values()},
    )


def _seals(
    copy: PromptCurriculumVault,
    document: Mapping[str, Any],
    rituals: Mapping[str, Ritual],
    source: PromptCurriculumVault | None,
) -> None:
    """What is known of the held-out cases, and where they are if that is on this instance."""
    there = {part.ritual.slug: part.pk for part in source.parts.select_related("ritual")} if source else {}
    for row in document["rituals"]:
        sealed = dict(row["sealed"]) | {"source_part": there.get(row["slug"])} if row["sealed"]["count"] else {}
        CurriculumPart.objects.filter(curriculum=copy, ritual=rituals[row["slug"]]).update(sealed=sealed)
