"""What the combiner looks at: the changes of two texts as a row of named numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding, Side
from mythos.text.detectors.deontic import PERMISSION, opens_with_order, stance
from mythos.text.likeness import is_content
from mythos.text.units import Units

KINDS = (
    "negation", "modality", "quantity", "scope", "condition", "exception", "actor", "object", "addition",
    "deletion", "order", "tone", "authority",
)  # fmt: skip
_HARM = ("weaker", "reversed", "neutral")
_NARROWING = lexicon.word_set(
    "if when whenever where unless except provided only once until subject depending upon request otherwise "
    "but however although though"
)
_UPPER = lexicon.word_set("within at-most less-than up by in under below every each max maximum until before")
_LOWER = lexicon.word_set("at-least more-than for over above after minimum min exceeds")


def features(found: Units, findings: Sequence[Finding]) -> dict[str, float]:
    """By name; the combiner picks what it was trained on."""
    row = _shape(found)
    for kind in KINDS:
        harm = [f.confidence for f in findings if _kind(f) == kind and f.direction in _HARM]
        good = [f.confidence for f in findings if _kind(f) == kind and f.direction == "stronger"]
        row[f"{kind} harm"] = max(harm, default=0.0)
        row[f"{kind} good"] = max(good, default=0.0)
    strongest = sorted((f.confidence for f in findings if f.direction in _HARM), reverse=True)
    row["strongest harm"] = strongest[0] if strongest else 0.0
    row["second harm"] = strongest[1] if len(strongest) > 1 else 0.0
    row["any harm"] = 1 - math.prod(1 - value for value in strongest[:3])
    row["harm findings"] = float(len(strongest))
    row["good findings"] = float(len(findings) - len(strongest))
    pairs = [unit.pair for unit in found.changed if unit.pair]
    for name, values in _of_pairs(pairs).items():
        row[name] = values
    return row


def _kind(finding: Finding) -> str:
    """Amounts in other units are rare in the data and harm as other amounts do."""
    return "quantity" if finding.kind == "unit" else finding.kind


def _shape(found: Units) -> dict[str, float]:
    removed = [unit for unit in found.changed if not unit.new]
    added = [unit for unit in found.changed if not unit.old]
    pairs = [unit.pair for unit in found.changed if unit.pair]
    old, new = (sum(len(s.text) for s in side) for side in (found.before, found.after))
    return {
        "changed": math.log1p(len(pairs)),
        "removed": math.log1p(len(removed)),
        "added": math.log1p(len(added)),
        "removed rules": _rules([unit.old for unit in removed]),
        "added rules": _rules([unit.new for unit in added]),
        "removed bans": _bans([unit.old for unit in removed]),
        "added leave": _leave([unit.new for unit in added]),
        "removed leave": _leave([unit.old for unit in removed]),
        "length": math.log1p(old),
        "growth": math.log((new + 10) / (old + 10)),
        "sentences": math.log((len(found.after) + 1) / (len(found.before) + 1)),
        "lowest ratio": min((pair.ratio for pair in pairs), default=1.0),
        "untouched": 1.0 - len(found.changed) / max(1, len(found.before), len(found.after)),
    }


def _rules(groups: Sequence[Sequence[object]]) -> float:
    return float(sum(1 for side in _sides(groups) if stance(side).word is not None or opens_with_order(side)))


def _bans(groups: Sequence[Sequence[object]]) -> float:
    return float(sum(1 for side in _sides(groups) if stance(side).negators))


def _leave(groups: Sequence[Sequence[object]]) -> float:
    return float(sum(1 for side in _sides(groups) if stance(side).level == PERMISSION or side.has(lexicon.EXCEPTIONS)))


def _sides(groups: Sequence[Sequence[object]]) -> list[Side]:
    return [
        Side(getattr(s, "text", ""))
        for group in groups
        for s in group
        if getattr(s, "kind", "") not in ("heading", "code", "table")
    ]


def _of_pairs(pairs: Sequence[AlignedPair]) -> dict[str, float]:
    row = dict.fromkeys(_PAIR_FEATURES, 0.0)
    for pair in pairs[:50]:
        for name, value in _of_pair(pair).items():
            if abs(value) > abs(row[name]):
                row[name] = value
    return row


_PAIR_FEATURES = (
    "gone", "came", "gone share", "came share", "typos", "synonyms", "antonyms", "edits", "level", "hedges", "negators",
    "bans", "exceptions", "narrowing", "numbers gone", "numbers came", "universal", "partial", "only", "and",
    "kept old", "kept new", "qualifiers", "one place", "grew", "shrank", "word moved", "list marks", "leaves",
    "limit", "upper limit", "lower limit",
)  # fmt: skip


def _of_pair(pair: AlignedPair) -> dict[str, float]:
    old, new = stance(pair.old), stance(pair.new)
    gone, came = pair.residue
    swaps = Counter(swap.kind for swap in pair.swaps)
    before, after = Counter(pair.old.norms), Counter(pair.new.norms)
    stems = Counter(pair.old.stems) & Counter(pair.new.stems)
    kept = sum(stems.values())

    def moved(names: frozenset[str]) -> float:
        return float(sum(after[name] - before[name] for name in names))

    numbers_old = Counter(w.stem for w in pair.old.words if w.number is not None)
    numbers_new = Counter(w.stem for w in pair.new.words if w.number is not None)
    return {
        "gone": math.log1p(len(gone)),
        "came": math.log1p(len(came)),
        "gone share": len(gone) / max(1, sum(map(is_content, pair.old.words))),
        "came share": len(came) / max(1, sum(map(is_content, pair.new.words))),
        "typos": float(swaps["typo"]),
        "synonyms": float(swaps["synonym"]),
        "antonyms": float(swaps["antonym"]),
        "edits": math.log1p(len(pair.edits)),
        "level": float(new.level - old.level),
        "hedges": float(len(new.hedges) - len(old.hedges)),
        "negators": float(len(new.negators) - len(old.negators)),
        "bans": float(new.is_ban) - float(old.is_ban),
        "exceptions": float(len(pair.new.has(lexicon.EXCEPTIONS)) - len(pair.old.has(lexicon.EXCEPTIONS))),
        "narrowing": moved(_NARROWING),
        "numbers gone": float(sum((numbers_old - numbers_new).values())),
        "numbers came": float(sum((numbers_new - numbers_old).values())),
        "universal": moved(lexicon.UNIVERSAL),
        "partial": moved(lexicon.PARTIAL),
        "only": float(after["only"] - before["only"]),
        "and": float(after["and"] - before["and"]),
        "kept old": 1 - kept / max(1, len(pair.old.words)),
        "kept new": 1 - kept / max(1, len(pair.new.words)),
        "qualifiers": float(
            sum(w.norm.endswith("ly") for w in pair.added) - sum(w.norm.endswith("ly") for w in pair.removed)
        ),
        "one place": float(len(pair.raw_edits) == 1),
        "grew": float(bool(pair.added) and not pair.removed),
        "shrank": float(bool(pair.removed) and not pair.added),
        "word moved": float(not pair.removed and not pair.added),
        "list marks": float(pair.new.text.count(",") - pair.old.text.count(",")),
        **limit(pair),
        "leaves": float(new.level == PERMISSION) - float(old.level == PERMISSION),
    }


def limit(pair: AlignedPair) -> dict[str, float]:
    """How far the first amount moved, and whether it bounds from above (within, at most) or from below."""
    old = [w for w in pair.removed if w.number]
    new = [w for w in pair.added if w.number]
    if not old or not new or old[0].unit != new[0].unit:
        return {"limit": 0.0, "upper limit": 0.0, "lower limit": 0.0}
    step = math.log((new[0].number or 1) / (old[0].number or 1))
    at = pair.old.words.index(old[0])
    before = {w.norm for w in pair.old.words[max(0, at - 3) : at]}
    return {
        "limit": step,
        "upper limit": step if before & _UPPER else 0.0,
        "lower limit": step if before & _LOWER else 0.0,
    }
