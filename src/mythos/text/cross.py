"""A small cross-encoder reads old and new together: is the new text worse, the same in meaning, or better?

Every token is told whether it stayed, moved or changed, so the model need not find out what was edited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

CLS, SEP = 101, 102
SAME, CHANGED, MOVED = 0, 1, 2
SIDES = 3  # kinds of token on each side; the new side's come after the old side's
MAX_SIDE = 80
CONTEXT = 16


@dataclass(frozen=True, slots=True)
class Encoded:
    """One pair as the model reads it."""

    ids: list[int]
    types: list[int]


def encode(old: Sequence[int], new: Sequence[int]) -> Encoded:
    """Token ids of both sides, without marks of their own -> ids and what became of each."""
    old_kinds, new_kinds = _kinds(old, new)
    one, one_kinds = _near(old, old_kinds)
    other, other_kinds = _near(new, new_kinds)
    ids = [CLS, *one, SEP, *other, SEP]
    types = [SAME, *one_kinds, SAME, *(kind + SIDES for kind in other_kinds), SIDES]
    return Encoded(ids, types)


def _kinds(old: Sequence[int], new: Sequence[int]) -> tuple[list[int], list[int]]:
    kinds = ([CHANGED] * len(old), [CHANGED] * len(new))
    for code in LCSseq.opcodes(old, new):
        if code.tag == "equal":
            kinds[0][code.src_start : code.src_end] = [SAME] * (code.src_end - code.src_start)
            kinds[1][code.dest_start : code.dest_end] = [SAME] * (code.dest_end - code.dest_start)
    both = Counter(t for t, k in zip(old, kinds[0], strict=True) if k) & Counter(
        t for t, k in zip(new, kinds[1], strict=True) if k
    )
    for tokens, marks in zip((old, new), kinds, strict=True):
        left = both.copy()
        for index, token in enumerate(tokens):
            if marks[index] and left[token] > 0:
                left[token] -= 1
                marks[index] = MOVED
    return kinds


def _near(tokens: Sequence[int], kinds: list[int]) -> tuple[list[int], list[int]]:
    """Only what changed and its surroundings, when the side is too long to read whole."""
    if len(tokens) <= MAX_SIDE:
        return list(tokens), kinds
    wanted: set[int] = set()
    for index, kind in enumerate(kinds):
        if kind != SAME:
            wanted.update(range(max(0, index - CONTEXT), min(len(tokens), index + CONTEXT + 1)))
    kept = sorted(wanted or range(MAX_SIDE))[:MAX_SIDE]
    return [tokens[index] for index in kept], [kinds[index] for index in kept]
