"""Who and what a rule covers: all and some, only, and and or, before and after, added conditions."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding
from mythos.text.detectors.deontic import only_in_other_words
from mythos.text.words import Word

_ONLY_LIKE = lexicon.word_set("only until unless reserved limited solely exclusively restricted once")
_CONDITION = lexicon.word_set("if when where while whenever provided during once until before after then first")

_MOMENTS = tuple(
    lexicon.word_set(group)
    for group in (
        "if when whenever where while provided during once",
        "before until first",
        "after once then first when",
    )
)


def find(pair: AlignedPair) -> list[Finding]:
    """At most one finding of each sort."""
    checks = (_quantifier(pair), _restriction(pair), _conjunction(pair), _condition(pair))
    return [finding for finding in checks if finding]


def _quantifier(pair: AlignedPair) -> Finding | None:
    came = [w for w in pair.added if w.norm in lexicon.PARTIAL]
    gone = [w for w in pair.removed if w.norm in lexicon.UNIVERSAL]
    back = [w for w in pair.removed if w.norm in lexicon.PARTIAL]
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
            confidence=0.4,
        )
    return None


def _conjunction(pair: AlignedPair) -> Finding | None:
    for edit in pair.raw_edits:
        old, new = {w.norm for w in edit.old}, {w.norm for w in edit.new}
        for before, after, direction in (("and", "or", "weaker"), ("or", "and", "stronger")):
            if before in old and after in new and after not in old and len(old) <= 2 and len(new) <= 2:
                return pair.finding(
                    "condition",
                    "weaker" if direction == "weaker" else "neutral",
                    "Both became either" if before == "and" else "Either became both",
                    f"“{before}” became “{after}”.",
                    old=edit.old,
                    new=edit.new,
                    confidence=0.85 if before == "and" else 0.6,
                )
    return None


def _condition(pair: AlignedPair) -> Finding | None:
    if not pair.is_minimal:
        return None
    came = [w for w in pair.added if w.norm in _CONDITION and " as if " not in pair.new.flat]
    gone = [w for w in pair.removed if w.norm in _CONDITION]
    if came and gone and not only_in_other_words(pair) and not _alike(gone[0].norm, came[0].norm):
        return pair.finding(
            "condition",
            "neutral",
            "Condition changed",
            f"“{gone[0].text}” became “{came[0].text}”.",
            old=gone[:1],
            new=came[:1],
            confidence=0.65,
        )
    if came and not gone:
        return pair.finding(
            "condition",
            "weaker",
            "Condition added",
            f"The rule now holds only “{_tail(pair, came[0])}”.",
            new=came[:1],
            confidence=0.75,
        )
    if gone and not came:
        return pair.finding(
            "condition",
            "neutral",
            "Condition removed",
            f"“{gone[0].text} …” no longer limits the rule.",
            old=gone[:1],
            confidence=0.6,
        )
    return None


def _alike(one: str, other: str) -> bool:
    return any(one in group and other in group for group in _MOMENTS)


def _tail(pair: AlignedPair, word: Word) -> str:
    return pair.new.text[word.start :].split(",")[0].rstrip(" .")
