"""Numbers, after units, currency and number words are evened out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mythos.text import lexicon
from mythos.text.bases import recounted
from mythos.text.detectors.base import AlignedPair, Direction, Finding, Side
from mythos.text.likeness import is_content
from mythos.text.limits import betterment, limitlessness, moved
from mythos.text.words import Word

_DIRECTIONS: dict[int, Direction] = {1: "stronger", 0: "neutral", -1: "weaker"}
_BOUNDS = lexicon.word_set("at-least at-most less-than more-than about")
_BANS = lexicon.word_set("not never no nobody none")
_LEAVE = lexicon.word_set("may can allowed permitted")
_ONE = lexicon.word_set("one a an single another")
_ARTICLES = _ONE - {"one"}
_UPPER, _LOWER = {"at-most", "less-than"}, {"at-least", "more-than"}


def find(pair: AlignedPair) -> list[Finding]:
    """Numbers that moved, went or came, and the same numbers bound or counted otherwise; equal amounts in other units
    are no change."""
    old = [word for word in pair.old.words if word.number is not None]
    new = [word for word in pair.new.words if word.number is not None]
    gone = [word for word in _without(old, _told(old, new, pair.new)) if not pair.old.is_aside(word)]
    came = [word for word in _without(new, _told(new, old, pair.old)) if not pair.new.is_aside(word)]
    findings = [_moved(pair, before, after) for before, after in zip(gone, came, strict=False)]
    findings += [_removed(pair, word) for word in gone[len(came) :]]
    findings += [_added(pair, word) for word in came[len(gone) :]]
    return findings + _bounds(pair, old, new) + _counted(pair)


def _told(these: list[Word], those: list[Word], other: Side) -> list[Word]:
    """The amounts of the other side; “one” is among them where it is “1” here: alone it seldom counts anything."""
    singles = [word for word in other.words if word.norm == "one" and word.number is None]
    return [*those, *singles] if any(word.norm == "1" for word in these) else those


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


def _removed(pair: AlignedPair, word: Word) -> Finding:
    alone = _alone(pair.old, word, pair.new)
    if alone:
        return _moved(pair, word, alone)
    direction = _DIRECTIONS[limitlessness(pair.old, word) * _stands(pair)]
    reason = f"“{_phrase(pair.old.text, word)}” is gone."
    confidence = 0.8 * max(pair.weight, 0.6)
    return pair.finding("quantity", direction, "Number removed", reason, old=[word], confidence=confidence)


def _added(pair: AlignedPair, word: Word) -> Finding:
    alone = _alone(pair.new, word, pair.old)
    if alone:
        return _moved(pair, alone, word)
    direction = _DIRECTIONS[-limitlessness(pair.new, word) * _stands(pair)]
    reason = f"“{_phrase(pair.new.text, word)}” is new."
    confidence = 0.7 * max(pair.weight, 0.5)
    return pair.finding("quantity", direction, "Number added", reason, new=[word], confidence=confidence)


def _stands(pair: AlignedPair) -> bool:
    """Whether the rule is of the same kind as before: of a ban that became leave a limit tells nothing."""
    old, new = set(pair.old.norms), set(pair.new.norms)
    return all(bool(names & old) == bool(names & new) for names in (_BANS, _LEAVE))


def _alone(side: Side, word: Word, other: Side) -> Word | None:
    """“A reviewer” beside “two reviewers”: the word that says there is but one of them."""
    if word.unit or (word.number or 0) < 2:
        return None
    at = side.words.index(word)
    noun = next((w.stem for w in side.words[at + 1 : at + 4] if is_content(w)), None)
    if noun is None or noun not in other.stems:
        return None
    place = other.stems.index(noun)
    one = next((w for w in other.words[max(0, place - 3) : place] if w.norm in _ONE), None)
    return replace(one, number=1.0) if one else None


def _moved(pair: AlignedPair, before: Word, after: Word) -> Finding:
    one, other = _phrase(pair.old.text, before), _phrase(pair.new.text, after)
    step = moved(before, after)
    if before.unit != after.unit and not step:
        reason = _ended(one, other)
        return pair.finding("unit", "neutral", "Unit changed", reason, old=[before], new=[after], confidence=0.88)
    direction = _DIRECTIONS[betterment(pair, before, after)]
    return pair.finding(
        "quantity", direction, "Number changed", _said(before, after, one, other, step), old=[before], new=[after],
        confidence=0.88,
    )  # fmt: skip


def _said(before: Word, after: Word, one: str, other: str, step: float) -> str:
    units = {before.unit, after.unit}
    if {before.norm, after.norm} & _ARTICLES:
        return f"“{one}” became “{other}”: {before.number:g} before, {after.number:g} now."
    if "period" in units and step:
        return f"It is due {'less' if step > 0 else 'more'} often: “{one}” became “{other}”."
    if (units & {"delay", "nth"} or before.unit != after.unit) and step:
        return f"The time is {'longer' if step > 0 else 'shorter'} now: “{one}” became “{other}”."
    old, new = before.number or 0.0, after.number or 0.0
    if old > 0 and new >= 0 and before.unit not in ("date", "clock"):
        return f"A limit moved by {100 * (new - old) / old:+.0f} %: {_ended(one, other)}"
    return _ended(one, other)


def _ended(one: str, other: str) -> str:
    return f"{one} became {other.removesuffix('.')}."


def _bounds(pair: AlignedPair, old: Sequence[Word], new: Sequence[Word]) -> list[Finding]:
    """The same amount with another bound: at least became at most, or about."""
    counts = Counter(word.stem for word in old)
    for before in old:
        after = next((word for word in new if word.stem == before.stem), None)
        if after is None or counts[before.stem] > 1:
            continue
        one, other = _bound(pair.old, before), _bound(pair.new, after)
        if (one.norm if one else "") == (other.norm if other else ""):
            continue
        finding = _bound_changed(pair, (before, one), (after, other))
        if finding:
            return [finding]
    return []


def _bound_changed(pair: AlignedPair, old: tuple[Word, Word | None], new: tuple[Word, Word | None]) -> Finding | None:
    one, other = old[1], new[1]
    amount = _phrase(pair.new.text, new[0])
    direction: Direction = "neutral"
    if other and other.norm == "about":
        direction, title, reason, sure = "weaker", "Limit blurred", f"“{amount}” is only meant roughly now.", 0.8
    elif one and one.norm == "about":
        direction, title, reason, sure = "stronger", "Limit made exact", f"“{amount}” is meant exactly now.", 0.8
    elif one and other:
        turned = (one.norm in _UPPER) == (other.norm in _LOWER)
        direction, title, sure = (
            ("reversed", "Bound turned round", 0.9) if turned else ("neutral", "Bound changed", 0.5)
        )
        bounds = f"“{_phrase(pair.old.text, one)}” became “{_phrase(pair.new.text, other)}”"
        reason = f"{bounds}, and {amount} bounds the other way now." if turned else f"{bounds} where {amount} is set."
    else:
        return None
    olds, news = ([word for word in side if word] for side in (old, new))
    return pair.finding("quantity", direction, title, reason, old=olds, new=news, confidence=sure)


def _bound(side: Side, amount: Word) -> Word | None:
    at = side.words.index(amount)
    near = (*side.words[max(0, at - 1) : at], *side.words[at + 1 : at + 3])
    return next((word for word in near if word.norm in _BOUNDS), None)


def _counted(pair: AlignedPair) -> list[Finding]:
    change = recounted(pair)
    if change is None:
        return []
    reason = f"It is counted otherwise now: “{pair.old.shown(change.old)}” became “{pair.new.shown(change.new)}”."
    return [
        pair.finding(
            "quantity", "neutral", "Counted otherwise", reason, old=change.old, new=change.new, confidence=0.75
        )
    ]
