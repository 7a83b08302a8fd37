"""What the cross-encoder is asked about two texts, and what its answers are to the combiner."""

from __future__ import annotations

from collections.abc import Sequence

from mythos.text.cross_model import Reading, read
from mythos.text.evened import evened
from mythos.text.units import Unit, Units

# At most this many changed sentences are read, those most alike first: the others are plainly gone or new.
MAX_UNITS = 6
# Texts longer than this together are read sentence by sentence only: as a whole the model would see but parts of them.
MAX_WHOLE = 1000

Pair = tuple[str, str]


def readings(old: str, new: str, found: Units) -> dict[str, float]:
    """The answers as features; NotConfigured where the model cannot run."""
    asked, whole = questions(old, new, found)
    return answers(read(asked), whole)


def questions(old: str, new: str, found: Units) -> tuple[list[Pair], bool]:
    """The pairs to read, and whether the first of them is the texts as a whole."""
    ordered = sorted(found.changed, key=lambda unit: unit.pair.ratio if unit.pair else 0.0, reverse=True)
    changed = [_sides(unit) for unit in ordered if unit.pair][:MAX_UNITS]
    short = len(old) + len(new) <= MAX_WHOLE
    whole = short and (len(found.changed) > 1 or not changed)
    if not changed and not whole:
        changed = [_sides(unit) for unit in ordered[:MAX_UNITS]]
    return ([evened(_flat(old), _flat(new))] if whole else []) + changed, whole


def answers(said: Sequence[Reading], whole: bool) -> dict[str, float]:
    """The text as a whole, and the sentence that fares worst or best."""
    of_units = said[1:] if whole and len(said) > 1 else said
    worse, better = max(r.worse for r in of_units), max(r.better for r in of_units)
    return {
        "whole worse": said[0].worse if whole else worse,
        "whole better": said[0].better if whole else better,
        "unit worse": worse,
        "unit better": better,
    }


def _sides(unit: Unit) -> Pair:
    return evened(*(_flat(" ".join(s.text for s in side)) for side in (unit.old, unit.new)))


def _flat(text: str) -> str:
    return " ".join(text.split())
