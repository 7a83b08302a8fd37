"""What comes first: before and after, first and last, earlier and later."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding

EARLY = lexicon.word_set("before until prior ahead first earlier beforehand")
LATE = lexicon.word_set("after once following then last later afterwards upon")


def find(pair: AlignedPair) -> list[Finding]:
    """A word of earlier turned into a word of later, or the other way round."""
    for gone, came in ((EARLY, LATE), (LATE, EARLY)):
        old = [w for w in pair.removed if w.norm in gone]
        new = [w for w in pair.added if w.norm in came]
        if old and new and not (_has(pair.old.norms, came) or _has(pair.new.norms, gone)):
            reason = f"“{old[0].text}” became “{new[0].text}”: the steps come in another order."
            return [
                pair.finding(
                    "order", "reversed", "Order changed", reason, old=old[:1], new=new[:1], confidence=0.9 * pair.weight
                )
            ]
    return []


def _has(norms: list[str], wanted: frozenset[str]) -> bool:
    return bool(wanted & set(norms))
