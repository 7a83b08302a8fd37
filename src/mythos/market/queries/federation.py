"""Questions about markets of other instances."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.errors import NotFound
from mythos.market.models import MarketSource, PromptCurriculumVault, RemoteCurriculum


def visible_sources(actor: Actor, swarm: Swarm | None = None) -> QuerySet[MarketSource]:
    """Markets the actor's swarms follow."""
    found = MarketSource.objects.filter(swarm__in=swarms_of(actor)).select_related("swarm")
    return found if swarm is None else found.filter(swarm=swarm)


def get_source(actor: Actor, source_id: int) -> MarketSource:
    """One followed market, or NotFound."""
    found = visible_sources(actor).filter(pk=source_id).first()
    if found is None:
        raise NotFound(f"There is no market {source_id} that you follow.")
    return found


def remote_curricula(actor: Actor, swarm: Swarm, q: str = "") -> QuerySet[RemoteCurriculum]:
    """What followed markets offer, by words of the title."""
    rows = RemoteCurriculum.objects.filter(source__swarm=swarm, source__swarm__in=swarms_of(actor))
    for word in q.split()[:8]:
        rows = rows.filter(Q(title__icontains=word) | Q(name__icontains=word))
    return rows.select_related("source")


def get_remote(actor: Actor, remote_id: int) -> RemoteCurriculum:
    """One curriculum of a followed market, or NotFound."""
    rows = RemoteCurriculum.objects.filter(source__swarm__in=swarms_of(actor)).select_related("source__swarm")
    found = rows.filter(pk=remote_id).first()
    if found is None:
        raise NotFound(f"There is no curriculum {remote_id} on a market you follow.")
    return found


def taken_versions(swarm: Swarm) -> dict[str, str]:
    """Version by lineage of what the swarm has."""
    return dict(PromptCurriculumVault.objects.filter(swarm=swarm).values_list("lineage", "version"))
