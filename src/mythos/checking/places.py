"""Where words of a prompt stand in its file."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from rapidfuzz import fuzz, process

from mythos.checking.findings import Place

SHORTEST = 8
LIKE = 65.0  # of 100: so alike are a line and what it was made into


def place_of(words: str, whole: str, file: str) -> Place | None:
    """The words in the file, whatever the line breaks and indents between them; None when they are not there."""
    if not words.strip():
        return None
    at = whole.find(words)
    span = (at, at + len(words)) if at >= 0 else None
    if span is None:
        found = re.search(r"\s+".join(re.escape(word) for word in words.split()), whole)
        span = found.span() if found else None
    return _place(whole, span, file) if span else None


def place_in(text: str, span: tuple[int, int], whole: str, file: str) -> Place | None:
    """A stretch of a prompt's text in its file, which may indent or wrap the text; None when it cannot be found."""
    at = whole.find(text)
    if at >= 0:
        return _place(whole, (at + span[0], at + span[1]), file)
    start = text.rfind("\n", 0, span[0]) + 1
    line = text[start:].split("\n", 1)[0]
    found = place_of(line.strip(), whole, file)
    if found is None:
        return None
    column = found.column + span[0] - start - (len(line) - len(line.lstrip()))
    end = min(span[1], start + len(line))
    return Place(file, found.line, column, found.line, column + max(1, end - span[0]))


def place_of_gap(old: str, position: int, whole: str, file: str) -> Place:
    """Where something that is gone used to stand: the line it became, the one in its stead, else the one before it."""
    start = old.rfind("\n", 0, position) + 1
    line = old[start:].split("\n", 1)[0].strip()
    likest = process.extractOne(line, whole.splitlines(), scorer=fuzz.ratio, score_cutoff=LIKE) if line else None
    if likest is not None:
        return place_of_line(whole, likest[2] + 1, file)
    stead = _in_its_stead(old, start, whole)
    if stead is not None:
        return place_of_line(whole, stead, file)
    for before in reversed(old[:start].splitlines()):
        kept = place_of(before.strip(), whole, file) if len(before.strip()) >= SHORTEST else None
        if kept is not None:
            return kept
    return Place(file)


def _in_its_stead(old: str, start: int, whole: str) -> int | None:
    """The number of the line that was written for the one that began there; None when nothing was."""
    row = old.count("\n", 0, start)
    before, after = ([line.strip() for line in text.split("\n")] for text in (old, whole))
    for kind, first, last, begin, end in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "replace" and first <= row < last:
            return begin + min(row - first, end - begin - 1) + 1
    return None


def place_of_line(whole: str, line: int, file: str) -> Place:
    """A whole line."""
    lines = whole.splitlines()
    length = len(lines[line - 1]) if 0 < line <= len(lines) else 0
    return Place(file, line, 1, line, length + 1)


def _place(whole: str, span: tuple[int, int], file: str) -> Place:
    (line, column), (end_line, end_column) = (_at(whole, offset) for offset in span)
    return Place(file, line, column, end_line, end_column)


def _at(whole: str, offset: int) -> tuple[int, int]:
    before = whole[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
