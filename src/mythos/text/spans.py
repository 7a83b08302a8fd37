"""Spans of time that need no number: at once, the same day, overnight; and how often: twice a week, every other day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mythos.text.amounts import Word
from mythos.text.dates import HOURS

_HOUR, _DAY, _WEEK, _MONTH = 3600.0, 86_400.0, 604_800.0, 2_629_800.0
# How long one may wait, in seconds; of those without a limit of their own the order counts.
_LISTED = (
    (
        60.0,
        "at once|immediately|straight away|straightaway|right away|without delay|without any delay|instantly|forthwith"
        "|there and then|then and there",
    ),
    (2 * _HOUR, "without undue delay|without unnecessary delay"),
    (
        10 * _HOUR,
        "the same day|that same day|that very day|the same evening|that evening|before the day is over|by evening"
        "|before that day is over|before the day ends|by the end of the day|by the end of that day|by close of business"
        "|by the close of business|before the day is out|before the end of the day|on the day of|on the day it"
        "|on the day they|the day it|the day they",
    ),
    (16 * _HOUR, "overnight|by the next morning|by the following morning|the next morning|the following morning"),
    (1.2 * _DAY, "the next day|the following day|the day after|by tomorrow"),
    (
        1.4 * _DAY,
        "the next working day|the next business day|the next banking day|the following working day|the next work day"
        "|the following business day|the working day that follows|one working day later|the working day after",
    ),
    (4 * _DAY, "the same week|that same week|by the end of the week|before the week is out"),
    (10 * _DAY, "the next week|the following week|by the following week"),
    (20 * _DAY, "the same month|that same month|by the end of the month"),
    (40 * _DAY, "the next month|the following month"),
)
_DELAYS = {phrase: seconds for seconds, listed in _LISTED for phrase in listed.split("|")}
_LONGEST = max(len(phrase.split()) for phrase in _DELAYS)
_OPENS = {phrase.split()[0] for phrase in _DELAYS}
_EVERY = frozenset({"every", "each"})
_RECURRING = {
    name: seconds
    for seconds, names in (
        (60.0, "minute"),
        (_HOUR, "hour"),
        (_DAY, "day night morning evening afternoon shift"),
        (_WEEK, "week monday tuesday wednesday thursday friday saturday sunday weekend"),
        (_MONTH, "month"),
        (3 * _MONTH, "quarter"),
        (12 * _MONTH, "year"),
        (120 * _MONTH, "decade"),
    )
    for name in names.split()
}
_STARTS = frozenset({*_OPENS, *_EVERY, "12"})
_PER = frozenset({"a", "an", "per", "every", "each"})
_PLACES = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINALS = {name: place for place, name in enumerate(_PLACES, start=2)} | {"other": 2, "twentieth": 20}
_NTH = re.compile(r"(\d+)(?:st|nd|rd|th)")
_IN = frozenset({"in", "of", "for", "within", "during", "than", "to"})
_SECONDS = {"s": 1.0, "month": _MONTH}


def moments(found: list[Word]) -> list[Word]:
    """Words for a delay are one word each, and so are “every other week” and “every tenth parcel”."""
    out: list[Word] = []
    index = 0
    while index < len(found):
        length, value, unit = _moment(found, index) if found[index].norm in _STARTS else (0, 0.0, "")
        if length:
            out.append(_joined(found[index : index + length], value, unit))
        else:
            out.append(found[index])
        index += max(1, length)
    return out


def _moment(found: Sequence[Word], index: int) -> tuple[int, float, str]:
    norm = found[index].norm
    if norm in _OPENS:
        for length in range(min(_LONGEST, len(found) - index), 0, -1):
            seconds = _DELAYS.get(" ".join(word.norm for word in found[index : index + length]))
            if seconds:
                return length, seconds, "delay"
    if norm in _EVERY:
        return _every(found, index)
    if norm == "12" and found[index + 1 : index + 2] and found[index + 1].norm in HOURS:
        return 2, HOURS[found[index + 1].norm], "clock"
    return 0, 0.0, ""


def _every(found: Sequence[Word], index: int) -> tuple[int, float, str]:
    """Every other week, every night, every tenth parcel; “every four hours” has an amount of its own."""
    norms = [word.norm for word in found[index + 1 : index + 3]]
    place = _place(norms[0]) if norms else 0
    if place and norms[1:]:
        span = _RECURRING.get(norms[1])
        if span:
            return 3, place * span, "period"
        # “every other case” is all the rest of them
        return (0, 0.0, "") if norms[0] == "other" else (2, round(100 / place, 4), "%")
    if norms and norms[0] in _RECURRING and norms[1:] != ["of"] and (not index or found[index - 1].norm not in _IN):
        return 2, _RECURRING[norms[0]], "period"
    return 0, 0.0, ""


def _place(norm: str) -> int:
    """The n of an nth thing; 0 for other words."""
    digits = _NTH.fullmatch(norm)
    return int(digits[1]) if digits else _ORDINALS.get(norm, 0)


def frequencies(found: list[Word]) -> list[Word]:
    """“Twice a year” and “every six months” come to the same."""
    out: list[Word] = []
    index = 0
    while index < len(found):
        word, rest = found[index], found[index + 1 : index + 3]
        norms = [other.norm for other in rest]
        length, often = 0, 1.0
        if word.unit == "times" and word.number and norms:
            length, often = 2 if rest[0].unit in _SECONDS else 3 if norms[0] in _PER else 0, word.number
        elif word.norm in _EVERY and norms and (not index or found[index - 1].norm not in _IN):
            length = 2
        span = found[index + length - 1] if length and index + length <= len(found) else None
        if span is not None and span.unit in _SECONDS and span.number:
            out.append(_joined(found[index : index + length], span.number * _SECONDS[span.unit] / often, "period"))
            index += length
        else:
            out.append(word)
            index += 1
    return out


def _joined(run: Sequence[Word], value: float, unit: str) -> Word:
    norm = "-".join(word.norm for word in run)
    return replace(run[0], norm=norm, stem=f"#{value:.10g}{unit}", end=run[-1].end, number=value, unit=unit)
