"""What the checkpoints of a swarm are like: the newest, counted by the database and kept a while."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, QuerySet

from mythos.accounts.models import Swarm
from mythos.prompts.counting import MINUTE, SAMPLE, newest
from mythos.prompts.models import CheckpointTag, PromptCheckpoint

BINS = 24
HEIGHT = 44
STEP = 14
SHOWN = 4


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram: checkpoints of `low` to `high` tokens."""

    low: int
    high: int
    count: int
    x: int
    height: float
    is_in: bool

    @property
    def y(self) -> float:
        """Where the bar begins."""
        return HEIGHT - self.height


@dataclass(frozen=True)
class Tally:
    """What was counted: tones and tags with their numbers, most first, and a step of the histogram."""

    tones: list[tuple[str, int]]
    tags: list[tuple[str, int]]
    width: int
    steps: list[int]


def facets(
    rows: QuerySet[PromptCheckpoint], swarm: Swarm, total: int, chosen: tuple[int, int | None]
) -> dict[str, Any]:
    """Tones, tags and sizes of the newest checkpoints; `chosen` is the range of tokens the filter asks for."""
    # Of many, one text more changes nothing that can be seen.
    last = None if total > SAMPLE else rows.order_by("-created_at", "-id").values_list("pk", flat=True).first()
    key = f"facets-{swarm.pk}-{last}"
    tally = cache.get(key)
    if tally is None:
        tally = _tally(newest(rows, total), swarm)
        cache.set(key, tally, MINUTE)
    bars = _bars(tally, chosen)
    return {
        "tones": tally.tones,
        "tags": tally.tags,
        "most_tags": max((count for _, count in tally.tags), default=1),
        "bars": bars,
        "top": bars[-1].high if bars else 0,
        "width": STEP * BINS,
        "height": HEIGHT,
        "sample": min(total, SAMPLE),
        "is_sample": total > SAMPLE,
    }


def _tally(rows: QuerySet[PromptCheckpoint], swarm: Swarm) -> Tally:
    tones = rows.order_by().values_list("tone_type").annotate(n=Count("id")).order_by("-n")[:SHOWN]
    tags = CheckpointTag.objects.filter(swarm=swarm).order_by("-id").values_list("name", flat=True)[:SAMPLE]
    width, steps = _steps(rows)
    return Tally(list(tones), Counter(tags).most_common(SHOWN), width, steps)


def _steps(rows: QuerySet[PromptCheckpoint]) -> tuple[int, list[int]]:
    """Equal steps up to what 95 % stay below; the last one holds the rest."""
    count = rows.order_by().count()
    if not count:
        return 1, []
    ordered = rows.order_by("token_count").values_list("token_count", flat=True)
    top = ordered[min(count - 1, int(count * 0.95))]
    width = max(1, -(-(top + 1) // BINS))
    counts = [0] * BINS
    steps = rows.order_by().annotate(step=F("token_count") / width).values("step")
    for step, n in steps.annotate(n=Count("id")).values_list("step", "n"):
        counts[min(int(step), BINS - 1)] += n
    return width, counts


def _bars(tally: Tally, chosen: tuple[int, int | None]) -> list[Bar]:
    most = max(tally.steps, default=1)
    low, high = chosen
    return [
        Bar(
            low=index * tally.width,
            high=(index + 1) * tally.width - 1,
            count=count,
            x=index * STEP,
            height=max(1.0, HEIGHT * count / most) if count else 0.0,
            is_in=(index + 1) * tally.width > low and (high is None or index * tally.width <= high),
        )
        for index, count in enumerate(tally.steps)
    ]
