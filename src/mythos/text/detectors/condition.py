"""Under which conditions a rule holds: if and when came or went, and became or."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Direction, Finding
from mythos.text.detectors.deontic import PERMISSION, only_in_other_words, stance
from mythos.text.detectors.order import EARLY, LATE
from mythos.text.grounds import Ground, grounds
from mythos.text.reach import guards
from mythos.text.words import Word

_CONDITION = lexicon.word_set("if when where while whenever provided during once until before after then first")
_MOMENTS = tuple(
    lexicon.word_set(group)
    for group in (
        "if when whenever where while provided during once",
        "before until first",
        "after once then first when",
    )
)
_JOINTS: tuple[tuple[str, str, Direction], ...] = (("and", "or", "weaker"), ("or", "and", "stronger"))
_TRIGGERS = lexicon.word_set("if when whenever where")
_RESTRICTS = lexicon.word_set("only until before unless")


def find(pair: AlignedPair) -> list[Finding]:
    """At most one finding of each sort."""
    found = [finding for finding in (_conjunction(pair), _condition(pair)) if finding]
    return found + [_grounded(pair, ground) for ground in grounds(pair)]


def _grounded(pair: AlignedPair, ground: Ground) -> Finding:
    direction: Direction = "stronger" if ground.way > 0 else "weaker"
    return pair.finding(
        "condition", direction, ground.title, ground.reason, old=ground.old, new=ground.new, confidence=0.8
    )


def _conjunction(pair: AlignedPair) -> Finding | None:
    for edit in pair.raw_edits:
        old, new = {w.norm for w in edit.old}, {w.norm for w in edit.new}
        for before, after, direction in _JOINTS:
            if before in old and after in new and after not in old and len(old) <= 2 and len(new) <= 2:
                if _triggers(pair, edit.old[0]):
                    direction = "stronger" if direction == "weaker" else "weaker"
                return pair.finding(
                    "condition",
                    direction,
                    "Both became either" if before == "and" else "Either became both",
                    f"“{before}” became “{after}”.",
                    old=edit.old,
                    new=edit.new,
                    confidence=0.85,
                )
    return None


def _triggers(pair: AlignedPair, word: Word) -> bool:
    """Whether the word joins what calls a duty or ban into action: there “either” asks for more than “both”."""
    at = next((i for i, other in enumerate(pair.old.words) if other.start == word.start), 0)
    opened = [other for other in pair.old.words[:at] if other.norm in _TRIGGERS]
    if not opened or "only" in pair.old.norms or stance(pair.old).level == PERMISSION:
        return False
    return "," not in pair.old.text[opened[-1].end : word.start]


def _condition(pair: AlignedPair) -> Finding | None:
    if not pair.is_minimal:
        return None
    came = [w for w in pair.added if w.norm in _CONDITION and " as if " not in pair.new.flat]
    gone = [w for w in pair.removed if w.norm in _CONDITION]
    if came and gone and not only_in_other_words(pair) and not _alike(gone[0].norm, came[0].norm):
        turned = {gone[0].norm, came[0].norm}
        if turned & EARLY and turned & LATE:
            return None  # the order of steps, which has a detector of its own
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
            "stronger" if _RESTRICTS & {w.norm for w in pair.added} or guards(pair.old) else "weaker",
            "Condition added",
            f"The rule now holds “{_tail(pair, came[0])}”.",
            new=came[:1],
            confidence=0.75,
        )
    if gone and not came:
        return pair.finding(
            "condition",
            _without(pair),
            "Condition removed",
            f"“{gone[0].text} …” no longer limits the rule.",
            old=gone[:1],
            confidence=0.6,
        )
    return None


def _without(pair: AlignedPair) -> Direction:
    """A limit that is gone frees; other conditions may have taken with them what they called for."""
    if _RESTRICTS & {w.norm for w in pair.removed} or guards(pair.old):
        return "weaker"
    return "stronger" if pair.residue[1] else "neutral"


def _alike(one: str, other: str) -> bool:
    return any(one in group and other in group for group in _MOMENTS)


def _tail(pair: AlignedPair, word: Word) -> str:
    return pair.new.text[word.start :].split(",")[0].rstrip(" .")
