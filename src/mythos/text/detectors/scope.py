"""Who and what a rule covers: all and some, and only."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding
from mythos.text.detectors.deontic import only_in_other_words

_ONLY_LIKE = lexicon.word_set("only until unless reserved limited solely exclusively restricted once")


def find(pair: AlignedPair) -> list[Finding]:
    """At most one finding of each sort."""
    checks = (_quantifier(pair), _restriction(pair))
    return [finding for finding in checks if finding]


def _quantifier(pair: AlignedPair) -> Finding | None:
    came = [w for w in pair.added if w.norm in lexicon.PARTIAL]
    gone = [w for w in pair.removed if w.norm in lexicon.UNIVERSAL]
    back = [w for w in pair.removed if w.norm in lexicon.PARTIAL]
    whole = [w for w in pair.added if w.norm in lexicon.UNIVERSAL]
    if came and (gone or pair.is_minimal) and not back:
        reason = f"“{gone[0].text}” became “{came[0].text}”." if gone else f"It now covers only “{came[0].text}” of it."
        return pair.finding(
            "scope",
            "weaker",
            "Scope narrowed",
            reason,
            old=gone[:1],
            new=came[:1],
            confidence=0.9 if gone else 0.75 * pair.weight,
        )
    if back and (whole or pair.is_minimal) and not came:
        return pair.finding(
            "scope",
            "stronger",
            "Scope widened",
            f"“{back[0].text}” became “{whole[0].text}”."
            if whole
            else f"The rule is no longer limited to “{back[0].text}”.",
            old=back[:1],
            new=whole[:1],
            confidence=0.9 if whole else 0.75 * pair.weight,
        )
    return None


def _restriction(pair: AlignedPair) -> Finding | None:
    if only_in_other_words(pair):
        return None
    gone = [w for w in pair.removed if w.norm == "only"]
    if gone and not (_ONLY_LIKE & set(pair.new.norms)):
        return pair.finding(
            "scope",
            "weaker",
            "Restriction removed",
            "“Only” is gone: what was limited is now open.",
            old=gone,
            confidence=0.85 if pair.is_minimal else 0.35,
        )
    came = [w for w in pair.added if w.norm == "only"]
    if came and pair.is_minimal and not (_ONLY_LIKE & set(pair.old.norms)):
        return pair.finding(
            "scope",
            "stronger",
            "Restriction added",
            "“Only” is new: the rule now allows less.",
            new=came,
            confidence=0.85,
        )
    return None
