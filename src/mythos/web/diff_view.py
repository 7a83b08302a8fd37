"""A difference in words as HTML, with the flags of a comparison at the words that caused them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from mythos.prompts.queries import CheckpointComparison
from mythos.text.diff import DiffSpan

CONTEXT = 180  # characters of unchanged text kept on each side of a change
MOST_FINDINGS = 20
VIEWS = ("columns", "inline", "source")
_BLANK = re.compile(r"(^\s+|\s+$|\s*\n\s*\n\s*)")


def shown(pair: CheckpointComparison, view: str) -> dict[str, Any]:
    """What a page needs to show two checkpoints side by side."""
    return {
        "pair": pair,
        "marks": [asdict(finding) for finding in pair.comparison.findings[:MOST_FINDINGS]],
        "view": view if view in VIEWS else VIEWS[0],
    }


@dataclass(frozen=True)
class Flag:
    """A numbered finding and where it points in one of the two texts."""

    number: int
    start: int
    end: int


def flags_of(findings: Sequence[dict[str, Any]], side: str) -> list[Flag]:
    """The flags of one side, `old` or `new`; those that only note something are left out."""
    numbered = [(number, row) for number, row in enumerate(findings, start=1) if row["severity"] != "note"]
    return [Flag(number, *row[f"{side}_span"]) for number, row in numbered if row.get(f"{side}_span")]


def render_side(spans: Sequence[DiffSpan], side: str, findings: Sequence[dict[str, Any]] = ()) -> SafeString:
    """One side of a difference (`old`, `new`) or both in one text (`both`); long unchanged runs are folded."""
    flags = {name: flags_of(findings, name) for name in ("old", "new")}
    old_at = new_at = 0
    parts: list[SafeString] = []
    for index, span in enumerate(spans):
        if span.op == "equal":
            here = (flags["old"], old_at) if side == "old" else (flags["new"], new_at)
            parts.append(_unchanged(span.new, *here, index == 0, index == len(spans) - 1))
        else:
            if span.old and side != "new":
                parts.append(_changed("del", span.old, flags["old"], old_at))
            if span.new and side != "old":
                parts.append(_changed("ins", span.new, flags["new"], new_at))
        old_at, new_at = old_at + len(span.old), new_at + len(span.new)
    return format_html_join("", "{}", ((part,) for part in parts))


def _changed(name: str, text: str, flags: Sequence[Flag], at: int) -> SafeString:
    pieces = (_flagged(_marked(name, piece), found, last) for piece, found, last in _cut(text, flags, at))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _unchanged(text: str, flags: Sequence[Flag], at: int, first: bool, last: bool) -> SafeString:
    pieces = list(_cut(text, flags, at))
    ends = len(pieces) - 1
    shown = (
        _flagged(format_html("{}", piece), found, ending)
        if found
        else _folded(piece, first and index == 0, last and index == ends)
        for index, (piece, found, ending) in enumerate(pieces)
    )
    return format_html_join("", "{}", ((part,) for part in shown))


def _cut(text: str, flags: Sequence[Flag], at: int) -> Iterator[tuple[str, list[Flag], list[Flag]]]:
    """The text in pieces, each with the flags on it and those that end with it."""
    inside = [flag for flag in flags if flag.start < at + len(text) and flag.end > at]
    edges = {0, len(text)} | {min(max(edge - at, 0), len(text)) for f in inside for edge in (f.start, f.end)}
    marks = sorted(edges)
    for start, end in pairwise(marks):
        here = [flag for flag in inside if flag.start <= at + start and flag.end >= at + end]
        yield text[start:end], here, [flag for flag in here if flag.end == at + end]


def _flagged(html: SafeString, flags: Sequence[Flag], ending: Sequence[Flag]) -> SafeString:
    if not flags:
        return html
    link = '<a class="flag-number" href="#flag-{}">{}</a>'
    numbers = format_html_join("", link, ((flag.number, flag.number) for flag in ending))
    return format_html('<span class="flagged">{}</span>{}', html, numbers)


def _marked(name: str, text: str) -> SafeString:
    """The mark covers the words, not the white space around them nor the blank lines between paragraphs."""
    mark = mark_safe(name)  # noqa: S308 - "ins" or "del"
    parts = _BLANK.split(text)
    return format_html_join(
        "", "{}", ((format_html("<{}>{}</{}>", mark, part, mark) if part.strip() else part,) for part in parts)
    )


def _folded(text: str, first: bool, last: bool) -> SafeString:
    keep_start, keep_end = (0 if first else CONTEXT), (0 if last else CONTEXT)
    if len(text) <= keep_start + keep_end + 120:
        return format_html("{}", text)
    start = text[:keep_start].rsplit(" ", 1)[0] if keep_start else ""
    end = text[len(text) - keep_end :].split(" ", 1)[-1] if keep_end else ""
    hidden = len(text) - len(start) - len(end)
    return format_html('{} <span class="folded">… {} unchanged characters …</span> {}', start, f"{hidden:,}", end)
