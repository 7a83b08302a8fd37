"""How many rows a query finds: exact when few, else judged by some that lie evenly among all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import F, Max, Min, QuerySet
from django.db.models.lookups import Exact

from mythos.accounts.models import Swarm
from mythos.prompts.chain import head_of
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptMutationLog, PurgedMutation
from mythos.prompts.parts import FEW, Plain, among, count_up_to
from mythos.prompts.search import Found

SAMPLE = 20_000
SPREAD = 500  # rows that are looked at to estimate how many match
MINUTE = 60
GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Count:
    """How many; `is_about` when it was estimated."""

    number: int
    is_about: bool = False


def counted(found: Found, everything: QuerySet[Any], swarm: Swarm, total: Count) -> Count:
    """How many rows of a swarm's checkpoints a query finds."""
    if found.size is not None and not Prompt.objects.filter(swarm=swarm, deleted_at__isnull=False).exists():
        return Count(found.size)
    if found.few is not None or total.number <= SAMPLE:
        return Count((found.rows if found.few is None else found.few).order_by().count())
    lies = span(swarm) if found.known is None else found.known
    probes = evenly(lies, SPREAD)
    hits = found.rows.filter(among(everything, probes)).order_by().count()
    return Count(max(found.least, round(hits / max(1, len(probes)) * len(lies))), is_about=True)


def total_of(everything: QuerySet[Any], swarm: Swarm) -> Count:
    """All checkpoints of a swarm: exact to 10,000; beyond that reckoned now and then, and what came since."""
    key = f"checkpoints-{swarm.pk}"
    known = cache.get(key)
    if known is None:
        first = count_up_to(everything, FEW)
        if first <= FEW:
            return Count(first)
        known = (_written(swarm), PromptCheckpoint.objects.aggregate(last=Max("pk"))["last"])
        cache.set(key, known, 10 * MINUTE)
    number, last = known
    since = PromptCheckpoint.objects.filter(Exact(Plain(F("swarm_id")), swarm.pk), pk__gt=last)
    return Count(number + since.order_by().count(), is_about=True)


def _written(swarm: Swarm) -> int:
    """Every checkpoint is the first of a prompt that is no fork, or the end of one change: no need to count."""
    purged = PurgedMutation.objects.filter(swarm=swarm).count()
    return head_of(swarm.pk).number - purged + Prompt.objects.filter(swarm=swarm, parent=None).count()


def newest(everything: QuerySet[Any], total: int) -> QuerySet[Any]:
    """All rows, or of a large table the newest, by which the whole is judged."""
    if total <= SAMPLE:
        return everything
    times = everything.order_by("-created_at", "-id").values_list("created_at", flat=True)
    edge = list(times[SAMPLE : SAMPLE + 1])
    return everything.filter(created_at__gt=edge[0]) if edge else everything


def evenly(numbers: Sequence[int], count: int) -> Sequence[int]:
    """About so many of the numbers, all over them; equal steps would meet every prompt at the same version."""
    if len(numbers) <= count:
        return numbers
    return sorted({numbers[int(place * GOLDEN % 1 * len(numbers))] for place in range(count)})


def span(swarm: Swarm | None) -> range:
    """The numbers between a swarm's first checkpoint and its last; some belong to nothing or to other swarms."""
    if swarm is None:
        ends = PromptCheckpoint.objects.aggregate(first=Min("pk"), last=Max("pk"))
        return range(ends["first"], ends["last"] + 1) if ends["first"] else range(0)
    # The last row written is a first version or the end of the chain: both stand in an index.
    begun = PromptCheckpoint.objects.filter(swarm=swarm, version=1).values_list("pk", flat=True)
    first, last = begun.order_by("pk").first(), begun.order_by("-pk").first()
    if first is None or last is None:
        return range(0)
    chain = PromptMutationLog.objects.filter(swarm=swarm).order_by("-number")
    return range(first, max(last, chain.values_list("to_checkpoint_id", flat=True).first() or 0) + 1)
