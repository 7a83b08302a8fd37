"""Train the comparator's boosted trees, tell how they do on domains they have not seen, and write them as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from mythos.text.combine import DIGITS

# Public sets that count any change of meaning as harm: they inform, but policies come first.
PUBLIC = {"semantoneg": 0.5, "wikifactcheck": 0.5}
DEV = ("code", "education", "support")  # domains of the policies in dev.jsonl; no other pair is of these
SYNTHETIC = 0.25
FOLDS = 8  # each leaves out several whole domains
CROSS = ("whole worse", "whole better", "unit worse", "unit better")


@dataclass
class Table:
    """Labelled pairs as numbers: one row each, with its group (a domain) and its three-way label."""

    names: list[str]
    values: np.ndarray
    labels: np.ndarray
    groups: np.ndarray

    def only(self, chosen: np.ndarray) -> Table:
        """The rows that are chosen."""
        return Table(self.names, self.values[chosen], self.labels[chosen], self.groups[chosen])

    def columns(self, names: Sequence[str]) -> np.ndarray:
        return np.round(self.values[:, [self.names.index(name) for name in names]], DIGITS)


def _model(seed: int) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(
        n_estimators=200,
        max_depth=4,
        learning_rate=0.05,
        subsample=0.6,
        max_features=0.2,
        min_samples_leaf=10,
        random_state=seed,
    )


def _weights(groups: np.ndarray, aim: np.ndarray) -> np.ndarray:
    weights = np.array([PUBLIC.get(group, SYNTHETIC if group == "synthetic" else 1.0) for group in groups])
    for value in (0, 1):  # as many good as bad edits, so that a half means a half
        real = (aim == value) & (groups != "synthetic")
        weights[real] *= (groups != "synthetic").sum() / 2 / max(1.0, weights[real].sum())
    synthetic = groups == "synthetic"
    if synthetic.any():
        weights[synthetic] = SYNTHETIC * (~synthetic).sum() / synthetic.sum()
    return weights


def fit(table: Table, names: Sequence[str], aim: str, seed: int) -> GradientBoostingClassifier:
    target = (table.labels == aim).astype(int)
    synthetic = np.where(table.groups == "synthetic", 0.2, 1.0)
    weights = _weights(table.groups, target) if aim == "worse" else synthetic
    return _model(seed).fit(table.columns(names), target, sample_weight=weights)


def cross_validated(table: Table, names: Sequence[str], aim: str, seed: int) -> np.ndarray:
    """The raw score of every real row by a model that saw no row of its domain."""
    scores = np.full(len(table.labels), np.nan)
    for held in _folds(table.groups):
        model = fit(table.only(~held), names, aim, seed)
        scores[held] = model.decision_function(table.columns(names)[held])
    return scores


def _folds(groups: np.ndarray) -> Iterator[np.ndarray]:
    """Which rows to leave out, fold by fold."""
    names = sorted(set(groups) - {"synthetic"})
    for fold in range(FOLDS):
        yield np.isin(groups, names[fold::FOLDS])


def joined(table: Table, light: np.ndarray, full: np.ndarray, aim: str) -> tuple[dict[str, float], np.ndarray]:
    """How the calibrated scores of both forests and the cross-encoder's own answers come to one, by name; and the
    cross-validated result. Half of it are the trees that know all; half a line, which a few hundred rows teach well."""
    given, scores = np.column_stack([light, table.columns(CROSS)]), np.zeros(len(light))
    for held in _folds(table.groups):
        scores[held] = _line(given[~held], table.only(~held), aim).decision_function(given[held])
    line = _line(given, table, aim)
    weights = {"shift": float(line.intercept_[0]), "full trees": 1.0}
    weights |= dict(zip(("light trees", *CROSS), line.coef_[0].tolist(), strict=True))
    return {name: round(weight / 2, 6) for name, weight in weights.items()}, (scores + full) / 2


def _line(given: np.ndarray, table: Table, aim: str) -> LogisticRegression:
    target = (table.labels == aim).astype(int)
    weights = _weights(table.groups, target) if aim == "worse" else None
    return LogisticRegression().fit(given, target, sample_weight=weights)


def calibrated(scores: np.ndarray, table: Table, aim: str) -> tuple[float, float]:
    """Slope and shift of the logistic curve over cross-validated scores."""
    real = ~np.isnan(scores) & ~np.isin(table.groups, list(PUBLIC))
    target = (table.labels == aim).astype(int)[real]
    weights = _weights(table.groups[real], target) if aim == "worse" else None
    curve = LogisticRegression(C=1e3).fit(scores[real, None], target, sample_weight=weights)
    return float(curve.coef_[0, 0]), float(curve.intercept_[0])


def as_json(model: GradientBoostingClassifier, slope: float, shift: float) -> dict[str, Any]:
    """Inner nodes are [feature, limit, left, right], leaves [value]."""
    prior = model.init_.class_prior_[1]
    trees = []
    for (tree,) in model.estimators_:
        raw = tree.tree_
        nodes: list[list[float]] = []
        for at in range(raw.node_count):
            if raw.children_left[at] < 0:
                nodes.append([round(float(raw.value[at, 0, 0]) * model.learning_rate, 6)])
            else:
                limit = round(float(raw.threshold[at]), 6)
                nodes.append([int(raw.feature[at]), limit, int(raw.children_left[at]), int(raw.children_right[at])])
        trees.append(nodes)
    return {
        "base": round(float(np.log(prior / (1 - prior))), 6),
        "slope": round(slope, 5),
        "shift": round(shift, 5),
        "trees": trees,
    }


def calibration_error(probabilities: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over equal bins."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    return float(
        sum(
            (m := places == b).mean() * abs(probabilities[m].mean() - truth[m].mean())
            for b in range(bins)
            if (places == b).any()
        )
    )


def report(probabilities: np.ndarray, table: Table, kinds: np.ndarray) -> dict[str, Any]:
    """Quality by kind of source, and the recall of every kind of change in policies."""
    truth = table.labels == "worse"
    public = np.isin(table.groups, [*PUBLIC, "fabric_history"])
    parts: dict[str, Callable[[], np.ndarray]] = {
        "policies": lambda: ~public & (table.groups != "model_spec") & (table.groups != "synthetic"),
        "dev policies": lambda: np.isin(table.groups, DEV),
        "model spec": lambda: table.groups == "model_spec",
        "fabric history": lambda: table.groups == "fabric_history",
        "semantoneg": lambda: table.groups == "semantoneg",
    }
    out: dict[str, Any] = {}
    for name, chosen in parts.items():
        part = chosen()
        if part.any() and truth[part].any() and not truth[part].all():
            guess, real = probabilities[part] >= 0.5, truth[part]
            out[name] = {
                "pairs": int(part.sum()),
                "balanced accuracy": round(float((guess[real].mean() + (~guess[~real]).mean()) / 2), 3),
                "recall": round(float(guess[real].mean()), 3),
                "specificity": round(float((~guess[~real]).mean()), 3),
                "calibration error": round(calibration_error(probabilities[part], real), 3),
            }
    policies = parts["policies"]()
    for label, sign in (("recall", True), ("specificity", False)):
        out[f"{label} by kind"] = {
            str(kind): [
                round(float((probabilities[m] >= 0.5).mean() if sign else (probabilities[m] < 0.5).mean()), 2),
                int(m.sum()),
            ]
            for kind in sorted(set(kinds[policies]))
            if (m := policies & (kinds == kind) & (truth == sign)).sum() >= 3
        }
    return out
