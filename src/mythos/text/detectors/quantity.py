"""Numbers, after units, currency and number words are evened out."""

from __future__ import annotations

from collections import Counter

from mythos.text.detectors.base import AlignedPair, Direction, Finding
from mythos.text.limits import betterment
from mythos.text.words import Word

_DIRECTIONS: dict[int, Direction] = {1: "stronger", 0: "neutral", -1: "weaker"}


def find(pair: AlignedPair) -> list[Finding]:
    """Numbers that moved, went or came; equal amounts in other units are no change."""
    old = [word for word in pair.old.words if word.number is not None]
    new = [word for word in pair.new.words if word.number is not None]
    gone = _without(old, new)
    came = _without(new, old)
    gone = [word for word in gone if not pair.old.is_aside(word)]
    came = [word for word in came if not pair.new.is_aside(word)]
    findings = [_moved(pair, before, after) for before, after in zip(gone, came, strict=False)]
    findings += [
        pair.finding(
            "quantity",
            "neutral",
            "Number removed",
            f"“{_phrase(pair.old.text, word)}” is gone.",
            old=[word],
            confidence=0.8 * max(pair.weight, 0.6),
        )
        for word in gone[len(came) :]
    ]
    findings += [
        pair.finding(
            "quantity",
            "neutral",
            "Number added",
            f"“{_phrase(pair.new.text, word)}” is new.",
            new=[word],
            confidence=0.7 * max(pair.weight, 0.5),
        )
        for word in came[len(gone) :]
    ]
    return findings


def _without(these: list[Word], those: list[Word]) -> list[Word]:
    left = Counter(word.stem for word in those)
    rest = []
    for word in these:
        if left[word.stem]:
            left[word.stem] -= 1
        else:
            rest.append(word)
    return rest


def _phrase(text: str, word: Word) -> str:
    return text[word.start : word.end]


def _moved(pair: AlignedPair, before: Word, after: Word) -> Finding:
    reason = f"{_phrase(pair.old.text, before)} became {_phrase(pair.new.text, after)}."
    if before.unit != after.unit:
        return pair.finding("unit", "neutral", "Unit changed", reason, old=[before], new=[after], confidence=0.88)
    old, new = before.number or 0.0, after.number or 0.0
    if old and before.unit not in ("date", "clock"):
        reason = f"A limit moved by {100 * (new - old) / old:+.0f} %: {reason}"
    direction = _DIRECTIONS[betterment(pair, before, after)]
    return pair.finding("quantity", direction, "Number changed", reason, old=[before], new=[after], confidence=0.88)
