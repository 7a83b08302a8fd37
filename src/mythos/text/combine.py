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
# Fitted on texts composed of pairs that the models had not learnt from, and on such pairs with several changes.
PARTS = 0.7
CAUTION = 0.8
MANY = 6


@dataclass(frozen=True, slots=True)
class Odds:
    """Calibrated probabilities that the meaning got worse, better, or stayed; they sum to one."""

    worse: float
    better: float

    @property
    def preserved(self) -> float:
        return 1 - self.worse - self.better


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

    def logit(self, row: Numbers) -> float:
        at = self.roots
        for _ in range(self.depth):
            at = np.where(row[self.feature[at]] <= self.limit[at], self.left[at], self.right[at])
        # An exact sum is the same on every machine.
        total = self.base + math.fsum(self.value[at].tolist())
        return self.slope * total + self.shift


@dataclass(frozen=True, slots=True)
class _Model:
    """The trees of either mode with the names of what they look at, and how the opinions of both are joined."""

    names: Mapping[Mode, tuple[str, ...]]
    forests: Mapping[Mode, Mapping[str, Forest]]
    joined: Mapping[str, Mapping[str, float]]


@lru_cache(maxsize=1)
def _loaded() -> _Model:
    raw = json.loads(files("mythos.text.models").joinpath("combiner.json").read_text("utf-8"))
    modes: tuple[Mode, ...] = ("light", "full")
    return _Model(
        {mode: tuple(raw[mode]["features"]) for mode in modes},
        {mode: {aim: forest(raw[mode][aim]) for aim in ("worse", "better")} for mode in modes},
        raw["joined"],
    )


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


def combine(row: Mapping[str, float], mode: Mode, parts: Sequence[float] = ()) -> Odds:
    """The odds of a change from its features; `full` wants those of the cross-encoder too.

    `parts` is how harmful each changed sentence is alone, where there are several: what the text loses as a whole shows
    in `row`, but harm to one sentence among harmless edits does not.
    """
    logit = harm(row, mode)
    if len(parts) > 1:
        # The more sentences changed, the likelier that one of them looks bad by chance.
        logit = (1 - PARTS) * logit + PARTS * max(parts) - CAUTION * math.log(min(len(parts), MANY))
    worse = _probability(logit)
    better = min(_probability(_joined(row, mode, "better")), 1 - worse)
    return Odds(round(worse, DIGITS), round(better, DIGITS))


def harm(row: Mapping[str, float], mode: Mode) -> float:
    """The calibrated logit of *worse*."""
    return _joined(row, mode, "worse")


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def _joined(row: Mapping[str, float], mode: Mode, aim: str) -> float:
    logit = _logit(row, "light", aim)
    if mode == "light":
        return logit
    said = {**row, "light trees": logit, "full trees": _logit(row, "full", aim), "shift": 1.0}
    return math.fsum(weight * said[name] for name, weight in _loaded().joined[aim].items())


def _logit(row: Mapping[str, float], mode: Mode, aim: str) -> float:
    model = _loaded()
    return model.forests[mode][aim].logit(np.array([round(row[name], DIGITS) for name in model.names[mode]]))
