"""What those who took a curriculum up measured, counted over all its copies on this instance and kept for lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mythos.assistants.models import Assistant
from mythos.drafts.models import AssistantVersion
from mythos.market import measuring
from mythos.market.measuring import Estimate, Proof
from mythos.market.models import (
    CurriculumFigures,
    CurriculumPart,
    Enrollment,
    PartAttempt,
    PromptCurriculumVault,
    RitualTagBundle,
)
from mythos.market.queries.teaching import IS_SIMULATED
from mythos.market.services.listings import refresh_cards
from mythos.work.services import enqueue

FIGURES_JOB = "market.figures"
WEEKS = 8
STALE_AFTER = timedelta(days=1)
SETTLED_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Held:
    """One enrolment with what it proved, by ritual of the swarm it is in."""

    enrollment: Enrollment
    proofs: dict[int, Proof]


def refresh_figures(*, lineage: str) -> None:
    """Count again for a curriculum and all its copies, and for the bundles in them."""
    now = timezone.now()
    curricula = list(PromptCurriculumVault.objects.filter(lineage=lineage).defer("exported_json"))
    if not curricula:
        return
    rows = [_held(row) for row in _enrollments(lineage)]
    eligible = _eligible([curriculum.swarm_id for curriculum in curricula], [row.enrollment for row in rows])
    adopted = _adopted(curricula, rows, eligible, now)
    own = {curriculum.swarm_id for curriculum in curricula if not curriculum.origin}
    others = [row.enrollment for row in rows if row.enrollment.curriculum.swarm_id not in own]
    settled = _settled(others, now)
    adopted["gain_simulated"] = sum(any(row.is_simulated for row in one) for one in settled)
    figures = _figures(others, settled, now) | {"adoption": adopted, "computed_at": now}
    with transaction.atomic():
        PromptCurriculumVault.objects.filter(lineage=lineage).update(adoption_rate=adopted["metric"])
        for curriculum in curricula:
            CurriculumFigures.objects.update_or_create(curriculum=curriculum, defaults=figures)
        refresh_cards([curriculum.pk for curriculum in curricula])
    for bundle_lineage in _bundles(curricula):
        _refresh_bundle(bundle_lineage, now)


def schedule_figures() -> int:
    """Queue what was not counted since yesterday: holding fades with time, without anybody doing anything."""
    counts = Q(adopters__gt=0) | Q(curriculum__adoption_rate__gt=0)
    old = CurriculumFigures.objects.filter(counts, computed_at__lt=timezone.now() - STALE_AFTER)
    lineages = sorted(set(old.values_list("curriculum__lineage", flat=True)))
    for lineage in lineages:
        enqueue(kind=FIGURES_JOB, key=lineage, payload={"lineage": lineage})
    return len(lineages)


def _enrollments(lineage: str) -> Iterable[Enrollment]:
    rows = Enrollment.objects.filter(curriculum__lineage=lineage).annotate(is_simulated=IS_SIMULATED)
    rows = rows.select_related("curriculum", "assistant")
    return rows.defer("curriculum__exported_json").order_by("id")


def _held(enrollment: Enrollment) -> _Held:
    """Per ritual, from the attempts that count: on sealed cases where there are any."""
    attempts = PartAttempt.objects.filter(enrollment=enrollment).exclude(score=None).order_by("id")
    by_part: dict[int, dict[str, list[PartAttempt]]] = defaultdict(lambda: defaultdict(list))
    for attempt in attempts.select_related("part"):
        by_part[attempt.part.ritual_id][attempt.kind].append(attempt)
    return _Held(enrollment, {ritual: _proof(kinds) for ritual, kinds in by_part.items()})


def _proof(kinds: dict[str, list[PartAttempt]]) -> Proof:
    decisive = kinds.get(PartAttempt.Kind.SEALED) or kinds[PartAttempt.Kind.PRACTICE]
    passed = [row.finished_at or row.created_at for row in decisive if row.passed]
    return Proof(passed[0] if passed else None, passed[-1] if passed else None, bool(decisive[-1].passed))


def _eligible(swarm_ids: Sequence[int], enrollments: Iterable[Enrollment]) -> int:
    """Assistants of the swarms that have it which speak from a deployed text, or are taught by it."""
    speaking = AssistantVersion.objects.filter(assistant__swarm__in=swarm_ids).values("assistant")
    taught = [row.assistant_id for row in enrollments]
    return Assistant.objects.filter(Q(pk__in=speaking) | Q(pk__in=taught)).count()


def _adopted(
    curricula: Sequence[PromptCurriculumVault], rows: Sequence[_Held], eligible: int, now: datetime
) -> dict[str, Any]:
    wanted: dict[int, set[int]] = defaultdict(set)
    for curriculum_id, ritual_id in CurriculumPart.objects.filter(curriculum__in=curricula).values_list(
        "curriculum_id", "ritual_id"
    ):
        wanted[curriculum_id].add(ritual_id)
    return _counted([(row, wanted[row.enrollment.curriculum_id]) for row in rows], eligible, now)


def _counted(rows: Sequence[tuple[_Held, set[int]]], eligible: int, now: datetime) -> dict[str, Any]:
    """The metric and the numbers it was made of; an assistant counts once, as it holds best."""
    best: dict[int, float] = {}
    passed: set[int] = set()
    for row, wanted in rows:
        proofs = [row.proofs[ritual] for ritual in wanted if ritual in row.proofs]
        whole = len(proofs) == len(wanted)
        pupil = row.enrollment.assistant_id
        best[pupil] = max(best.get(pupil, 0.0), measuring.holding(proofs, now) if whole else 0.0)
        if whole and all(proof.passes_now for proof in proofs):
            passed.add(pupil)
    held = [value for value in best.values() if value]
    return {
        "metric": measuring.adoption(held, eligible),
        "eligible": eligible,
        "running": len(best),
        "passing": len(passed),
        "holding": len(held),
    }


def _figures(others: Sequence[Enrollment], settled: Sequence[list[Any]], now: datetime) -> dict[str, Any]:
    """Adopters, gain and rating; the swarm that made the curriculum does not rate itself."""
    since: dict[int, datetime] = {}
    for row in others:
        since.setdefault(row.curriculum.swarm_id, row.created_at)
    ends = [now - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    pairs = [_pair(rows) for rows in settled]
    gain = measuring.median_gain([after - before for before, after in pairs])
    rating = measuring.rating(pairs)
    return {
        "adopters": len(since),
        "adopters_month": sum(at >= now - timedelta(days=30) for at in since.values()),
        "trend": [sum(at <= end for at in since.values()) for end in ends],
        **_named("gain", gain),
        **_named("rating", rating),
    }


def _settled(enrollments: Sequence[Any], now: datetime) -> list[list[Any]]:
    """What counts, by swarm. Who gave up counts as much as who finished, or only good news would."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in enrollments:
        settled = row.state != Enrollment.State.ACTIVE or now - row.created_at >= SETTLED_AFTER
        if settled and row.score_before is not None and row.score_after is not None:
            found[row.curriculum.swarm_id].append(row)
    return list(found.values())


def _pair(rows: Sequence[Any]) -> tuple[float, float]:
    """(before, after) of a swarm."""
    return sum(row.score_before for row in rows) / len(rows), sum(row.score_after for row in rows) / len(rows)


def _named(name: str, estimate: Estimate) -> dict[str, Any]:
    found = asdict(estimate)
    return {
        name: found["value"],
        f"{name}_low": found["low"],
        f"{name}_high": found["high"],
        f"{name}_count": found["count"],
    }


def _bundles(curricula: Sequence[PromptCurriculumVault]) -> list[str]:
    rows = RitualTagBundle.objects.filter(curricula__in=curricula).values_list("lineage", flat=True)
    return sorted(set(rows))


def _refresh_bundle(lineage: str, now: datetime) -> None:
    """The same measure for the rituals of one tag, over every curriculum they are taught in."""
    bundles = list(RitualTagBundle.objects.filter(lineage=lineage).prefetch_related("rituals"))
    rituals = {bundle.swarm_id: {ritual.pk for ritual in bundle.rituals.all()} for bundle in bundles}
    enrollments = Enrollment.objects.filter(curriculum__ritual_tags__lineage=lineage).distinct()
    rows = [_held(row) for row in enrollments.select_related("curriculum").defer("curriculum__exported_json")]
    eligible = _eligible(list(rituals), [row.enrollment for row in rows])
    pairs = [(row, rituals.get(row.enrollment.curriculum.swarm_id, set())) for row in rows]
    found = _counted([(row, wanted) for row, wanted in pairs if wanted], eligible, now)
    RitualTagBundle.objects.filter(lineage=lineage).update(adoption_metric=found["metric"], adoption=found)
