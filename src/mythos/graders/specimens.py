"""Texts to try a pattern on: what its repeats repeat, many times, then something that breaks the match."""

from __future__ import annotations

from re import _constants as op  # type: ignore[attr-defined]
from typing import Any

from mythos.graders.positions import Automaton, taken

_BREAKERS = ("\x00", "!")
_CHARACTERS = "a0 -_.,;:AZ\n\"'()/@x"
_PLAIN = ("a", "0", " ", "a ", "ab", "-")
MOST_PROBES = 24


def specimens(pattern: str, tree: Any) -> list[tuple[str, str, str]]:
    """(before, to repeat, after) for every repeat of the pattern, or plain guesses when it has no tree."""
    if tree is None:
        own = "".join(dict.fromkeys(char for char in pattern if char.isalnum()))[:8]
        return [("", text, breaker + own) for text in (*own, *_PLAIN) for breaker in _BREAKERS][:MOST_PROBES]
    found: list[tuple[str, str, str]] = []
    _walk(tree, "", "", tree.state.flags, found)
    return [
        (before, again, breaker + after)
        for before, again, after in dict.fromkeys(found)
        if again
        for breaker in _BREAKERS
    ][:MOST_PROBES]


def _walk(items: Any, before: str, after: str, flags: int, found: list[tuple[str, str, str]]) -> None:
    samples = [_sample(item, flags) for item in items]
    for number, (kind, value) in enumerate(items):
        left = before + "".join(samples[:number])
        right = "".join(samples[number + 1 :]) + after
        for body in _bodies(kind, value):
            if kind in _REPEATS and value[1] > 8:
                found.append((left, "".join(_sample(item, flags) for item in body), right))
            _walk(body, left, right, flags, found)


_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


def _bodies(kind: Any, value: Any) -> list[Any]:
    if kind in _REPEATS:
        return [value[2]]
    if kind is op.BRANCH:
        return list(value[1])
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind is op.ATOMIC_GROUP:
        return [value]
    return [value[1]] if kind in (op.ASSERT, op.ASSERT_NOT) else []


def _sample(item: tuple[Any, Any], flags: int) -> str:
    """The shortest simple text this item takes."""
    kind, value = item
    if kind in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
        chars: frozenset[str] = taken(Automaton(_CHARACTERS, flags), kind, value)
        return min(chars, key=lambda char: (_CHARACTERS.find(char), char), default="")
    if kind in _REPEATS:
        once = "".join(_sample(inner, flags) for inner in value[2])
        return once * max(1, min(int(value[0]), 40))
    bodies = _bodies(kind, value)
    if not bodies or kind in (op.ASSERT, op.ASSERT_NOT):
        return ""
    return "".join(_sample(inner, flags) for inner in bodies[0])
