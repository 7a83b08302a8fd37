"""Words that came into a sentence that otherwise stayed."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Edit, Finding
from mythos.text.detectors.deontic import stance
from mythos.text.likeness import is_content


def find(pair: AlignedPair) -> list[Finding]:
    """A part added; explanations and examples count for little."""
    gone, came = pair.residue
    if not came or len(gone) > 1 or len(gone) >= len(came):
        return []
    for edit in pair.edits:
        if any(is_content(w) for w in edit.new) and not any(is_content(w) for w in edit.old):
            explains = _explains(pair, edit)
            confidence = _confidence(pair, edit)
            return [
                pair.finding(
                    "addition",
                    "neutral",
                    "Explanation added" if explains else "Part added",
                    f"“{pair.new.shown(edit.new)}” is new.",
                    new=edit.new,
                    confidence=0.08 if explains else confidence * pair.weight,
                )
            ]
    return []


def _explains(pair: AlignedPair, edit: Edit) -> bool:
    first = edit.new[0]
    before = pair.new.text[: first.start]
    if before.count("(") > before.count(")"):
        return True
    opening = pair.new.text[first.start :].lower()
    apart = before.rstrip()[-1:] in ",;:(–—"
    return any(opening.startswith(phrase) and (apart or phrase != "that is") for phrase in lexicon.CLARIFIERS)


def _confidence(pair: AlignedPair, edit: Edit) -> float:
    norms = {w.norm for w in edit.new}
    if norms & {"and", "or"}:
        return 0.65
    if any(w.norm in lexicon.UNIVERSAL for w in pair.removed):
        return 0.8
    if norms & {"that", "which", "who", "whose"}:
        return 0.58
    if {"if", "when", "whenever", "unless"} & set(pair.new.norms[: edit.new_at]):
        return 0.6
    if stance(pair.old).is_ban:
        return 0.62  # a ban on part of what was banned
    before = pair.new.norms[max(0, edit.new_at - 3) : edit.new_at]
    if set(before) & lexicon.UNIVERSAL:
        return 0.7
    if norms & {"in", "for", "during", "with", "from", "to"}:
        return 0.55
    return 0.38
