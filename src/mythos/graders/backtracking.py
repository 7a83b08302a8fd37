"""Patterns whose time doubles with every character: found by their structure, and by trying them out.

A pattern is explosive when one run of characters can go round a loop in two ways and something after the loop
may still fail. The loops are looked at in the position automaton of the pattern; what that cannot read
(back references, features of the larger library) is tried out on growing texts made of the pattern's own characters.
"""

from __future__ import annotations

import time
from functools import lru_cache
from re import error as PatternError
from typing import Any

import regex

from mythos.graders.positions import Automaton, Unreadable, build, parse
from mythos.graders.specimens import specimens

REASON = (
    "This pattern can take exponential time: {where}. "
    "Make each character belong to one part only, for example by putting a separator between repeats."
)
MOST_LOOP_POSITIONS = 60
LENGTHS = (14, 20, 26, 32)
SECONDS_A_TRY = 0.05
SECONDS_IN_ALL = 0.6


@lru_cache(maxsize=1024)
def why_explosive(pattern: str) -> str:
    """A reason to refuse the pattern, or nothing."""
    try:
        tree = parse(pattern)
        automaton = build(tree)
    except (Unreadable, PatternError, RecursionError, OverflowError):
        return _measured(pattern, specimens(pattern, None))
    for loop in automaton.loops():
        if len(loop) <= MOST_LOOP_POSITIONS and not loop & automaton.free and _is_ambiguous(automaton, loop):
            return REASON.format(where="the same characters can go round one of its repeats in several ways")
    return _measured(pattern, specimens(pattern, tree))


def _is_ambiguous(automaton: Automaton, loop: frozenset[int]) -> bool:
    """Whether some run of characters leads from a position back to itself along two ways."""
    steps = {
        at: {to: count for to, count in automaton.follow.get(at, {}).items() if to in loop and automaton.chars[to]}
        for at in loop
    }
    if any(count > 1 for targets in steps.values() for count in targets.values()):
        return True
    forward: dict[tuple[int, int], set[tuple[int, int]]] = {}
    backward: dict[tuple[int, int], set[tuple[int, int]]] = {}
    waiting = [(at, at) for at in loop]
    seen = set(waiting)
    while waiting:
        one, other = pair = waiting.pop()
        for left in steps[one]:
            for right in steps[other]:
                if automaton.chars[left] & automaton.chars[right]:
                    forward.setdefault(pair, set()).add((left, right))
                    backward.setdefault((left, right), set()).add(pair)
                    if (left, right) not in seen:
                        seen.add((left, right))
                        waiting.append((left, right))
    for at in loop:
        there, back = _reach(forward, (at, at)), _reach(backward, (at, at))
        if any(one != other for one, other in there & back):
            return True
    return False


def _reach(edges: dict[tuple[int, int], set[tuple[int, int]]], start: tuple[int, int]) -> set[tuple[int, int]]:
    seen, waiting = {start}, [start]
    while waiting:
        for pair in edges.get(waiting.pop(), ()):
            if pair not in seen:
                seen.add(pair)
                waiting.append(pair)
    return seen


def _measured(pattern: str, probes: list[tuple[str, str, str]]) -> str:
    """Try texts of a growing length; one that runs out of time twice while shorter ones did not is growth."""
    compiled, began = regex.compile(pattern), time.monotonic()
    for before, again, after in probes:
        for length in LENGTHS:
            if time.monotonic() - began > SECONDS_IN_ALL:
                return ""
            text = before + again * length + after
            if _runs_out(compiled, text, SECONDS_A_TRY) and _runs_out(compiled, text, 4 * SECONDS_A_TRY):
                return REASON.format(where=f"on {length} repeats of a few characters it ran out of time")
    return ""


def _runs_out(compiled: Any, text: str, seconds: float) -> bool:
    try:
        compiled.search(text, timeout=seconds)
    except TimeoutError:
        return True
    return False
