"""Differences as data: words of two texts, and the three-way merge of lines."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import LCSseq

Op = Literal["equal", "insert", "delete", "replace"]
Block = tuple[int, int, int, int]

# A gap of n old and m new items costs n·m bits; beyond this it is one replacement.
_MAX_CELLS = 16_000_000
_WORD = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")


@dataclass(frozen=True, slots=True)
class DiffSpan:
    """A run of text that stayed, came, went or was replaced."""

    op: Op
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Lines both sides changed differently; `line` is where they start in the merged text."""

    base: str
    mine: str
    theirs: str
    line: int


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged text, with conflict markers where `conflicts` is not empty."""

    text: str
    conflicts: list[Conflict]


def word_diff(old: str, new: str) -> list[DiffSpan]:
    """What changed, word by word; the old sides joined are exactly old, the new sides exactly new."""
    spans: list[DiffSpan] = []
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for same, (i1, i2, j1, j2) in _blocks(old_lines, new_lines):
        before, after = "".join(old_lines[i1:i2]), "".join(new_lines[j1:j2])
        if same:
            spans.append(DiffSpan("equal", before, after))
        elif not before or not after:
            spans.append(_span(before, after))
        else:
            spans.extend(_words(before, after))
    return _joined(spans)


def merge3(base: str, mine: str, theirs: str) -> Merge:
    """Both sides' changes to base, line by line; changes that touch each other are a conflict."""
    lines = [part.splitlines(keepends=True) for part in (base, mine, theirs)]
    out: list[str] = []
    conflicts: list[Conflict] = []
    for stable, chunk in _chunks(*lines):
        b, m, t = ("".join(part) for part in chunk)
        if stable or m == t or t == b:
            out.append(m)
        elif m == b:
            out.append(t)
        else:
            conflicts.append(Conflict(b, m, t, "".join(out).count("\n") + 1))
            out.append(f"<<<<<<< mine\n{_ended(m)}||||||| base\n{_ended(b)}=======\n{_ended(t)}>>>>>>> theirs\n")
    return Merge("".join(out), conflicts)


def _ended(part: str) -> str:
    return part if not part or part.endswith("\n") else part + "\n"


def _chunks(
    base: list[str], mine: list[str], theirs: list[str]
) -> Iterator[tuple[bool, tuple[list[str], list[str], list[str]]]]:
    """Alternating stable and changed regions; stable lines are those all three share in order."""
    in_mine, in_theirs = _matches(base, mine), _matches(base, theirs)
    b = m = t = 0
    for index in sorted(in_mine.keys() & in_theirs.keys()):
        to_mine, to_theirs = in_mine[index], in_theirs[index]
        if index > b or to_mine > m or to_theirs > t:
            yield False, (base[b:index], mine[m:to_mine], theirs[t:to_theirs])
        yield True, ([base[index]], [mine[to_mine]], [theirs[to_theirs]])
        b, m, t = index + 1, to_mine + 1, to_theirs + 1
    if b < len(base) or m < len(mine) or t < len(theirs):
        yield False, (base[b:], mine[m:], theirs[t:])


def _matches(old: list[str], new: list[str]) -> dict[int, int]:
    pairs: dict[int, int] = {}
    for same, (i1, i2, j1, _) in _blocks(old, new):
        if same:
            pairs.update((i1 + step, j1 + step) for step in range(i2 - i1))
    return pairs


def _words(old: str, new: str) -> Iterator[DiffSpan]:
    old_words, new_words = _WORD.findall(old), _WORD.findall(new)
    for same, (i1, i2, j1, j2) in _blocks(old_words, new_words):
        before, after = "".join(old_words[i1:i2]), "".join(new_words[j1:j2])
        yield DiffSpan("equal", before, after) if same else _span(before, after)


def _span(old: str, new: str) -> DiffSpan:
    op: Op = "replace" if old and new else "delete" if old else "insert"
    return DiffSpan(op, old, new)


def _joined(spans: list[DiffSpan]) -> list[DiffSpan]:
    """Neighbours of one sort become one span."""
    joined: list[DiffSpan] = []
    for span in spans:
        if joined and (joined[-1].op == "equal") == (span.op == "equal"):
            last = joined.pop()
            old, new = last.old + span.old, last.new + span.new
            span = DiffSpan("equal", old, new) if span.op == "equal" else _span(old, new)
        if span.old or span.new:
            joined.append(span)
    return joined


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, Block]]:
    """Equal and changed blocks in order, covering both sequences completely."""
    i = j = 0
    for i1, i2, j1, j2 in _equal_runs(old, new, 0, len(old), 0, len(new)):
        if i1 > i or j1 > j:
            yield False, (i, i1, j, j1)
        yield True, (i1, i2, j1, j2)
        i, j = i2, j2
    if i < len(old) or j < len(new):
        yield False, (i, len(old), j, len(new))


def _equal_runs(old: Sequence[str], new: Sequence[str], i1: int, i2: int, j1: int, j2: int) -> Iterator[Block]:
    """Edges first, then the longest common subsequence; very large gaps are cut at unique shared items."""
    start = i1
    while i1 < i2 and j1 < j2 and old[i1] == new[j1]:
        i1, j1 = i1 + 1, j1 + 1
    if i1 > start:
        yield start, i1, j1 - (i1 - start), j1
    tail = 0
    while i1 < i2 - tail and j1 < j2 - tail and old[i2 - tail - 1] == new[j2 - tail - 1]:
        tail += 1
    i2, j2 = i2 - tail, j2 - tail
    if i1 < i2 and j1 < j2:
        if (i2 - i1) * (j2 - j1) <= _MAX_CELLS:
            for code in LCSseq.opcodes(old[i1:i2], new[j1:j2]):
                if code.tag == "equal":
                    yield (i1 + code.src_start, i1 + code.src_end, j1 + code.dest_start, j1 + code.dest_end)
        else:
            yield from _anchored(old, new, i1, i2, j1, j2)
    if tail:
        yield i2, i2 + tail, j2, j2 + tail


def _anchored(old: Sequence[str], new: Sequence[str], i1: int, i2: int, j1: int, j2: int) -> Iterator[Block]:
    """Patience: items that occur once on both sides, in the longest common order, cut the gap."""
    left, right = Counter(old[i1:i2]), Counter(new[j1:j2])
    place = {item: j for j, item in enumerate(new[j1:j2], j1) if right[item] == 1}
    pairs = [(i, place[old[i]]) for i in range(i1, i2) if left[old[i]] == 1 and old[i] in place]
    i, j = i1, j1
    for index in increasing([pair[1] for pair in pairs]):
        at_old, at_new = pairs[index]
        yield from _equal_runs(old, new, i, at_old, j, at_new)
        yield at_old, at_old + 1, at_new, at_new + 1
        i, j = at_old + 1, at_new + 1
    if pairs:
        yield from _equal_runs(old, new, i, i2, j, j2)


def increasing(values: Sequence[int]) -> list[int]:
    """Indices of a longest increasing run of values, in order."""
    tails: list[int] = []
    ends: list[int] = []
    previous = [-1] * len(values)
    for index, value in enumerate(values):
        at = bisect.bisect_left(tails, value)
        previous[index] = ends[at - 1] if at else -1
        tails[at : at + 1] = [value]
        ends[at : at + 1] = [index]
    chosen: list[int] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chosen.append(index)
        index = previous[index]
    return chosen[::-1]
