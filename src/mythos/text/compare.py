"""compare(old, new): what changed in meaning, and whether that is a regression. Offline and deterministic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from mythos.errors import NotConfigured
from mythos.text.combine import Odds
from mythos.text.detectors.base import AlignedPair, Direction, Finding
from mythos.text.detectors.whole import reworded, rewritten
from mythos.text.embed import embed
from mythos.text.lifted import CERTAIN, lifted_in, outvoted
from mythos.text.normalize import normalize
from mythos.text.odds import detect, odds_of
from mythos.text.parallel import begin
from mythos.text.reasons import told_once
from mythos.text.segment import Sentence
from mythos.text.steps import turned_round
from mythos.text.units import Unit, Units, units

__all__ = ["Comparison", "Finding", "Thresholds", "Verdict", "compare"]

Verdict = Literal["regression", "uncertain", "preserved", "strengthened", "changed"]

# Similarity is measured on so many of the longest sentences that changed, and so much of each.
MAX_SIMILARITY_UNITS = 2
MAX_SIMILARITY_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the verdicts begin; a codex may set its own."""

    # Cross-validated balance is flat from 0.5 to 0.58; here nine of ten edits that keep the meaning are let through.
    regression: float = 0.55
    uncertain: float = 0.38
    strengthened: float = 0.5
    preserved: float = 0.5
    block: float = 0.8


DEFAULT = Thresholds()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Findings, strongest first; `score` is the likelihood of harm, `confidence` belongs to the verdict."""

    findings: tuple[Finding, ...]
    verdict: Verdict
    confidence: float
    similarity: float | None
    score: float = 0.0
    is_typo: bool = False
    is_identical: bool = False

    @property
    def is_regression(self) -> bool:
        return self.verdict == "regression"

    @property
    def decisive(self) -> tuple[Finding, ...]:
        """The findings the verdict rests on: the harmful ones of a regression, the good ones of a stronger rule."""
        if self.verdict in ("regression", "uncertain"):
            return tuple(f for f in self.findings if f.direction != "stronger")
        return tuple(f for f in self.findings if f.direction == "stronger") if self.verdict == "strengthened" else ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-safe; spans are lists."""
        shown = asdict(self) | {"is_regression": self.is_regression}
        for finding in shown["findings"]:
            for key in ("old_span", "new_span"):
                finding[key] = list(finding[key]) if finding[key] else None
        return shown | {"findings": list(shown["findings"])}


def compare(
    old: str,
    new: str,
    *,
    use_embeddings: bool = True,
    measure_similarity: bool = True,
    thresholds: Thresholds = DEFAULT,
) -> Comparison:
    """What the step from old to new does to the meaning; without `use_embeddings` no language model is run."""
    if normalize(old) == normalize(new):
        return Comparison((), "preserved", 1.0, 1.0 if measure_similarity else None, is_typo=False, is_identical=True)
    found = units(old, new, use_embeddings=use_embeddings)
    similar = begin(_similarity, found) if measure_similarity else None
    detected = [[_quoted(finding, old, new) for finding in detect(unit)] for unit in found.changed]
    findings = [finding for part in detected for finding in part]
    steps = turned_round(old, new, found.before, found.after)
    if not found.changed and not steps:
        return Comparison((), "preserved", 0.99, similar.result() if similar else None)
    bans = [_quoted(finding, old, new) for finding in lifted_in(found.changed)]
    odds = odds_of((old, new), found, detected, use_models=use_embeddings) if found.changed else CERTAIN
    odds = outvoted(odds, [*bans, *steps])
    if not any(finding.kind == "negation" and finding.direction == "reversed" for finding in findings):
        findings += bans
    findings += steps
    verdict, confidence = _verdict(odds, thresholds)
    settled = _settled(findings, found, (old, new), odds, verdict, thresholds)
    typo = not steps and all(unit.pair is not None and _only_spelling(unit.pair) for unit in found.changed)
    return Comparison(settled, verdict, confidence, similar.result() if similar else None, odds.worse, typo)


def _quoted(finding: Finding, old: str, new: str) -> Finding:
    """The words as they stand in the texts: sentences read together have the list marks between them blanked out."""
    one, other = finding.old_span, finding.new_span
    return replace(finding, old_text=old[slice(*one)] if one else "", new_text=new[slice(*other)] if other else "")


def _verdict(odds: Odds, thresholds: Thresholds) -> tuple[Verdict, float]:
    if odds.worse >= thresholds.regression:
        return "regression", odds.worse
    if odds.worse >= thresholds.uncertain:
        return "uncertain", round(1 - odds.worse, 4)
    if odds.better >= thresholds.strengthened:
        return "strengthened", odds.better
    if odds.preserved >= thresholds.preserved:
        return "preserved", round(odds.preserved, 4)
    return "changed", round(1 - odds.worse, 4)


def _settled(
    findings: Sequence[Finding],
    found: Units,
    texts: tuple[str, str],
    odds: Odds,
    verdict: Verdict,
    thresholds: Thresholds,
) -> tuple[Finding, ...]:
    """Every finding with the part it has in the verdict: none reads as harm where there is none."""
    old, new = texts
    unexplained = not findings if verdict == "uncertain" else all(f.direction == "stronger" for f in findings)
    if verdict in ("regression", "uncertain") and unexplained:
        findings = [*findings, *(_quoted(rewritten(u), old, new) for u in found.changed if u.pair)][:50]
    if verdict == "strengthened" and not findings:
        findings = [_quoted(reworded(u), old, new) for u in found.changed if u.pair]
    settled = [_weighed(finding, odds, verdict, thresholds) for finding in findings]
    settled.sort(key=lambda finding: -finding.confidence)
    return tuple(told_once(settled))


def _weighed(finding: Finding, odds: Odds, verdict: Verdict, thresholds: Thresholds) -> Finding:
    if finding.direction == "stronger":
        return replace(finding, severity="note", confidence=round(finding.confidence * (1 - odds.worse), 3))
    confidence = round(finding.confidence * odds.worse, 3)
    direction: Direction = finding.direction
    if direction == "neutral":
        direction = "weaker" if verdict == "regression" else "stronger" if verdict == "strengthened" else "neutral"
    if verdict not in ("regression", "uncertain"):
        return replace(finding, severity="note", direction=direction, confidence=confidence)
    blocks = verdict == "regression" and finding.confidence >= thresholds.block and odds.worse >= thresholds.block
    return replace(finding, severity="block" if blocks else "warn", direction=direction, confidence=confidence)


def _only_spelling(pair: AlignedPair) -> bool:
    touched = sum(len(edit.old) + len(edit.new) for edit in pair.raw_edits)
    return touched == 2 * len(pair.swaps) and all(swap.kind == "typo" for swap in pair.swaps)


def _similarity(found: Units) -> float | None:
    """How near the texts are in matter: 1 for every sentence that stayed, the cosine for every one that changed, by
    length; None where the model is missing."""
    changed = sorted(found.changed, key=lambda unit: -_length(unit))
    weights = [_length(unit) for unit in changed]
    total = sum(len(s.text) for s in (*found.before, *found.after))
    if not total:
        return None
    measured = [unit for unit in changed if unit.old and unit.new][:MAX_SIMILARITY_UNITS]
    try:
        vectors = embed([_matter(side) for unit in measured for side in (unit.old, unit.new)])
    except NotConfigured:
        return None
    cosines = [float(one @ other) for one, other in zip(vectors[::2], vectors[1::2], strict=True)]
    # A long edit is measured by its longest sentences; the others are taken to have moved as far as these.
    usual = sum(cosines) / len(cosines) if cosines else 0.0
    of_unit = {id(unit): cosine for unit, cosine in zip(measured, cosines, strict=True)}
    likeness = [of_unit.get(id(unit), usual) if unit.old and unit.new else 0.0 for unit in changed]
    lost = sum(weight * (1 - like) for weight, like in zip(weights, likeness, strict=True))
    return round(min(1.0, max(-1.0, 1 - lost / total)), 4)


def _length(unit: Unit) -> int:
    return sum(len(s.text) for s in (*unit.old, *unit.new))


def _matter(side: Sequence[Sentence]) -> str:
    return " ".join(s.text for s in side)[:MAX_SIMILARITY_CHARACTERS]
