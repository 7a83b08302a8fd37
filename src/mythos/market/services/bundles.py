"""Grouping rituals under a tag."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.market.alignment import clauses_named, probed_by
from mythos.market.models import RitualTagBundle
from mythos.market.queries.curricula import get_bundle
from mythos.rituals.models import Ritual
from mythos.rituals.queries import visible_rituals

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}\Z")
MOST_RITUALS = 500


def create_bundle(
    *,
    actor: Actor,
    swarm: Swarm,
    slug: str,
    tag_name: str,
    rituals: Iterable[str],
    description: str = "",
    codex_clauses: Iterable[Mapping[str, Any]] | None = None,
) -> RitualTagBundle:
    """Put rituals (slugs) under a tag; without clauses, those are named that the cases are about."""
    require(actor, "market.publish", swarm)
    fields = _problems(tag_name, slug)
    if "slug" not in fields and RitualTagBundle.objects.filter(swarm=swarm, slug=slug).exists():
        fields["slug"] = f"{slug} is taken."
    rows = _rituals(actor, swarm, rituals, fields)
    clauses = _clauses(swarm, rows, codex_clauses, fields)
    if fields:
        raise Invalid("The bundle cannot be made.", fields=fields)
    with transaction.atomic():
        bundle = RitualTagBundle.objects.create(
            swarm=swarm,
            slug=slug,
            tag_name=tag_name.strip(),
            description=description,
            codex_clauses=clauses,
            created_by=person(actor),
        )
        bundle.rituals.set(rows)
    return get_bundle(actor, bundle.pk)


def update_bundle(
    *,
    actor: Actor,
    bundle_id: int,
    tag_name: str | None = None,
    description: str | None = None,
    rituals: Iterable[str] | None = None,
    codex_clauses: Iterable[Mapping[str, Any]] | None = None,
) -> RitualTagBundle:
    """Change a bundle; what is left out stays, but other rituals bring the clauses they probe."""
    bundle = get_bundle(actor, bundle_id)
    require(actor, "market.publish", bundle)
    fields = _problems(bundle.tag_name if tag_name is None else tag_name, bundle.slug)
    rows = list(bundle.rituals.all()) if rituals is None else _rituals(actor, bundle.swarm, rituals, fields)
    clauses = bundle.codex_clauses
    if rituals is not None or codex_clauses is not None:
        clauses = _clauses(bundle.swarm, rows, codex_clauses, fields)
    if fields:
        raise Invalid("The bundle cannot be changed.", fields=fields)
    with transaction.atomic():
        RitualTagBundle.objects.filter(pk=bundle.pk).update(
            tag_name=(bundle.tag_name if tag_name is None else tag_name).strip(),
            description=bundle.description if description is None else description,
            codex_clauses=clauses,
            updated_at=timezone.now(),
        )
        bundle.rituals.set(rows)
    return get_bundle(actor, bundle.pk)


def delete_bundle(*, actor: Actor, bundle_id: int) -> None:
    """Remove a bundle; its rituals stay."""
    bundle = get_bundle(actor, bundle_id)
    require(actor, "market.publish", bundle)
    if bundle.curricula.exists():
        raise Invalid(f"{bundle.tag_name} is part of a curriculum.", hint="Take it out of the curriculum first.")
    RitualTagBundle.objects.filter(pk=bundle.pk).delete()


def _problems(tag_name: str, slug: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    if not 0 < len(tag_name.strip()) <= 50:
        fields["tag_name"] = "1 to 50 characters."
    if not _SLUG.match(slug) or slug == "new" or slug.isdigit():
        fields["slug"] = "Lower-case letters, digits, - and _, not only digits; at most 60."
    return fields


def _rituals(actor: Actor, swarm: Swarm, slugs: Iterable[str], fields: dict[str, str]) -> list[Ritual]:
    wanted = list(dict.fromkeys(slugs))
    found = {row.slug: row for row in visible_rituals(actor, swarm).filter(slug__in=wanted)}
    missing = [slug for slug in wanted if slug not in found]
    if missing:
        fields["rituals"] = f"There is no ritual {missing[0]}."
    elif not 0 < len(wanted) <= MOST_RITUALS:
        fields["rituals"] = f"1 to {MOST_RITUALS} rituals."
    return [found[slug] for slug in wanted if slug in found]


def _clauses(
    swarm: Swarm, rituals: list[Ritual], given: Iterable[Mapping[str, Any]] | None, fields: dict[str, str]
) -> list[dict[str, str]]:
    """`{codex, ref}` rows: those given, which must be there, or those the rituals are about."""
    if given is None:
        probed = probed_by([ritual.pk for ritual in rituals])
        refs = set().union(*probed.values()) if probed else set()
        return [{"codex": row.codex.slug, "ref": row.ref} for row in clauses_named(swarm, refs)]
    wanted = [(str(row.get("codex", "")), str(row.get("ref", ""))) for row in given]
    there = {(row.codex.slug, row.ref) for row in clauses_named(swarm, [ref for _, ref in wanted])}
    missing = [ref for codex, ref in wanted if (codex, ref) not in there]
    if missing:
        fields["codex_clauses"] = f"There is no clause {missing[0][:120]}."
    return [{"codex": codex, "ref": ref} for codex, ref in dict.fromkeys(wanted)]
