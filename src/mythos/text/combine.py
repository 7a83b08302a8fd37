"""Features -> how likely a change is for the worse or the better; trained by `scripts/train_comparator.py`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mode = Literal["light", "full"]
# As trained: rounding makes the path through a tree the same on every machine.
DIGITS = 4
# How much the trees that know only the words have to say where the cross-encoder read the texts too.
LIGHT_SHARE = 1 / 3


@dataclass(frozen=True, slots=True)
class Odds:
    """Calibrated probabilities that the meaning got worse, better, or stayed; they sum to one."""

    worse: float
    better: float

    @property
    def preserved(self) -> float:
        return 1 - self.worse - self.better


def blended(full: Odds, light: Odds) -> Odds:
    """Both opinions: what the model reads outweighs the words, which see what it overlooks."""
    return Odds(
        round(full.worse + LIGHT_SHARE * (light.worse - full.worse), DIGITS),
        round(full.better + LIGHT_SHARE * (light.better - full.better), DIGITS),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Boosted trees: the sum of one leaf of each, then a logistic curve with the calibrated slope.

    All nodes of all trees in one row of arrays; a leaf leads to itself.
    """

    base: float
    slope: float
    shift: float
    depth: int
    roots: Places
    feature: Places
    limit: Numbers
    left: Places
    right: Places
    value: Numbers

    def probability(self, row: Numbers) -> float:
        at = self.roots
        for _ in range(self.depth):
            at = np.where(row[self.feature[at]] <= self.limit[at], self.left[at], self.right[at])
        # An exact sum is the same on every machine.
        total = self.base + math.fsum(self.value[at].tolist())
        return 1 / (1 + math.exp(-(self.slope * total + self.shift)))


@lru_cache(maxsize=1)
def _loaded() -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, Forest]]]:
    raw = json.loads(files("mythos.text.models").joinpath("combiner.json").read_text("utf-8"))
    names = {mode: tuple(part["features"]) for mode, part in raw.items()}
    return names, {mode: {aim: forest(part[aim]) for aim in ("worse", "better")} for mode, part in raw.items()}


def forest(raw: Mapping[str, Any]) -> Forest:
    """From its JSON form: inner nodes are [feature, limit, left, right], leaves [value]."""
    starts = np.cumsum([0, *(len(tree) for tree in raw["trees"])])[:-1]
    nodes = [
        (start, place, node)
        for start, tree in zip(starts, raw["trees"], strict=True)
        for place, node in enumerate(tree)
    ]
    inner = [(s + n[2], s + n[3]) if len(n) == 4 else (s + place, s + place) for s, place, n in nodes]
    return Forest(
        raw["base"], raw["slope"], raw["shift"], max(_depth(tree, 0) for tree in raw["trees"]), starts,
        np.array([n[0] if len(n) == 4 else 0 for _, _, n in nodes], np.int64),
        np.array([n[1] if len(n) == 4 else 0.0 for _, _, n in nodes]),
        np.array([left for left, _ in inner], np.int64),
        np.array([right for _, right in inner], np.int64),
        np.array([n[0] if len(n) == 1 else 0.0 for _, _, n in nodes]),
    )  # fmt: skip


def _depth(tree: Sequence[Sequence[float]], place: int) -> int:
    node = tree[place]
    return 1 + max(_depth(tree, int(node[2])), _depth(tree, int(node[3]))) if len(node) == 4 else 0


def combine(row: Mapping[str, float], mode: Mode) -> Odds:
    """The odds of a change from its features; `full` wants those of the cross-encoder too."""
    names, forests = _loaded()
    values = np.array([round(row[name], DIGITS) for name in names[mode]])
    worse = forests[mode]["worse"].probability(values)
    better = min(forests[mode]["better"].probability(values), 1 - worse)
    return Odds(round(worse, DIGITS), round(better, DIGITS))
