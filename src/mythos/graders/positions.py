"""The position automaton of a regular expression: which character of the pattern may follow which.

Built from the standard library's parse tree. Steps are counted: two ways from one position to the next are two.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as reader  # type: ignore[attr-defined]
from typing import Any

# Beyond so many repeats a bounded repeat behaves as an endless one.
MOST_COPIES = 6
MOST_POSITIONS = 600
_ALPHABET = string.printable + "é中\u00a0\u2028ß"


class Unreadable(Exception):
    """The pattern has something this automaton cannot show."""


@dataclass(slots=True)
class Part:
    """A piece of the pattern: where it can begin and end, in how many ways it can be skipped (two stand for more),
    whether that depends on a condition, and where it can end without one."""

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    skips: int = 1
    is_condition: bool = False
    free: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Automaton:
    """Positions with the characters they take and the number of ways to each next position."""

    alphabet: str
    flags: int
    chars: dict[int, frozenset[str]] = field(default_factory=dict)
    follow: dict[int, dict[int, int]] = field(default_factory=dict)
    free: set[int] = field(default_factory=set)

    def position(self, chars: frozenset[str]) -> Part:
        if len(self.chars) >= MOST_POSITIONS:
            raise Unreadable("too many positions")
        at = len(self.chars)
        self.chars[at] = chars
        return Part([at], [at], 0, False, {at})

    def link(self, ends: Iterable[int], starts: Iterable[int]) -> None:
        starts = list(starts)
        for end in ends:
            steps = self.follow.setdefault(end, {})
            for start in starts:
                steps[start] = steps.get(start, 0) + 1

    def loops(self) -> Iterator[frozenset[int]]:
        """Sets of positions that can all reach one another."""
        reach = {at: self._reachable(at) for at in self.chars if self.follow.get(at)}
        done: set[int] = set()
        for at, there in reach.items():
            if at in done or at not in there:
                continue
            loop = frozenset(other for other in there if at in reach.get(other, ()))
            done |= loop
            yield loop

    def _reachable(self, start: int) -> set[int]:
        seen: set[int] = set()
        waiting = [start]
        while waiting:
            for step in self.follow.get(waiting.pop(), ()):
                if step not in seen:
                    seen.add(step)
                    waiting.append(step)
        return seen


# What the larger library writes in its own way, in words the standard one reads; near enough for the structure.
_TRANSLATIONS = ((r"\\p\{[^{}]*\}", r"\\w"), (r"\\P\{[^{}]*\}", r"\\W"), (r"\(\?<(?![=!])", "(?P<"))


def parse(pattern: str) -> Any:
    """The standard library's tree; raises re.error for what it cannot read."""
    for theirs, plain in _TRANSLATIONS:
        pattern = re.sub(theirs, plain, pattern)
    return reader.parse(pattern)


def build(tree: Any) -> Automaton:
    """The automaton of a parsed pattern."""
    literals = "".join(chr(code) for code in _codes(tree))
    automaton = Automaton("".join(dict.fromkeys(_ALPHABET + literals + literals.swapcase())), tree.state.flags)
    automaton.free = _sequence(automaton, tree).free
    return automaton


def _codes(node: Any) -> Iterator[int]:
    """Every character number in the tree."""
    for kind, value in node:
        if kind in (op.LITERAL, op.NOT_LITERAL):
            yield value
        elif kind is op.RANGE:
            yield from value
        elif kind is op.IN:
            yield from _codes(value)
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from _codes(branch)
        elif isinstance(value, (tuple, list)):
            for inner in value:
                if isinstance(inner, reader.SubPattern):
                    yield from _codes(inner)


def _sequence(auto: Automaton, items: Any) -> Part:
    whole = Part()
    for item in items:
        whole = _join(auto, whole, _part(auto, item))
    return whole


def _join(auto: Automaton, one: Part, two: Part) -> Part:
    auto.link(one.last, two.first)
    free = set(two.free)
    if two.skips and not two.is_condition:
        free |= one.free
    return Part(
        one.first + two.first * one.skips,
        two.last + one.last * two.skips,
        min(2, one.skips * two.skips),
        one.is_condition or two.is_condition,
        free,
    )


def _part(auto: Automaton, item: tuple[Any, Any]) -> Part:
    kind, value = item
    if kind in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
        return auto.position(taken(auto, kind, value))
    if kind is op.BRANCH:
        return _branch(auto, value[1])
    if kind is op.SUBPATTERN:
        return _sequence(auto, value[3])
    if kind is op.ATOMIC_GROUP:
        return _sequence(auto, value)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return _repeat(auto, *value)
    if kind is op.AT:
        return Part(is_condition=True)
    if kind in (op.ASSERT, op.ASSERT_NOT):
        _sequence(auto, value[1])  # its own loops are looked at too; it takes no characters here
        return Part(is_condition=True)
    raise Unreadable(str(kind))


def _branch(auto: Automaton, branches: list[Any]) -> Part:
    parts = [_sequence(auto, branch) for branch in branches]
    return Part(
        [at for part in parts for at in part.first],
        [at for part in parts for at in part.last],
        min(2, sum(part.skips for part in parts)),
        any(part.is_condition for part in parts),
        set().union(*(part.free for part in parts)),
    )


def _repeat(auto: Automaton, least: int, most: int, body: Any) -> Part:
    if most > MOST_COPIES:
        part = _sequence(auto, body)
        auto.link(part.last, part.first)
        return Part(part.first, part.last, int(part.skips > 0 or least == 0), part.is_condition, part.free)
    whole = Part()
    for number in range(most, 0, -1):  # x{1,3} is x(x(x)?)?, built from the inside
        part = _join(auto, _sequence(auto, body), whole)
        whole = Part(part.first, part.last, int(part.skips > 0 or number > least), part.is_condition, part.free)
    return whole


def taken(auto: Automaton, kind: Any, value: Any) -> frozenset[str]:
    ignore_case = auto.flags & re.IGNORECASE
    if kind is op.ANY:
        return frozenset(auto.alphabet if auto.flags & re.DOTALL else auto.alphabet.replace("\n", ""))
    if kind is op.IN:
        return frozenset(char for char in auto.alphabet if _in_set(char, value, bool(ignore_case)))
    forms = {chr(value), chr(value).swapcase()} if ignore_case else {chr(value)}
    return frozenset(forms if kind is op.LITERAL else set(auto.alphabet) - forms)


_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}


def _in_set(char: str, items: list[tuple[Any, Any]], ignore_case: bool) -> bool:
    negated = bool(items) and items[0][0] is op.NEGATE
    forms = {char, char.swapcase()} if ignore_case else {char}
    return negated != any(_matches(form, kind, value) for form in forms for kind, value in items)


def _matches(char: str, kind: Any, value: Any) -> bool:
    if kind is op.LITERAL:
        return char == chr(value)
    if kind is op.RANGE:
        return len(char) == 1 and value[0] <= ord(char) <= value[1]
    return kind is op.CATEGORY and re.match(_CATEGORIES[value], char) is not None
