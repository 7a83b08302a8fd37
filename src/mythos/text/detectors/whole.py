"""Findings about whole sentences: gone, new, or worded so differently that no single word tells what changed."""

from __future__ import annotations

from mythos.text.detectors.base import Direction, Finding, Side
from mythos.text.detectors.deontic import ADVICE, opens_with_order, stance
from mythos.text.segment import Sentence
from mythos.text.units import Unit


def removed(sentence: Sentence) -> Finding:
    """A sentence that is gone, by what it asked for."""
    side = Side(sentence.text)
    held = stance(side)
    structural = sentence.kind in ("code", "heading", "table")
    binds = held.level >= ADVICE and (held.word is not None or opens_with_order(side))
    title, confidence = "Sentence removed", 0.5
    if held.negators and not structural:
        title, confidence = "Prohibition removed", 0.85
    elif binds and not structural:
        title, confidence = "Obligation removed", 0.8
    return Finding(
        "deletion",
        "neutral",
        "warn",
        title,
        f"“{short(sentence.text)}” is gone.",
        sentence.text,
        "",
        (sentence.start, sentence.end),
        None,
        confidence,
    )


def added(sentence: Sentence) -> Finding:
    """A sentence that is new."""
    permits = stance(Side(sentence.text)).level == 1 and sentence.kind != "code"
    reason = f"“{short(sentence.text)}” is new" + (" and permits something." if permits else ".")
    return Finding(
        "addition",
        "neutral",
        "warn",
        "Permission added" if permits else "Sentence added",
        reason,
        "",
        sentence.text,
        None,
        (sentence.start, sentence.end),
        0.5 if permits else 0.3,
    )


def rewritten(unit: Unit) -> Finding:
    """The whole sentence, where the model reads a loss that no detector names."""
    return _of_unit(unit, "weaker", "Rewritten, and says less", "The new wording asks for less than the old one did.")


def reworded(unit: Unit) -> Finding:
    """The whole sentence, where the model reads a gain that no detector names."""
    return _of_unit(unit, "stronger", "Rewritten, and says more", "The new wording asks for more than the old one did.")


def _of_unit(unit: Unit, direction: Direction, title: str, reason: str) -> Finding:
    pair = unit.pair
    assert pair is not None
    old = [w for edit in pair.raw_edits for w in edit.old]
    new = [w for edit in pair.raw_edits for w in edit.new]
    return pair.finding("object", direction, title, reason, old=old, new=new, confidence=0.5)


def short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:79] + "…"
