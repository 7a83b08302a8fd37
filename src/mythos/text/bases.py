"""What an amount is counted by: each or all together, at a time or in a row, with or without what comes on top."""

from __future__ import annotations

from dataclasses import dataclass

from mythos.text.detectors.base import AlignedPair, Side
from mythos.text.words import Word

_LISTED = (
    (
        "all together",
        "in total|in all|altogether|all told|overall|combined|taken together|total|a total of|put together|between them"
        "|totalling",
    ),
    (
        "each",
        "each|apiece|at a time|at any one time|per person|per head|per item|per case|per order|per claim|per visit"
        "|per shift|individually|for each|of each",
    ),
    ("running", "in a row|consecutive|running|uninterrupted|on end|at a stretch|without a break|one after another"),
    ("over time", "over the year|over a year|in any period of|in any|in the course of the year"),
    (
        "by the calendar",
        "in each calendar year|in a calendar year|per calendar year|in any calendar year|each calendar year"
        "|in each calendar month|during its term|over its lifetime|while it lasts",
    ),
    ("without", "excluding|excluded|exclusive of|net of|net|not including|not counting|before tax|plus"),
    ("with", "including|included|inclusive of|inclusive|gross|counting|after tax"),
    ("rounded up", "or part thereof|rounded up|begun|started|or part of it|any part of"),
    ("rounded", "rounded down|to the nearest|full|whole|completed"),
)
_BASES = {phrase: name for name, listed in _LISTED for phrase in listed.split("|")}
_PHRASES = tuple(sorted(_BASES, key=len, reverse=True))
# These tell only where one took the place of another: “with” and “whole” are said of much that is not counted.
_RIVALS = (
    {"with", "without"},
    {"rounded", "rounded up"},
    {"each", "all together"},
    {"each", "over time"},
    {"each", "by the calendar"},
    {"each", "running"},
    {"running", "all together"},
    {"running", "over time"},
    {"running", "by the calendar"},
    {"by the calendar", "over time"},
    {"by the calendar", "all together"},
)


@dataclass(frozen=True, slots=True)
class Recount:
    """The words for how an amount was counted, and for how it is counted now."""

    old: tuple[Word, ...]
    new: tuple[Word, ...]


def recounted(pair: AlignedPair) -> Recount | None:
    """Where amounts are counted by something else than before."""
    if not any(word.number is not None for word in (*pair.old.words, *pair.new.words)):
        return None
    old, new = _of(pair.old), _of(pair.new)
    gone = [name for name in old if name not in new]
    came = [name for name in new if name not in old]
    for before in gone:
        for after in came:
            if {before, after} in _RIVALS and old[before] and new[after]:
                return Recount(old[before], new[after])
    return None


def _of(side: Side) -> dict[str, tuple[Word, ...]]:
    found: dict[str, tuple[Word, ...]] = {}
    for phrase in side.has(_PHRASES):
        found.setdefault(_BASES[phrase], tuple(side.find_words(phrase)))
    return found
