"""Questions about ritual tag bundles and curricula."""

from __future__ import annotations

from django.db.models import Count, Prefetch, Q, QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.errors import NotFound
from mythos.market.models import CurriculumPart, PromptCurriculumVault, RitualTagBundle


def visible_bundles(actor: Actor, swarm: Swarm | None = None) -> QuerySet[RitualTagBundle]:
    """Bundles of the actor's swarms, with the number of their rituals."""
    found = RitualTagBundle.objects.filter(swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(swarm=swarm)
    return found.select_related("swarm").annotate(ritual_count=Count("rituals"))


def get_bundle(actor: Actor, key: int | str, swarm: Swarm | None = None) -> RitualTagBundle:
    """One bundle by number or slug, or NotFound."""
    found = visible_bundles(actor, swarm)
    bundle = found.filter(pk=key).first() if isinstance(key, int) else found.filter(slug=key).first()
    if bundle is None:
        raise NotFound(f"There is no bundle {key!r}.", fields={"bundle": "Unknown bundle."})
    return bundle


def visible_curricula(actor: Actor, swarm: Swarm | None = None) -> QuerySet[PromptCurriculumVault]:
    """Curricula of the actor's swarms, without their long documents."""
    found = PromptCurriculumVault.objects.filter(swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(swarm=swarm)
    return found.select_related("swarm", "curator", "figures").defer("exported_json")


def get_curriculum(actor: Actor, key: int | str, swarm: Swarm | None = None) -> PromptCurriculumVault:
    """One curriculum of the actor's swarms by number or slug, or NotFound."""
    found = visible_curricula(actor, swarm)
    curriculum = found.filter(pk=key).first() if isinstance(key, int) else found.filter(slug=key).first()
    if curriculum is None:
        raise NotFound(f"There is no curriculum {key!r}.", fields={"curriculum": "Unknown curriculum."})
    return curriculum


def offered_curriculum(actor: Actor, curriculum_id: int) -> PromptCurriculumVault:
    """One curriculum of the actor's swarms or on the market, or NotFound."""
    mine = swarms_of(actor)
    seen = Q(swarm__in=mine) | Q(listing__is_open=True) if mine.exists() else Q(pk=None)
    rows = PromptCurriculumVault.objects.filter(seen, pk=curriculum_id)
    found = rows.select_related("swarm", "curator", "figures", "listing", "cloned_from").first()
    if found is None:
        raise NotFound(f"There is no curriculum {curriculum_id}.", fields={"curriculum": "Unknown curriculum."})
    return found


def parts_of(curriculum: PromptCurriculumVault) -> list[CurriculumPart]:
    """The parts in order, with their rituals, bundles and prerequisites."""
    before = Prefetch("prerequisites", CurriculumPart.objects.only("pk", "position").order_by("position"))
    rows = CurriculumPart.objects.filter(curriculum=curriculum).select_related("ritual", "bundle")
    return list(rows.prefetch_related(before).order_by("position"))
