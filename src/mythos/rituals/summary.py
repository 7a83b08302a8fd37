"""What a run came to, in numbers; the same from the same results, however often it was interrupted."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count, F, Q, Sum

from mythos.rituals.models import RitualResult, RitualRun


def summarise(run: RitualRun) -> dict[str, Any]:
    """Counts, weighted score, tokens, cost, speed, and the causes of failures."""
    rows = RitualResult.objects.filter(run=run)
    own = Q(is_cached=False)
    scored = Q(score__isnull=False)
    found = rows.aggregate(
        all=Count("pk"),
        lost=Count("pk", filter=Q(status=RitualResult.Status.FAILED)),
        met=Count("pk", filter=Q(passed=True)),
        broken=Count("pk", filter=Q(passed=False)),
        reused=Count("pk", filter=Q(is_cached=True)),
        weights=Sum("case__weight", filter=scored),
        weighted=Sum(F("score") * F("case__weight"), filter=scored),
        read=Sum("reply__tokens_in", filter=own),
        written=Sum("reply__tokens_out", filter=own),
        paid=Sum("reply__cost", filter=own),
        priced=Count("pk", filter=own & Q(reply__cost__isnull=False)),
        called=Count("pk", filter=own & Q(reply__isnull=False)),
        took_ms=Sum("reply__latency_ms", filter=own),
    )
    seconds = (found["took_ms"] or 0.0) / 1000
    return {
        "results": found["all"],
        "failed": found["lost"],
        "passed": found["met"],
        "not_passed": found["broken"],
        "unmeasured": found["all"] - found["lost"] - found["met"] - found["broken"],
        "cached": found["reused"],
        "score": found["weighted"] / found["weights"] if found["weights"] else None,
        "tokens_in": found["read"] or 0,
        "tokens_out": found["written"] or 0,
        "cost": (found["paid"] or 0.0) if found["priced"] == found["called"] else None,
        "latency_ms": found["took_ms"] / found["called"] if found["called"] else None,
        "tokens_per_second": (found["written"] or 0) / seconds if seconds else None,
        "causes": _causes(rows.exclude(cause="").values_list("cause", flat=True)),
        "attempts": _attempts(rows.exclude(attempts=[]).values_list("attempts", flat=True)),
    }


def _causes(causes: Any) -> dict[str, int]:
    return dict(sorted(Counter(causes).items()))


def _attempts(attempts: Any) -> dict[str, int]:
    return dict(sorted(Counter(cause for causes in attempts for cause in causes).items()))
