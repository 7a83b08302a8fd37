"""What the combiner looks at: the changes of two texts as a row of named numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding, Side
from mythos.text.detectors.deontic import PERMISSION, opens_with_order, stance
from mythos.text.pair_features import PAIR_FEATURES, of_pair
from mythos.text.units import Units

KINDS = (
    "negation", "modality", "quantity", "scope", "condition", "exception", "actor", "object", "addition",
    "deletion", "order", "tone", "authority",
)  # fmt: skip
_HARM = ("weaker", "reversed", "neutral")


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
    row["sure findings"] = float(sum(f.direction in ("weaker", "reversed") for f in findings))
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
        "added loopholes": _with([unit.new for unit in added], (*lexicon.LOOPHOLES, *lexicon.HEDGES)),
        "removed loopholes": _with([unit.old for unit in removed], (*lexicon.LOOPHOLES, *lexicon.HEDGES)),
        "added restatements": _with([unit.new for unit in added], lexicon.CLARIFIERS),
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


def _with(groups: Sequence[Sequence[object]], phrases: Sequence[str]) -> float:
    return float(sum(1 for side in _sides(groups) if side.has(phrases)))


def _sides(groups: Sequence[Sequence[object]]) -> list[Side]:
    return [
        Side(getattr(s, "text", ""))
        for group in groups
        for s in group
        if getattr(s, "kind", "") not in ("heading", "code", "table")
    ]


def _of_pairs(pairs: Sequence[AlignedPair]) -> dict[str, float]:
    row = dict.fromkeys(PAIR_FEATURES, 0.0)
    for pair in pairs[:50]:
        for name, value in of_pair(pair).items():
            if abs(value) > abs(row[name]):
                row[name] = value
    return row
