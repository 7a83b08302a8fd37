"""Questions about rituals, their runs and results."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.errors import NotConfigured, NotFound
from mythos.rituals.models import Ritual, RitualCase, RitualReply, RitualResult, RitualRun

DAY_BUDGET_VARIABLE = "MYTHOS_DAY_BUDGET"


def visible_rituals(actor: Actor, swarm: Swarm | None = None) -> QuerySet[Ritual]:
    """Rituals of the actor's swarms, with the number of their cases and their newest run."""
    found = Ritual.objects.filter(swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(swarm=swarm)
    newest = RitualRun.objects.filter(ritual=OuterRef("pk")).order_by("-id").values("pk")[:1]
    live = Count("cases", filter=Q(cases__retired_version=None))
    return found.select_related("swarm", "prompt").annotate(case_count=live, last_run_id=Subquery(newest))


def get_ritual(actor: Actor, key: int | str, swarm: Swarm | None = None) -> Ritual:
    """One ritual by number or slug, or NotFound."""
    found = visible_rituals(actor, swarm)
    ritual = found.filter(pk=key).first() if isinstance(key, int) else found.filter(slug=key).first()
    if ritual is None:
        raise NotFound(f"There is no ritual {key!r}.", fields={"ritual": "Unknown ritual."})
    return ritual


def cases_of(ritual: Ritual, split: str = "") -> QuerySet[RitualCase]:
    """The cases in use, in order; of one split or all."""
    rows = RitualCase.objects.filter(ritual=ritual, retired_version=None)
    return rows.filter(split=split) if split else rows


def cases_of_run(run: RitualRun) -> QuerySet[RitualCase]:
    """The cases that were in use when the run was started, whatever happened to them since."""
    rows = cases_at(run.ritual, run.ritual_version)
    return rows.filter(split=run.split) if run.split else rows


def cases_hash(ritual: Ritual, split: str = "") -> str:
    """What makes two sets of cases the same set."""
    shas = cases_of(ritual, split).order_by("sha256").values_list("sha256", flat=True)
    return hashlib.sha256("\n".join(shas).encode()).hexdigest()


def visible_runs(actor: Actor, swarm: Swarm | None = None) -> QuerySet[RitualRun]:
    """Runs of the actor's swarms, newest first."""
    found = RitualRun.objects.filter(ritual__swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(ritual__swarm=swarm)
    return found.select_related("ritual", "ritual__swarm", "checkpoint", "checkpoint__prompt", "author")


def get_run(actor: Actor, run_id: int) -> RitualRun:
    """One run, or NotFound."""
    run = visible_runs(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    return run


def results_of(run: RitualRun) -> QuerySet[RitualResult]:
    """What every case gave, in the order of the cases."""
    return RitualResult.objects.filter(run=run).select_related("case", "reply")


def outcomes_of(run: RitualRun) -> dict[str, float]:
    """Case -> the share of its measured repeats that passed; a case that was never measured is left out."""
    passes: dict[str, list[bool | None]] = {}
    rows = RitualResult.objects.filter(run=run, passed__isnull=False).order_by()
    for ref, passed in rows.values_list("case__ref", "passed").iterator(chunk_size=2000):
        passes.setdefault(ref, []).append(passed)
    return {ref: round(sum(map(bool, given)) / len(given), 6) for ref, given in passes.items()}


def get_result(actor: Actor, result_id: int) -> RitualResult:
    """What one case gave, with everything to show the conversation, or NotFound."""
    rows = RitualResult.objects.filter(run__ritual__swarm__in=swarms_of(actor))
    rows = rows.select_related("case", "reply", "run__ritual__swarm", "run__checkpoint__prompt")
    result = rows.filter(pk=result_id).first()
    if result is None:
        raise NotFound(f"There is no result {result_id}.")
    return result


@dataclass(frozen=True, slots=True)
class RitualVersion:
    """One version of a ritual's cases: what came in and what went."""

    version: int
    added: int
    retired: int


def versions_of(ritual: Ritual) -> list[RitualVersion]:
    """Every version, newest first; a changed case counts on both sides."""
    rows = RitualCase.objects.filter(ritual=ritual).order_by()
    came = dict(rows.values_list("since_version").annotate(number=Count("pk")))
    went = dict(rows.exclude(retired_version=None).values_list("retired_version").annotate(number=Count("pk")))
    return [RitualVersion(n, came.get(n, 0), went.get(n, 0)) for n in range(ritual.version, 0, -1)]


def cases_at(ritual: Ritual, version: int) -> QuerySet[RitualCase]:
    """The cases as they were at a version."""
    rows = RitualCase.objects.filter(ritual=ritual, since_version__lte=version)
    return rows.filter(Q(retired_version=None) | Q(retired_version__gt=version))


Spender = Callable[[Swarm, datetime], float]
_spenders: list[Spender] = []


def register_spender(spender: Spender) -> None:
    """A floor above that pays for calls of its own says here how much; the budget of a day is one."""
    if spender not in _spenders:
        _spenders.append(spender)


def spent_today(swarm: Swarm) -> float:
    """US dollars of the swarm since midnight, UTC: what replies cost, or more where runs had to book a doubt."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    replies = RitualReply.objects.filter(swarm=swarm, created_at__gte=midnight).aggregate(cost=Sum("cost"))["cost"]
    runs = RitualRun.objects.filter(ritual__swarm=swarm, started_at__gte=midnight)
    here = max(float(replies or 0.0), float(runs.aggregate(spent=Sum("spent"))["spent"] or 0.0))
    return here + sum(spender(swarm, midnight) for spender in _spenders)


def day_budget() -> float | None:
    """US dollars a swarm may spend in a day; None without a limit."""
    given = os.environ.get(DAY_BUDGET_VARIABLE, "").strip()
    try:
        return float(given) if given else None
    except ValueError as error:
        raise NotConfigured(f"{DAY_BUDGET_VARIABLE} must be a number, not {given!r}.") from error
