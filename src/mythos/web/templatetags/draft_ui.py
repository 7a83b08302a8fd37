"""How a draft looks: the compiled text with its headings and conflicts, the budget as a bar, a block's first words."""

from __future__ import annotations

from itertools import pairwise

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mythos.assistants.compiling import SECTIONS
from mythos.drafts.compiling import Compilation, Tokens

register = template.Library()

ABOUT = {
    "identity": "who it is",
    "duties": "what it must do",
    "guardrails": "what it must not do",
    "style": "how it sounds",
}
TYPES = {
    "strict": "Strict: all kept, nothing untested",
    "guarded": "Guarded: nothing breached",
    "advisory": "Advisory: reports only",
}
SAID = 160


@register.filter
def about(section: str) -> str:
    """A section in plain words."""
    return ABOUT[section]


@register.simple_tag
def contract_type_line(name: str) -> str:
    """A type of contract and what it lets leave, short enough for a choice."""
    return TYPES[name]


@register.filter
def first_words(text: str) -> str:
    """The first line that is not a heading, as far as a card has room."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = next((line for line in lines if not line.startswith("#")), lines[0] if lines else "")
    return line if len(line) <= SAID else f"{line[:SAID].rsplit(' ', 1)[0]} …"


@register.simple_tag
def compiled_text(found: Compilation) -> SafeString:
    """The exact text; headings stand back, and a sentence in a conflict carries its number."""
    text = found.compiled.text
    marks = _marks(found)
    edges = {0, len(text)}
    for start, end, _ in marks:
        edges |= {start, end}
    for span in found.compiled.spans:
        edges |= {span.start, span.end}
    pieces = [_piece(found, marks, start, end) for start, end in pairwise(sorted(edges)) if start < end]
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _piece(found: Compilation, marks: list[tuple[int, int, int]], start: int, end: int) -> SafeString:
    text = found.compiled.text[start:end]
    if not any(span.start <= start < span.end for span in found.compiled.spans):
        return format_html('<span class="heading">{}</span>', text)
    held = [mark for mark in marks if mark[0] <= start < mark[1]]
    if not held:
        return format_html("{}", text)
    ending = sorted({number for _, stop, number in held if stop == end})
    numbers = format_html_join("", '<a class="flag-number" href="#conflict-{}">{}</a>', ((n, n) for n in ending))
    return format_html('<mark class="clashes">{}</mark>{}', text, numbers)


def _marks(found: Compilation) -> list[tuple[int, int, int]]:
    """(start, end, conflict) in the whole text."""
    starts = {span.block: span.start for span in found.compiled.spans}
    marks = []
    for clash in found.clashes:
        for conflict in clash.conflicts:
            one, other = starts[clash.one.block], starts[clash.other.block]
            marks.append((one + conflict.a_span[0], one + conflict.a_span[1], clash.number))
            marks.append((other + conflict.b_span[0], other + conflict.b_span[1], clash.number))
    return marks


@register.simple_tag
def budget_bar(tokens: Tokens) -> SafeString:
    """What each section takes of the limit; the figures stand beside it."""
    whole = max(tokens.limit, tokens.total, 1)
    shares = [(f"s{n}", tokens.by_section[name]) for n, name in enumerate(SECTIONS, start=1)]
    parts, left = [], 0.0
    for name, count in [*shares, ("s5", tokens.headings)]:
        width = max(300 * count / whole, 1.5 if count else 0)
        if count:
            parts.append((name, f"{left:.1f}", f"{max(width - 0.8, 0.7):.1f}"))
        left += width
    return format_html(
        '<svg class="budget{}" viewBox="0 0 300 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-track" width="300" height="8"/>{}</svg>',
        " over" if tokens.over else "",
        format_html_join("", '<rect class="{}" x="{}" width="{}" height="8"/>', parts),
    )
