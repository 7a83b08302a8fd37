"""Features -> how likely a change is for the worse or the better; trained by `scripts/train_comparator.py`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

Mode = Literal["light", "full"]
# As trained: rounding makes the path through a tree the same on every machine.
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Odds:
    """Calibrated probabilities that the meaning got worse, better, or stayed; they sum to one."""

    worse: float
    better: float

    @property
    def preserved(self) -> float:
        return 1 - self.worse - self.better


@dataclass(frozen=True, slots=True)
class Forest:
    """Boosted trees: the sum of one leaf of each, then a logistic curve with the calibrated slope."""

    base: float
    slope: float
    shift: float
    trees: tuple[tuple[tuple[Any, ...], ...], ...]

    def probability(self, row: Sequence[float]) -> float:
        total = self.base
        for tree in self.trees:
            node = tree[0]
            while len(node) == 4:
                node = tree[node[2] if row[node[0]] <= node[1] else node[3]]
            total += node[0]
        return 1 / (1 + math.exp(-(self.slope * total + self.shift)))


@lru_cache(maxsize=1)
def _loaded() -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, Forest]]]:
    raw = json.loads(files("mythos.text.models").joinpath("combiner.json").read_text("utf-8"))
    names = {mode: tuple(part["features"]) for mode, part in raw.items()}
    return names, {mode: {aim: forest(part[aim]) for aim in ("worse", "better")} for mode, part in raw.items()}


def forest(raw: Mapping[str, Any]) -> Forest:
    """From its JSON form."""
    trees = tuple(tuple(tuple(node) for node in tree) for tree in raw["trees"])
    return Forest(raw["base"], raw["slope"], raw["shift"], trees)


def combine(row: Mapping[str, float], mode: Mode) -> Odds:
    """The odds of a change from its features; `full` wants those of the cross-encoder too."""
    names, forests = _loaded()
    values = [round(row[name], DIGITS) for name in names[mode]]
    worse = forests[mode]["worse"].probability(values)
    better = min(forests[mode]["better"].probability(values), 1 - worse)
    return Odds(round(worse, DIGITS), round(better, DIGITS))
