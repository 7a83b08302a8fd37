"""Text -> sentences with offsets; Markdown structure decides where a sentence may not run on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["prose", "heading", "item", "code", "quote", "table"]

LONGEST_KEPT = 20_000  # one saved text is cut five times: for its traits, and on both sides of comparisons
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_QUOTE = re.compile(r"[ \t]*>[ \t]?")
_TABLE = re.compile(r"[ \t]*\|")
_END = re.compile(r"(?:[.!?…]+[\"'”’)\]*_]*(?=\s)|[。！？]+)\s*")
_ABBREVIATION = re.compile(
    r""
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|mr|mrs|ms|dr|prof|no|fig|sec|approx|inc|ltd|st|al|resp|dept|max|min)|(?:^|\s)[A-Za-z])\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands: `text` is exactly what lies between `start` and `end` of the whole."""

    text: str
    start: int
    end: int
    kind: Kind
    line: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines that belong together: a paragraph, a list item, one heading."""

    kind: Kind
    start: int
    end: int
    line: int


def segment(text: str) -> list[Sentence]:
    """Every sentence, heading, list item, table row and code line that is not blank."""
    return list(_kept(text) if len(text) <= LONGEST_KEPT else _segmented(text))


@lru_cache(maxsize=256)
def _kept(text: str) -> tuple[Sentence, ...]:
    return _segmented(text)


def _segmented(text: str) -> tuple[Sentence, ...]:
    return tuple(sentence for run in _runs(text) for sentence in _split(text, run))


def _runs(text: str) -> Iterator[_Run]:
    fence = ""
    current: _Run | None = None
    offset = 0
    for number, raw in enumerate(text.splitlines(keepends=True), 1):
        start, offset = offset, offset + len(raw)
        line = raw.rstrip()
        end = start + len(line)
        mark = _FENCE.match(line)
        run: _Run | None = None
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
            elif line.strip():
                run = _Run("code", start, end, number)
        elif mark:
            fence = mark[1]
        elif line.strip():
            run = _line_run(line, start, end, number)
            if current and run.kind == "prose" and current.kind in ("prose", "item", "quote"):
                current = _Run(current.kind, current.start, end, current.line)
                continue
        if current:
            yield current
        current = run
        if current and current.kind in ("heading", "code", "table"):
            yield current
            current = None
    if current:
        yield current


def _line_run(line: str, start: int, end: int, number: int) -> _Run:
    patterns: tuple[tuple[Kind, re.Pattern[str]], ...] = (
        ("heading", _HEADING),
        ("item", _ITEM),
        ("quote", _QUOTE),
    )
    for kind, pattern in patterns:
        if found := pattern.match(line):
            return _Run(kind, start + found.end(), end, number)
    return _Run("table" if _TABLE.match(line) else "prose", start, end, number)


def _split(text: str, run: _Run) -> Iterator[Sentence]:
    start, lines, counted = run.start, run.line, run.start
    for end in _ends(text, run):
        piece = text[start:end]
        first = start + len(piece) - len(piece.lstrip())
        last = start + len(piece.rstrip())
        if last > first:
            lines += text.count("\n", counted, first)
            counted = first
            yield Sentence(text[first:last], first, last, run.kind, lines)
        start = end


def _ends(text: str, run: _Run) -> Iterator[int]:
    if run.kind in ("prose", "item", "quote"):
        for found in _END.finditer(text, run.start, run.end):
            following = text[found.end() : found.end() + 1]
            before = text[max(run.start, found.start() - 12) : found.start() + 1]
            if following.islower() and found[0][0] in ".…":
                continue
            if found[0][0] == "." and _ABBREVIATION.search(before) and found.end() < run.end:
                continue
            yield found.end()
    yield run.end
