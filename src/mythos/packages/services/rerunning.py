"""Running what a package brought along once more, on a model of one's own."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.packages.queries import get_installed
from mythos.packages.reruns import LIVE
from mythos.rituals.models import RitualRun
from mythos.rituals.queries import cases_of, visible_rituals
from mythos.rituals.services import start_run


def rerun_rituals(
    *, actor: Actor, swarm: Swarm, slug: str, provider: str, model: str = "", **options: Any
) -> list[RitualRun]:
    """Queue a run of every ritual the package came with, all or none; one that is under way is not started twice."""
    installed = get_installed(actor, swarm, slug)
    require(actor, "rituals.run", swarm)
    names = list(installed.claims.get("rituals", {}))
    rituals = list(visible_rituals(actor, swarm).filter(slug__in=names).order_by("slug"))
    rituals = [row for row in rituals if cases_of(row).exists()]
    if not rituals:
        raise Invalid(f"{slug} has no rituals with cases here.", fields={"package": "Nothing to run."})
    runs = []
    with transaction.atomic():
        for ritual in rituals:
            live = RitualRun.objects.filter(ritual=ritual, ritual_version=ritual.version, provider=provider, split="")
            live = live.filter(state__in=LIVE, model=model) if model else live.filter(state__in=LIVE)
            runs.append(
                live.order_by("-id").first()
                or start_run(actor=actor, ritual_id=ritual.pk, provider=provider, model=model, **options)
            )
    return runs
