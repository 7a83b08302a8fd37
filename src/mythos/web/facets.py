"""What the checkpoints of a swarm are like, counted by the database: no row is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from mythos.prompts.models import PromptCheckpoint, PromptMutationLog
from mythos.text.tags import SYMBOLIC_TAGS

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


def facets(
    rows: QuerySet[PromptCheckpoint], mutations: QuerySet[PromptMutationLog], total: int, chosen: tuple[int, int | None]
) -> dict[str, Any]:
    """Tones, tags and sizes of all checkpoints; `chosen` is the range of tokens the filter asks for."""
    tones = rows.order_by().values_list("tone_type").annotate(n=Count("id")).order_by("-n")[:SHOWN]
    names = dict(enumerate(SYMBOLIC_TAGS))
    counted = mutations.order_by().aggregate(
        **{f"tag{key}": Count("id", filter=Q(symbolic_tags__icontains=f'"{name}"')) for key, name in names.items()}
    )
    tags = sorted(((names[key], counted[f"tag{key}"]) for key in names), key=lambda pair: -pair[1])
    bars = _bars(rows, total, chosen)
    return {
        "tones": list(tones),
        "tags": [(name, count) for name, count in tags[:SHOWN] if count],
        "most_tags": max(tags[0][1], 1),
        "bars": bars,
        "top": bars[-1].high if bars else 0,
        "width": STEP * BINS,
        "height": HEIGHT,
    }


def _bars(rows: QuerySet[PromptCheckpoint], total: int, chosen: tuple[int, int | None]) -> list[Bar]:
    """Equal steps up to what 95 % stay below; the last bar holds the rest."""
    if not total:
        return []
    ordered = rows.order_by("token_count").values_list("token_count", flat=True)
    top = ordered[min(total - 1, int(total * 0.95))]
    width = max(1, -(-(top + 1) // BINS))
    steps = rows.order_by().annotate(step=F("token_count") / width).values("step")
    counts = [0] * BINS
    for step, n in steps.annotate(n=Count("id")).values_list("step", "n"):
        counts[min(int(step), BINS - 1)] += n
    most = max(counts)
    low, high = chosen
    return [
        Bar(
            low=index * width,
            high=(index + 1) * width - 1,
            count=count,
            x=index * STEP,
            height=max(1.0, HEIGHT * count / most) if count else 0.0,
            is_in=(index + 1) * width > low and (high is None or index * width <= high),
        )
        for index, count in enumerate(counts)
    ]
