"""What one assistant could teach another, and whether the best teacher can be told from the next. Pure: no database.

teach = sum over the rituals in which the mentor beats the mentee (95 % interval above zero) of
        cases x mean difference, divided by all cases both have taken
fit   = teach x (1 + overlap) / 2 x (1 + mentor score)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from mythos.rituals.statistics import ALPHA, MARGIN, MOST_NEEDED, POWER, agresti_min, bootstrap

Scores = Mapping[str, Sequence[float]]
LeadVerdict = Literal["told", "open", "none"]


@dataclass(frozen=True, slots=True)
class Record:
    """How an assistant did in one ritual under one setting; case -> (value, weight)."""

    ritual_id: int
    setting: str
    run_id: int
    is_binary: bool
    is_simulated: bool
    scores: Scores


@dataclass(frozen=True, slots=True)
class Part:
    """Mentor less mentee in one ritual, on the cases both have taken; `needed` more where nothing can be said."""

    ritual: int
    setting: str
    n: int
    difference: float
    low: float
    high: float
    is_simulated: bool
    needed: int = 0

    @property
    def beats(self) -> bool:
        return self.low > 0

    @property
    def loses(self) -> bool:
        return self.high < 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a mentor could teach, and what it rests on."""

    teach: float
    cases: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Lead:
    """Whether the first of a ranking is better than the second: told, open, or there is nobody to tell."""

    verdict: LeadVerdict
    difference: float = 0.0
    low: float = 0.0
    high: float = 0.0
    needed: int = 0


def lesson(mentee: Sequence[Record], mentor: Sequence[Record]) -> Lesson:
    """Compare two assistants in every ritual both have taken under the same setting."""
    parts = tuple(_part(own, other) for own, other in _matched(mentee, mentor))
    cases = sum(part.n for part in parts)
    won = sum(part.n * part.difference for part in parts if part.beats)
    return Lesson(won / cases if cases else 0.0, cases, parts)


def fit(teach: float, overlap: float, mentor_score: float) -> float:
    """How good a choice a mentor is."""
    return teach * (1 + overlap) / 2 * (1 + mentor_score)


def overlap(one: set[int], other: set[int]) -> float:
    """Share of the clauses of both that bind both; two assistants without any have nothing that could clash."""
    both = one | other
    return len(one & other) / len(both) if both else 1.0


def lead(mentee: Sequence[Record], first: Weighted, second: Weighted) -> Lead:
    """Whether the first teaches more than the second, case by case.

    That the first was picked needs no correction: the second was picked as well, and their gap only shrinks with the
    number they were picked from (Gutmann & Maymin 1987).
    """
    one, other = first.per_case(mentee), second.per_case(mentee)
    shared = sorted(one.keys() & other.keys())
    gaps = np.array([one[key] - other[key] for key in shared])
    if not any(one.values()):
        return Lead("none")
    if len(gaps) < 2:
        return Lead("open", needed=2 - len(gaps))
    z = NormalDist().inv_cdf(1 - ALPHA / 2)
    mean, spread = float(gaps.mean()), float(gaps.std(ddof=1))
    error = z * spread / math.sqrt(len(gaps))
    if mean - error > 0:
        return Lead("told", mean, mean - error, mean + error)
    return Lead("open", mean, mean - error, mean + error, _more(spread, mean, len(gaps), z))


@dataclass(frozen=True, slots=True)
class Weighted:
    """A mentor's records, the rituals in which it beats the mentee, and the factor its lessons count with."""

    records: Sequence[Record]
    beaten: frozenset[tuple[int, str]]
    factor: float = 1.0

    def per_case(self, mentee: Sequence[Record]) -> dict[tuple[int, str, str], float]:
        """What every case adds to what the mentor can teach; cases of rituals it does not win add nothing."""
        own = {(record.ritual_id, record.setting): record for record in mentee}
        found: dict[tuple[int, str, str], float] = {}
        for record in self.records:
            key = (record.ritual_id, record.setting)
            if key not in own:
                continue
            for case, (value, _) in record.scores.items():
                if case in own[key].scores:
                    gap = (value - own[key].scores[case][0]) * self.factor if key in self.beaten else 0.0
                    found[(*key, case)] = gap
        return found


def _matched(mentee: Iterable[Record], mentor: Iterable[Record]) -> list[tuple[Record, Record]]:
    """For every ritual the setting with most shared cases, the newer where that is equal."""
    theirs = {(record.ritual_id, record.setting): record for record in mentor}
    best: dict[int, tuple[tuple[int, int], Record, Record]] = {}
    for own in mentee:
        other = theirs.get((own.ritual_id, own.setting))
        if other is None:
            continue
        rank = (len(own.scores.keys() & other.scores.keys()), own.run_id)
        if rank[0] and (own.ritual_id not in best or rank > best[own.ritual_id][0]):
            best[own.ritual_id] = (rank, own, other)
    return [(own, other) for _, (_, own, other) in sorted(best.items())]


def _part(mentee: Record, mentor: Record) -> Part:
    shared = sorted(mentee.scores.keys() & mentor.scores.keys())
    gaps = np.array([mentor.scores[key][0] - mentee.scores[key][0] for key in shared])
    weights = np.array([mentor.scores[key][1] for key in shared])
    mean = float((gaps * weights).sum() / weights.sum())
    low, high = _interval(gaps, weights, mentee.is_binary and mentor.is_binary)
    spread = float(gaps.std(ddof=1)) if len(gaps) > 1 else 1.0
    needed = 0 if low > 0 or high < 0 else _more(spread, mean, len(gaps), NormalDist().inv_cdf(1 - ALPHA / 2))
    is_simulated = mentee.is_simulated or mentor.is_simulated
    return Part(mentee.ritual_id, mentee.setting, len(shared), mean, low, high, is_simulated, needed)


def _interval(gaps: np.ndarray, weights: np.ndarray, is_binary: bool) -> tuple[float, float]:
    if is_binary and bool(np.all(weights == weights[0])):
        return agresti_min(int((gaps > 0).sum()), int((gaps < 0).sum()), len(gaps))
    if bool(np.all(gaps == gaps[0])):
        # Drawing from equal numbers would call any single case certain.
        return (-1.0, 1.0) if len(gaps) < 5 else (float(gaps[0]), float(gaps[0]))
    return bootstrap(gaps, weights)


def _more(spread: float, mean: float, n: int, z: float) -> int:
    """Further cases that would show the difference seen, or one of the margin, with 80 % power."""
    effect = max(abs(mean), MARGIN)
    wanted = math.ceil(((z + NormalDist().inv_cdf(POWER)) * max(spread, 0.1) / effect) ** 2)
    return min(MOST_NEEDED, max(1, wanted - n))
