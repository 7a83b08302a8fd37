"""What an adoption is worth, and how well a mentor teaches. Pure: no database.

trust_delta = gain + people, kept within -1 and 1
    gain      mean difference after less before, paired case by case
    people    PEOPLE_MOST x sum(voices / 2) / (number of voices + PEOPLE_PRIOR)

mentor_score(t) = S(t) / (W(t) + PRIOR)
    S, W      sums over the mentees a mentor has taught, whatever the number of adoptions of each:
              weight w = 2^(-age of the newest adoption / HALF_LIFE), value = w x mean trust delta of that mentee
    rings     inside a ring (assistants that teach each other round in a circle) a lift counts only as far as the
              mentor gave more than it received there; harm always counts in full
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_LIFE = timedelta(days=90)
PRIOR = 3.0  # mentees whose trust delta is zero, which every mentor is given to begin with
PEOPLE_MOST = 0.1
PEOPLE_PRIOR = 2
Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One measured adoption."""

    mentor: int
    mentee: int
    at: datetime
    trust_delta: float


@dataclass(frozen=True, slots=True)
class Standing:
    """The two sums of a mentor's score at a moment, and how many mentees are in them."""

    gain_sum: float = 0.0
    weight_sum: float = 0.0
    mentees: int = 0

    @property
    def score(self) -> float:
        return self.gain_sum / (self.weight_sum + PRIOR)


def people_share(voices: Sequence[int]) -> float:
    """What people add to a trust delta; a single voice moves little, and all voices never more than PEOPLE_MOST."""
    return PEOPLE_MOST * sum(voice / 2 for voice in voices) / (len(voices) + PEOPLE_PRIOR)


def trust_delta(gain: float, people: float) -> float:
    """What an adoption was worth."""
    return max(-1.0, min(1.0, gain + people))


def decay(age: timedelta) -> float:
    """What is left of a weight after so long."""
    return float(0.5 ** (max(age, timedelta(0)) / HALF_LIFE))


def score_at(gain_sum: float, weight_sum: float, since: timedelta) -> float:
    """The score so long after the sums were made; both fade alike, the prior does not."""
    left = decay(since)
    return gain_sum * left / (weight_sum * left + PRIOR)


def standings(lessons: Iterable[Lesson], now: datetime) -> dict[int, Standing]:
    """Mentor -> its sums. Teaching oneself counts nothing; many adoptions of one mentee count as one."""
    edges = _by_pair(lessons, now)
    lifted = _without_rings({pair: weight * mean for pair, (weight, mean) in edges.items()})
    found: dict[int, Standing] = {}
    for (mentor, mentee), (weight, _) in sorted(edges.items()):
        before = found.get(mentor, Standing())
        found[mentor] = Standing(
            before.gain_sum + lifted[mentor, mentee], before.weight_sum + weight, before.mentees + 1
        )
    return found


def _by_pair(lessons: Iterable[Lesson], now: datetime) -> dict[Edge, tuple[float, float]]:
    """Pair -> (weight of the newest adoption, mean of all, the newer ones weighing more)."""
    pairs: dict[Edge, list[tuple[float, float]]] = defaultdict(list)
    for lesson in lessons:
        if lesson.mentor != lesson.mentee:
            pairs[lesson.mentor, lesson.mentee].append((decay(now - lesson.at), lesson.trust_delta))
    found = {}
    for pair, rows in pairs.items():
        total = sum(weight for weight, _ in rows)
        mean = sum(weight * delta for weight, delta in rows) / total if total else 0.0
        found[pair] = (max(weight for weight, _ in rows), mean)
    return found


def _without_rings(values: Mapping[Edge, float]) -> dict[Edge, float]:
    """The same values, lifts inside a ring cut down to what the mentor gave there beyond what it received."""
    ring = rings(pair for pair, value in values.items() if value > 0)
    inside = {pair: value for pair, value in values.items() if value > 0 and ring[pair[0]] == ring[pair[1]]}
    given: dict[int, float] = defaultdict(float)
    received: dict[int, float] = defaultdict(float)
    for (mentor, mentee), value in inside.items():
        given[mentor] += value
        received[mentee] += value
    left = {mentor: max(0.0, 1 - received[mentor] / total) for mentor, total in given.items()}
    return {pair: value * left[pair[0]] if pair in inside else value for pair, value in values.items()}


def rings(edges: Iterable[Edge]) -> dict[int, int]:
    """Assistant -> one number for all that can reach each other along who lifted whom (Kosaraju 1978)."""
    following: dict[int, list[int]] = defaultdict(list)
    leading: dict[int, list[int]] = defaultdict(list)
    for mentor, mentee in edges:
        following[mentor].append(mentee)
        leading[mentee].append(mentor)
    everyone = sorted({*following, *leading})
    order: list[int] = []
    seen: set[int] = set()
    for start in everyone:
        order += _finished(start, following, seen)
    found: dict[int, int] = {}
    taken: set[int] = set()
    for start in reversed(order):
        found.update(dict.fromkeys(_finished(start, leading, taken), start))
    return found


def _finished(start: int, following: Mapping[int, Sequence[int]], seen: set[int]) -> list[int]:
    """What can be reached and was not seen before, in the order in which one is done with it; no recursion."""
    if start in seen:
        return []
    seen.add(start)
    done: list[int] = []
    trail = [(start, iter(following.get(start, ())))]
    while trail:
        here, rest = trail[-1]
        step = next((key for key in rest if key not in seen), None)
        if step is None:
            done.append(here)
            trail.pop()
        else:
            seen.add(step)
            trail.append((step, iter(following.get(step, ()))))
    return done
