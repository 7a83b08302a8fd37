"""Paired comparison of two runs: tests, intervals, how many cases it would take. Pure: no database.

`differences` are new minus old, one a case. For passed or not passed the test is exact McNemar; for scores, weights
or repeats it is a sign-flip (randomisation) test, which like McNemar's holds its level with few cases.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

Verdict = Literal["better", "worse", "same", "not enough cases"]
Test = Literal["exact McNemar", "sign-flip"]

Numbers = npt.NDArray[np.float64]

ALPHA = 0.05
POWER = 0.8
# Differences of the mean within this margin count as the same.
MARGIN = 0.05
EXACT_FROM_FEWER_THAN = 13
RESAMPLES = 10_000
MOST_NEEDED = 100_000


@dataclass(frozen=True, slots=True)
class Paired:
    """Mean difference with its interval and p-value; `needed` more cases where it cannot be told."""

    n: int
    difference: float
    interval: tuple[float, float]
    p_value: float
    test: Test
    improved: int
    worsened: int
    verdict: Verdict
    needed: int = 0


def paired(
    differences: Sequence[float],
    weights: Sequence[float] | None = None,
    *,
    is_binary: bool,
    margin: float = MARGIN,
    alpha: float = ALPHA,
    seed: int = 0,
) -> Paired:
    """Whether the new run is better, worse or the same, as far as these pairs can tell."""
    given = np.asarray(differences, dtype=float)
    n = len(given)
    if n == 0:
        return Paired(0, 0.0, (-1.0, 1.0), 1.0, "sign-flip", 0, 0, "not enough cases", _needed(1.0, 0.0, margin, alpha))
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    plain = is_binary and bool(np.all(weight == weight[0]))
    improved, worsened = int((given > 0).sum()), int((given < 0).sum())
    mean = float((given * weight).sum() / weight.sum())
    if plain:
        p_value, low, high = mcnemar(improved, worsened), *agresti_min(improved, worsened, n, alpha)
    else:
        p_value = sign_flip(given * weight, seed=seed)
        low, high = bootstrap(given, weight, alpha=alpha, seed=seed)
    verdict = judge(p_value, mean, (low, high), margin, alpha)
    spread = float((given**2).mean()) if n else 1.0
    needed = max(1, _needed(spread, mean, margin, alpha) - n) if verdict == "not enough cases" else 0
    test: Test = "exact McNemar" if plain else "sign-flip"
    return Paired(n, mean, (low, high), p_value, test, improved, worsened, verdict, needed)


def judge(p_value: float, mean: float, interval: tuple[float, float], margin: float, alpha: float) -> Verdict:
    """Same only where the whole interval lies within the margin; no difference found is not enough."""
    if p_value < alpha and mean:
        return "better" if mean > 0 else "worse"
    if -margin <= interval[0] and interval[1] <= margin:
        return "same"
    return "not enough cases"


def mcnemar(improved: int, worsened: int) -> float:
    """Two-sided exact p-value of the discordant pairs."""
    n, k = improved + worsened, min(improved, worsened)
    if n == 0:
        return 1.0
    tail: int = sum(math.comb(n, i) for i in range(k + 1))
    return float(min(1.0, 2 * tail / 2**n))


def sign_flip(differences: Sequence[float] | Numbers, *, seed: int = 0) -> float:
    """Two-sided p-value of the mean when signs are as likely as not; all flips for few pairs, else a sample."""
    given = np.asarray(differences, dtype=float)
    given = given[given != 0]
    if len(given) == 0:
        return 1.0
    observed = abs(given.sum()) - 1e-12
    if len(given) < EXACT_FROM_FEWER_THAN:
        signs = np.array(list(product((1.0, -1.0), repeat=len(given))))
        return float((np.abs(signs @ given) >= observed).mean())
    random = np.random.default_rng(seed)
    hits, left = 0, RESAMPLES
    while left:
        rows = min(left, max(1, 2_000_000 // len(given)))
        signs = random.integers(0, 2, size=(rows, len(given)), dtype=np.int8) * 2.0 - 1.0
        hits += int((np.abs(signs @ given) >= observed).sum())
        left -= rows
    return (hits + 1) / (RESAMPLES + 1)


def bootstrap(
    differences: Sequence[float] | Numbers,
    weights: Sequence[float] | Numbers,
    *,
    alpha: float = ALPHA,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of the weighted mean, cases drawn with replacement."""
    given, weight = np.asarray(differences, dtype=float), np.asarray(weights, dtype=float)
    random = np.random.default_rng(seed)
    means: list[float] = []
    while len(means) < RESAMPLES:
        rows = min(RESAMPLES - len(means), max(1, 2_000_000 // len(given)))
        drawn = random.integers(0, len(given), size=(rows, len(given)))
        chosen = weight[drawn]
        means.extend(((given[drawn] * chosen).sum(axis=1) / chosen.sum(axis=1)).tolist())
    low, high = np.quantile(means, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def agresti_min(improved: int, worsened: int, n: int, alpha: float = ALPHA) -> tuple[float, float]:
    """Wald interval of a difference of paired proportions with half a pair added to each cell (Agresti & Min 2005)."""
    z = NormalDist().inv_cdf(1 - alpha / 2)
    b, c, total = improved + 0.5, worsened + 0.5, n + 2.0
    difference = (b - c) / total
    error = math.sqrt(max(0.0, (b + c) / total - difference**2) / total)
    return max(-1.0, difference - z * error), min(1.0, difference + z * error)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for their number, in the order given (Holm 1979)."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = highest
    return corrected


def _needed(spread: float, mean: float, margin: float, alpha: float) -> int:
    """Cases that would show the difference seen, or one of the margin, with 80 % power (Connor 1987)."""
    effect = max(abs(mean), margin)
    share = max(spread, effect, 0.02)
    z_alpha, z_power = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(POWER)
    root = math.sqrt(max(0.0, share - effect**2))
    return min(MOST_NEEDED, math.ceil((z_alpha * math.sqrt(share) + z_power * root) ** 2 / effect**2))


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of two raters with its interval; both empty where it is not defined."""

    n: int
    agreed: int
    value: float | None
    interval: tuple[float, float] | None


def cohen_kappa(pairs: Sequence[tuple[bool, bool]], alpha: float = ALPHA) -> Kappa:
    """Agreement beyond chance, with the large-sample interval of Fleiss, Cohen and Everitt (1969)."""
    n, agreed = len(pairs), sum(one == other for one, other in pairs)
    if not n:
        return Kappa(0, 0, None, None)
    table = np.zeros((2, 2))
    for one, other in pairs:
        table[int(one), int(other)] += 1 / n
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    seen, chance = float(np.trace(table)), float(rows @ columns)
    if chance == 1.0:  # both always said the same one thing: there is nothing to be told from chance
        return Kappa(n, agreed, None, None)
    kappa = (seen - chance) / (1 - chance)
    own = sum(table[i, i] * (1 - (rows[i] + columns[i]) * (1 - kappa)) ** 2 for i in range(2))
    crossed = (1 - kappa) ** 2 * sum(table[i, 1 - i] * (columns[i] + rows[1 - i]) ** 2 for i in range(2))
    variance = (own + crossed - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2)
    half = NormalDist().inv_cdf(1 - alpha / 2) * math.sqrt(max(0.0, variance))
    return Kappa(n, agreed, kappa, (max(-1.0, kappa - half), min(1.0, kappa + half)))
