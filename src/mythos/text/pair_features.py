"""What the combiner looks at in one changed sentence: words, force, phrases and limits, as named numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair
from mythos.text.detectors.deontic import PERMISSION, stance
from mythos.text.detectors.tone import COLD, WARM
from mythos.text.likeness import is_content
from mythos.text.limits import GRANTS, PROTECTED, betterment, is_length_of_text, moved
from mythos.text.words import Word

_NARROWING = lexicon.word_set(
    "if when whenever where unless except provided only once until subject depending upon request otherwise "
    "but however although though"
)
_UPPER = lexicon.word_set("within at-most less-than up by in under below every each max maximum until before")
_LOWER = lexicon.word_set("at-least more-than for over above after minimum min exceeds")
PAIR_FEATURES = (
    "gone", "came", "gone share", "came share", "typos", "synonyms", "antonyms", "edits", "level", "hedges", "negators",
    "bans", "exceptions", "narrowing", "numbers gone", "numbers came", "universal", "partial", "only", "and",
    "kept old", "kept new", "qualifiers", "one place", "grew", "shrank", "word moved", "list marks", "leaves",
    "limit", "upper limit", "lower limit", "limit better", "limit worse", "units", "vague", "loopholes",
    "pleas", "asides", "was leave", "was ban", "was gated", "conditions", "ors",
    "flippant", "cold", "warm", "protected", "grants",
    "stand-ins", "asked for", "safeguards", "choices", "permissions", "duties", "advice", "by",
)  # fmt: skip


def of_pair(pair: AlignedPair) -> dict[str, float]:
    """Every number, by the names of PAIR_FEATURES."""
    return _edited(pair) | _worded(pair) | _of_force(pair) | _phrased(pair) | limit(pair) | _moved_limits(pair)


def _edited(pair: AlignedPair) -> dict[str, float]:
    """How much was touched, and how."""
    gone, came = pair.residue
    swaps = Counter(swap.kind for swap in pair.swaps)
    kept = sum((Counter(pair.old.stems) & Counter(pair.new.stems)).values())
    return {
        "gone": math.log1p(len(gone)),
        "came": math.log1p(len(came)),
        "gone share": len(gone) / max(1, sum(map(is_content, pair.old.words))),
        "came share": len(came) / max(1, sum(map(is_content, pair.new.words))),
        "typos": float(swaps["typo"]),
        "synonyms": float(swaps["synonym"]),
        "antonyms": float(swaps["antonym"]),
        "edits": math.log1p(len(pair.edits)),
        "kept old": 1 - kept / max(1, len(pair.old.words)),
        "kept new": 1 - kept / max(1, len(pair.new.words)),
        "one place": float(len(pair.raw_edits) == 1),
        "grew": float(bool(pair.added) and not pair.removed),
        "shrank": float(bool(pair.removed) and not pair.added),
        "word moved": float(not pair.removed and not pair.added),
        "list marks": float(pair.new.text.count(",") - pair.old.text.count(",")),
    }


def _worded(pair: AlignedPair) -> dict[str, float]:
    """Words of a sort that came, less those that went."""
    before, after = Counter(pair.old.norms), Counter(pair.new.norms)
    moves = {name: count for name in before | after if (count := after[name] - before[name])}

    def gained(names: frozenset[str]) -> float:
        return float(sum(count for name, count in moves.items() if name in names))

    numbers_old, numbers_new = (
        Counter(w.stem for w in side.words if w.number is not None) for side in (pair.old, pair.new)
    )
    return {
        "narrowing": gained(_NARROWING),
        "universal": gained(lexicon.UNIVERSAL),
        "partial": gained(lexicon.PARTIAL),
        "vague": gained(lexicon.VAGUE),
        "pleas": gained(lexicon.POLITE),
        "flippant": gained(lexicon.FLIPPANT),
        "cold": gained(COLD),
        "warm": gained(WARM),
        "only": float(moves.get("only", 0)),
        "and": float(moves.get("and", 0)),
        "ors": float(moves.get("or", 0)),
        "by": float(moves.get("by", 0)),
        "safeguards": gained(lexicon.SAFEGUARDS),
        "choices": gained(lexicon.CHOICE),
        "permissions": gained(lexicon.PERMISSION),
        "duties": gained(lexicon.BINDING),
        "advice": gained(lexicon.ADVICE),
        "qualifiers": float(sum(w.norm.endswith("ly") for w in pair.added))
        - sum(w.norm.endswith("ly") for w in pair.removed),
        "numbers gone": float(sum((numbers_old - numbers_new).values())),
        "numbers came": float(sum((numbers_new - numbers_old).values())),
    }


def _of_force(pair: AlignedPair) -> dict[str, float]:
    """What sort of rule it was, and how its force moved."""
    old, new = stance(pair.old), stance(pair.new)
    words = set(pair.old.norms)
    return {
        "level": float(new.level - old.level),
        "hedges": float(len(new.hedges) - len(old.hedges)),
        "negators": float(len(new.negators) - len(old.negators)),
        "bans": float(new.is_ban) - float(old.is_ban),
        "leaves": float(new.level == PERMISSION) - float(old.level == PERMISSION),
        "was leave": float(old.level == PERMISSION),
        "was ban": float(old.is_ban),
        "was gated": float(bool(_NARROWING & words)),
        "protected": float(bool(PROTECTED & words)),
        "grants": float(bool(GRANTS & words)),
    }


def _phrased(pair: AlignedPair) -> dict[str, float]:
    """Exceptions, loopholes, conditions and explanations that came, less those that went."""

    def came(phrases: Sequence[str]) -> float:
        return float(len(pair.new.has(phrases)) - len(pair.old.has(phrases)))

    return {
        "exceptions": came(lexicon.EXCEPTIONS),
        "loopholes": came(lexicon.LOOPHOLES),
        "conditions": came(lexicon.CONDITIONS),
        "stand-ins": came(lexicon.STAND_INS),
        "asked for": came(lexicon.ASKED_FOR),
        "asides": came(lexicon.CLARIFIERS) + pair.new.text.count("(") - pair.old.text.count("("),
    }


def _moved_limits(pair: AlignedPair) -> dict[str, float]:
    """How far amounts moved for those the rule protects, and against them."""
    row = {"limit better": 0.0, "limit worse": 0.0, "units": 0.0}
    for before, after in zip(*_amounts(pair), strict=False):
        row["units"] += before.unit != after.unit
        step = abs(moved(before, after))
        if step:
            way = betterment(pair, before, after)
            name = {1: "limit better", -1: "limit worse"}.get(way)
            if name:
                row[name] = max(row[name], step)
    return row


def _amounts(pair: AlignedPair) -> tuple[list[Word], list[Word]]:
    return [w for w in pair.removed if w.number], [w for w in pair.added if w.number]


def limit(pair: AlignedPair) -> dict[str, float]:
    """How far the first amount moved, and whether it bounds from above (within, at most) or from below."""
    old, new = _amounts(pair)
    if not old or not new or old[0].unit != new[0].unit or is_length_of_text(pair.old, old[0]):
        return {"limit": 0.0, "upper limit": 0.0, "lower limit": 0.0}
    one, other = old[0].number or 1.0, new[0].number or 1.0
    step = math.log(other / one) if one > 0 and other > 0 else moved(old[0], new[0])
    at = pair.old.words.index(old[0])
    before = {w.norm for w in pair.old.words[max(0, at - 3) : at]}
    return {
        "limit": step,
        "upper limit": step if before & _UPPER else 0.0,
        "lower limit": step if before & _LOWER else 0.0,
    }
