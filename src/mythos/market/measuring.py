"""The figures of a curriculum, as formulas. Pure: no database.

Adoption: the share of eligible assistants that passed every ritual and still pass at least 30 days later, each weighted
by 0.5 ** (days since it last proved it / 90). Rating: 1 + 4 * the shrunken mean share of the gap to a full score that
teaching closed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from mythos.rituals.statistics import bootstrap

HOLDS_AFTER = timedelta(days=30)
HALF_LIFE = timedelta(days=90)
PRIOR_WEIGHT, PRIOR_SHARE = 3.0, 0.5
LEAST_FOR_INTERVAL = 6  # fewer values hold no median between them in 95 of 100 cases


@dataclass(frozen=True, slots=True)
class Proof:
    """What an assistant showed on one ritual: when it first passed, when it last did, whether its last try passed."""

    first_passed: datetime | None
    last_passed: datetime | None
    passes_now: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval, where there is enough to tell, and what it was made from."""

    value: float | None
    low: float | None
    high: float | None
    count: int


def holding(proofs: Sequence[Proof], now: datetime) -> float:
    """1 at best: what an assistant counts for adoption; 0 unless it holds every ritual for 30 days."""
    if not proofs or not all(proof.passes_now for proof in proofs):
        return 0.0
    held = [(p.first_passed, p.last_passed) for p in proofs if p.first_passed and p.last_passed]
    if len(held) < len(proofs) or any(last - first < HOLDS_AFTER for first, last in held):
        return 0.0
    oldest = min(last for _, last in held)
    return float(0.5 ** (max(timedelta(0), now - oldest) / HALF_LIFE))


def adoption(held: Sequence[float], eligible: int) -> float:
    """The share of eligible assistants, each as much as it holds."""
    return min(1.0, sum(held) / eligible) if eligible else 0.0


def median_gain(gains: Sequence[float]) -> Estimate:
    """The median of after minus before, one value a swarm, between order statistics that hold it 95 % of the time."""
    if not gains:
        return Estimate(None, None, None, 0)
    rows, n = sorted(gains), len(gains)
    if n < LEAST_FOR_INTERVAL:
        return Estimate(median(rows), None, None, n)
    rank = 0
    while _below(n, rank) <= 0.025:
        rank += 1
    return Estimate(median(rows), rows[rank - 1], rows[n - rank], n)


def rating(pairs: Sequence[tuple[float, float]]) -> Estimate:
    """1 to 5 from (before, after), one pair a swarm; who had nothing left to gain does not count."""
    shares = [max(0.0, (after - before) / (1 - before)) for before, after in pairs if before < 1 - 1e-9]
    if not shares:
        return Estimate(None, None, None, 0)
    n = len(shares)
    mean = (sum(shares) + PRIOR_WEIGHT * PRIOR_SHARE) / (n + PRIOR_WEIGHT)
    if n < LEAST_FOR_INTERVAL:
        return Estimate(1 + 4 * mean, None, None, n)
    low, high = bootstrap(shares, [1.0] * n)
    return Estimate(1 + 4 * mean, 1 + 4 * low, 1 + 4 * high, n)


def _below(n: int, rank: int) -> float:
    """The chance that at most `rank` of n fair coins come up heads."""
    return float(sum(math.comb(n, k) for k in range(rank + 1)) / 2**n)
