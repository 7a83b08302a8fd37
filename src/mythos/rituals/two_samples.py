"""Comparison of two groups that have nothing in common but what is measured. Pure: no database.

For yes or no the test is Fisher's exact one; for scores it is a permutation test of the difference of means.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from mythos.rituals.statistics import ALPHA, MARGIN, MOST_NEEDED, POWER, RESAMPLES, Numbers, Verdict, judge

UnpairedTest = Literal["exact Fisher", "permutation"]
# Rows of at most so many numbers are drawn at once.
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Unpaired:
    """Difference of the means, b less a, with interval and p-value; `needed` more where it cannot be told."""

    n: tuple[int, int]
    means: tuple[float, float]
    difference: float
    interval: tuple[float, float]
    p_value: float
    test: UnpairedTest
    verdict: Verdict
    needed: int = 0


def unpaired(
    a: Sequence[float], b: Sequence[float], *, margin: float = MARGIN, alpha: float = ALPHA, seed: int = 0
) -> Unpaired:
    """Whether b is better, worse or the same, as far as these two groups can tell."""
    first, second = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    is_binary = all(value in (0.0, 1.0) for value in (*a, *b))
    test: UnpairedTest = "exact Fisher" if is_binary else "permutation"
    if not len(first) or not len(second):
        means = tuple(float(group.mean()) if len(group) else 0.0 for group in (first, second))
        needed = _needed(first, second, 0.0, margin, alpha) - len(first) - len(second)
        nothing = (-1.0, 1.0)
        return Unpaired(
            (len(first), len(second)), (means[0], means[1]), 0.0, nothing, 1.0, test, "not enough cases", max(1, needed)
        )
    mean_a, mean_b = float(first.mean()), float(second.mean())
    if is_binary:
        p_value = fisher(int(first.sum()), len(first), int(second.sum()), len(second))
        interval = agresti_caffo(int(first.sum()), len(first), int(second.sum()), len(second), alpha)
    else:
        p_value = permutation(first, second, seed=seed)
        interval = _bootstrap(first, second, alpha, seed)
    difference = mean_b - mean_a
    verdict = judge(p_value, difference, interval, margin, alpha)
    more = _needed(first, second, difference, margin, alpha) - len(first) - len(second)
    needed = max(1, more) if verdict == "not enough cases" else 0
    return Unpaired((len(first), len(second)), (mean_a, mean_b), difference, interval, p_value, test, verdict, needed)


def fisher(yes_a: int, n_a: int, yes_b: int, n_b: int) -> float:
    """Two-sided exact p-value: all tables of these margins that are no likelier than this one."""
    yes = yes_a + yes_b
    logs = [
        _log_comb(n_a, k) + _log_comb(n_b, yes - k) - _log_comb(n_a + n_b, yes)
        for k in range(max(0, yes - n_b), min(n_a, yes) + 1)
    ]
    seen = logs[yes_a - max(0, yes - n_b)]
    return min(1.0, sum(math.exp(log) for log in logs if log <= seen + 1e-7))


def permutation(a: Numbers, b: Numbers, *, seed: int = 0) -> float:
    """Two-sided p-value of the difference of means when it is chance who belongs to which group."""
    every = np.concatenate([a, b])
    total, n = every.sum(), len(a)
    observed = abs(a.mean() - b.mean()) - 1e-12
    random = np.random.default_rng(seed)
    hits, left = 0, RESAMPLES
    while left:
        rows = min(left, max(1, _AT_ONCE // len(every)))
        drawn = random.permuted(np.tile(every, (rows, 1)), axis=1)[:, :n].sum(axis=1)
        hits += int((np.abs(drawn / n - (total - drawn) / len(b)) >= observed).sum())
        left -= rows
    return (hits + 1) / (RESAMPLES + 1)


def agresti_caffo(yes_a: int, n_a: int, yes_b: int, n_b: int, alpha: float = ALPHA) -> tuple[float, float]:
    """Wald interval of a difference of proportions with a yes and a no added to each group (Agresti & Caffo 2000)."""
    z = NormalDist().inv_cdf(1 - alpha / 2)
    p_a, p_b = (yes_a + 1) / (n_a + 2), (yes_b + 1) / (n_b + 2)
    error = math.sqrt(p_a * (1 - p_a) / (n_a + 2) + p_b * (1 - p_b) / (n_b + 2))
    return max(-1.0, p_b - p_a - z * error), min(1.0, p_b - p_a + z * error)


def _bootstrap(a: Numbers, b: Numbers, alpha: float, seed: int) -> tuple[float, float]:
    random = np.random.default_rng(seed)
    found: list[float] = []
    while len(found) < RESAMPLES:
        rows = min(RESAMPLES - len(found), max(1, _AT_ONCE // max(len(a), len(b))))
        means = [group[random.integers(0, len(group), size=(rows, len(group)))].mean(axis=1) for group in (a, b)]
        found.extend((means[1] - means[0]).tolist())
    low, high = np.quantile(found, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def _needed(a: Numbers, b: Numbers, difference: float, margin: float, alpha: float) -> int:
    """Readers of both arms together that would show the difference seen, or one of the margin, with 80 % power.

    The share each arm has now is kept. Without two scores in an arm the widest spread there can be is taken.
    """
    effect = max(abs(difference), margin)
    spread = [float(group.var(ddof=1)) if len(group) > 1 else 0.25 for group in (a, b)]
    spread = [max(value, 0.01) for value in spread]
    share = len(b) / (len(a) + len(b)) if len(a) and len(b) else 0.5
    z = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(POWER)
    total = z**2 * (spread[0] / (1 - share) + spread[1] / share) / effect**2
    return min(MOST_NEEDED, math.ceil(total))


def _log_comb(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
