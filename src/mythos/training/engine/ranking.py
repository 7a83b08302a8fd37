"""Means and comparisons over validation cases that not every candidate has met."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from mythos.training.engine.protocol import Member


def validation_order(ids: Sequence[str]) -> list[str]:
    """One fixed order for all races, so that partial results are nested and pairs are many; blind to how ids sort."""
    return list(_in_order(tuple(ids)))


@lru_cache(maxsize=8)
def _in_order(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(ids, key=lambda case: hashlib.sha256(case.encode()).digest()))


def mean(scores: Mapping[str, float]) -> float:
    """Mean over the cases met; 0 for none."""
    return sum(scores.values()) / len(scores) if scores else 0.0


def lead(child: Mapping[str, float], parent: Mapping[str, float]) -> tuple[float, float, int]:
    """Mean paired difference on the common cases, its standard error, and how many they are."""
    gaps = [score - parent[case] for case, score in child.items() if case in parent]
    count = len(gaps)
    if not count:
        return 0.0, math.inf, 0
    middle = sum(gaps) / count
    spread = sum((gap - middle) ** 2 for gap in gaps) / max(1, count - 1)
    return middle, math.sqrt(spread / count), count


def best_of(members: Sequence[Member]) -> Member:
    """The champion: each member in turn must beat the one before on the cases both met; the older wins a tie."""
    champion = members[0]
    for member in members[1:]:
        gain, _, _ = lead(member.scores, champion.scores)
        if gain > 0:
            champion = member
    return champion


def ranked(members: Sequence[Member], champion: Member) -> list[Member]:
    """Best first, by their lead over the champion on the cases both met; the champion itself is first."""
    others = [member for member in members if member.key != champion.key]
    others.sort(key=lambda member: (-lead(member.scores, champion.scores)[0], -member.step))
    return [member for member in members if member.key == champion.key] + others
