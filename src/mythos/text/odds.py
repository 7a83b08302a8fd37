"""How likely an edit does harm: the text as a whole, and each sentence that changed as if it stood alone."""

from __future__ import annotations

from collections.abc import Sequence

from mythos.errors import NotConfigured
from mythos.text.combine import Odds, combine, harm
from mythos.text.detectors import DETECTORS
from mythos.text.detectors.base import Finding
from mythos.text.detectors.whole import added, removed
from mythos.text.features import features
from mythos.text.likeness import is_content
from mythos.text.reading import readings
from mythos.text.segment import Sentence
from mythos.text.units import Unit, Units

# Of a long text the model reads alone those changed sentences whose words look worst; of the others the words decide.
MOST_READ = 12
Texts = tuple[str, str]


def detect(unit: Unit) -> list[Finding]:
    """What changed in one sentence, or that it came or went."""
    if unit.pair:
        return [finding for find in DETECTORS.values() for finding in find(unit.pair)]
    return [removed(s) for s in unit.old] + [added(s) for s in unit.new]


def odds_of(texts: Texts, found: Units, detected: Sequence[Sequence[Finding]], *, use_models: bool) -> Odds:
    """The odds of the whole edit; `detected` are the findings of each changed unit."""
    row = features(found, [finding for part in detected for finding in part])
    if use_models:
        try:
            return combine(row | readings(*texts, found), "full", _parts(found, detected, use_models=True))
        except NotConfigured:
            pass  # without the model the words alone decide
    return combine(row, "light", _parts(found, detected, use_models=False))


def _parts(found: Units, detected: Sequence[Sequence[Finding]], *, use_models: bool) -> list[float]:
    """How harmful each changed unit is without the rest of the text, where there are several and each can be told."""
    if len(found.changed) < 2 or not _independent(found.changed):
        return []
    rows = [features(_alone(unit), part) for unit, part in zip(found.changed, detected, strict=True)]
    said = [harm(row, "light") for row in rows]
    if use_models:
        for place in sorted(range(len(rows)), key=lambda place: -said[place])[:MOST_READ]:
            unit = found.changed[place]
            said[place] = harm(rows[place] | readings(_text(unit.old), _text(unit.new), _alone(unit)), "full")
    return said


def _independent(changed: Sequence[Unit]) -> bool:
    """Whether no sentence came or went and no word moved to another: else only the whole tells what is lost."""
    pairs = [unit.pair for unit in changed if unit.pair]
    gone = [{word.stem for word in pair.removed if is_content(word)} for pair in pairs]
    came = {word.stem for pair in pairs for word in pair.added if is_content(word)}
    # Within one pair nothing that went also came: what came at all came elsewhere.
    return len(pairs) == len(changed) and not any(stems & came for stems in gone)


def _alone(unit: Unit) -> Units:
    return Units((unit,), unit.old, unit.new)


def _text(side: Sequence[Sentence]) -> str:
    return " ".join(sentence.text for sentence in side)
