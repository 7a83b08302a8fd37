"""How contracts look: states as shape, word and colour, counts as a bar, and texts cut where a reader can stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mythos.codex.models import STATES, CodexContract, State
from mythos.text.diff import DiffSpan
from mythos.web.templatetags.mythos_ui import icon

register = template.Library()

# state -> colour and shape; the word is the state itself. No two share a shape.
LOOKS: dict[str, tuple[str, str]] = {
    State.BREACHED: ("bad", "octagon-x"),
    State.STALE: ("warn", "triangle-alert"),
    State.UNTESTED: ("mute", "circle-dashed"),
    State.WAIVED: ("info", "clock"),
    State.KEPT: ("ok", "circle-check"),
}
MEANINGS: dict[str, str] = {
    State.BREACHED: "A check fails, or the text contradicts the clause.",
    State.STALE: "A newer version of the clause is in force than the one that was signed.",
    State.UNTESTED: "Nothing has measured it yet. It does not count as kept.",
    State.WAIVED: "Not kept, and a reviewer answers for it until a day.",
    State.KEPT: "The signed version is in force and every check passes.",
}
TYPES: dict[str, str] = {
    CodexContract.Type.STRICT: "Everything must be kept, nothing may be untested or stale, before it is promoted.",
    CodexContract.Type.GUARDED: "Nothing may be breached before it is promoted. Stale and untested only show.",
    CodexContract.Type.ADVISORY: "Reports only. It never holds anything back.",
}


@register.simple_tag
def state(name: str) -> SafeString:
    """A state of a promise as a badge."""
    colour, shape = LOOKS.get(name, ("mute", "circle-dashed"))
    return format_html(
        '<span class="badge {}" title="{}">{}{}</span>', colour, MEANINGS.get(name, ""), icon(shape), name.capitalize()
    )


@register.simple_tag
def state_mark(name: str) -> SafeString:
    """The shape of a state alone, coloured; its word stands beside it."""
    colour, shape = LOOKS.get(name, ("mute", "circle-dashed"))
    return format_html('<span class="mark {}">{}</span>', colour, icon(shape))


@register.simple_tag
def state_bar(counts: Mapping[str, int]) -> SafeString:
    """How many promises stand in which state, the good ones first; the figures are in its label."""
    found = [(name, counts.get(name, 0)) for name in reversed(STATES) if counts.get(name, 0)]
    total = sum(number for _, number in found)
    if not total:
        return format_html('<span class="muted">{}</span>', "no clauses")
    label = ", ".join(f"{number} {name}" for name, number in found)
    gap = 1.5
    room = 200 - gap * (len(found) - 1)
    parts, left = [], 0.0
    for name, number in found:
        width = room * number / total
        parts.append((LOOKS[name][0], f"{left:.1f}", f"{width:.1f}"))
        left += width + gap
    return format_html(
        '<svg class="statebar" viewBox="0 0 200 8" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        label,
        format_html_join("", '<rect class="{}" x="{}" width="{}" height="8"/>', parts),
    )


@register.simple_tag
def passes(done: int, total: int, failed: bool = False) -> SafeString:
    """How many checks pass, as a bar and in words."""
    width = 56 * done / total if total else 0
    return format_html(
        '<span class="passes"><svg viewBox="0 0 56 6" aria-hidden="true"><rect class="track" width="56" height="6" '
        'rx="3"/><rect class="{}" width="{}" height="6" rx="3"/></svg>{} of {} check{} pass{}</span>',
        "bad" if failed else "ok", f"{width:.0f}", done, total, "" if total == 1 else "s", "es" if total == 1 else "",
    )  # fmt: skip


@register.filter
def state_counts_in_words(counts: Mapping[str, int]) -> str:
    """“1 breached, 2 stale”; kept ones are left out."""
    return ", ".join(f"{counts[name]} {name}" for name in STATES if counts.get(name) and name != State.KEPT)


@register.filter
def total(counts: Mapping[str, int]) -> int:
    """All of them together."""
    return sum(counts.values())


@register.filter
def type_meaning(name: str) -> str:
    """What a contract type holds back, in one line."""
    return TYPES.get(name, "")


@register.filter
def state_meaning(name: str) -> str:
    """What a state says, in one line."""
    return MEANINGS.get(name, "")


@register.filter
def fingerprint(text: str) -> str:
    """A hash as people compare it: its two ends."""
    return f"{text[:4]}…{text[-4:]}" if len(text) > 9 else text


@register.filter
def on_one_line(value: Any) -> str:
    """Text without line breaks."""
    return " ".join(str(value).split())


@register.filter
def after_colon(text: str) -> str:
    """What was found, without the name of the check before it, which a table has in its own column."""
    return text.split(": ", 1)[-1]


@register.filter
def last_step(parts: str) -> str:
    """The last step of a path such as a role's."""
    return parts.rsplit("/", 1)[-1]


@register.filter
def listed(values: Sequence[str]) -> str:
    """“a, b or c”."""
    items = [str(value) for value in values]
    return " or ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


@register.filter
def changes_in_words(spans: Sequence[DiffSpan], most: int = 2) -> str:
    """The first changes of a difference as a sentence: “changes ‘should’ to ‘must’, drops ‘always’ and 3 more”."""
    changed = [span for span in spans if span.op != "equal" and (span.old.strip() or span.new.strip())]
    said = [_said(span.old, span.new) for span in changed[:most]]
    if len(changed) > most:
        said.append(f"{len(changed) - most} more change{'s' if len(changed) - most != 1 else ''}")
    return " and ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)


def _said(old: str, new: str) -> str:
    before, after = (_short(text) for text in (old, new))
    if before and after:
        return f"changes “{before}” to “{after}”"
    return f"adds “{after}”" if after else f"drops “{before}”"


def _short(text: str, most: int = 48) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + "…"
