"""One thing named in the place of another."""

from __future__ import annotations

from mythos.text.detectors.base import AlignedPair, Finding
from mythos.text.likeness import is_content


def find(pair: AlignedPair) -> list[Finding]:
    """Content words replaced by others that are neither spelling nor synonym."""
    gone, came = pair.residue
    left, right = {id(w) for w in gone}, {id(w) for w in came}
    for edit in pair.edits:
        old = [w for w in edit.old if id(w) in left and is_content(w)]
        new = [w for w in edit.new if id(w) in right and is_content(w)]
        if old and new:
            return [
                pair.finding(
                    "object",
                    "neutral",
                    "Subject changed",
                    f"“{pair.old.shown(edit.old)}” became “{pair.new.shown(edit.new)}”.",
                    old=edit.old,
                    new=edit.new,
                    confidence=0.68 * pair.weight,
                )
            ]
    return []
