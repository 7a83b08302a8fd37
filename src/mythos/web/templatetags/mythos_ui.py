"""What templates need beyond Django: icons, badges, charts as SVG, differences as HTML. All text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from mythos.web.checkpoint_query import with_part
from mythos.web.job_names import JOBS

register = template.Library()

STATUS_ICONS = {
    "ok": "circle-check", "bad": "circle-x", "warn": "triangle-alert", "info": "info", "mute": "circle-dashed",
    "label": "pin",
}  # fmt: skip
SHAPES = {
    "obligation": "M4.5 0 9 9H0z",
    "prohibition": "M1 1h7v7H1z",
    "regression": "M4.5 0 9 9H0z",
    "tone": "M4.5 0a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z",
    "clarity": "M4.5 0 9 4.5 4.5 9 0 4.5z",
    "variable": "M2.5 0h4L9 4.5 6.5 9h-4L0 4.5z",
}
PLAIN_SHAPE = "M4.5 0a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zm0 2a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z"
TERMS = {
    "codex": "The set of rules of a swarm: a rule book.",
    "package": "Prompts with their history, contracts, rules and results in one signed file.",
    "clause": "One rule with a lasting id, and versions.",
    "checkpoint": "An immutable snapshot of a prompt: its text, measures and author.",
    "mutation": "One step from a text to the next, with what it changed. The list of all of them is the vault.",
    "label": "A movable pointer to a checkpoint, such as production.",
    "ritual": "A test scenario: cases with checks, run against a model.",
    "chain": "A durable run that improves the prompts of its assistants, step by step.",
    "codex tension": "0 to 1: how much of the promises and expectations the current texts break.",
    "swarm": "A team's workspace: its people, assistants, prompts and rules.",
    "edition": "One imported document of a rule book, kept whole.",
}


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of the sprite, hidden from screen readers: words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons/sprite.svg"), name
    )


@register.simple_tag
def badge(status: str, text: str) -> SafeString:
    """A status: shape, word and colour."""
    return format_html('<span class="badge {}">{}{}</span>', status, icon(STATUS_ICONS.get(status, "info")), text)


@register.simple_tag
@lru_cache(maxsize=256)
def tag(name: str) -> SafeString:
    """A symbolic tag: a small shape and the word."""
    word = name.lstrip("@")
    shape = SHAPES.get(word.rstrip("+-"), PLAIN_SHAPE)
    warned = " warned" if word == "regression" else ""
    return format_html(
        '<span class="tag{}"><svg viewBox="0 0 9 9" aria-hidden="true"><path d="{}"/></svg>{}</span>',
        warned, shape, word,
    )  # fmt: skip


@register.simple_tag
def term(word: str, shown: str = "") -> SafeString:
    """A word of ours that tells its meaning when pressed; once a page."""
    return format_html(
        '<button type="button" class="term" popovertarget="term-{}">{}</button>'
        '<span popover class="meaning" id="term-{}"><b>{}</b> {}</span>',
        word, shown or word, word, word.capitalize(), TERMS[word],
    )  # fmt: skip


@register.filter
def number(value: int) -> str:
    """A count with its thousands apart."""
    return f"{value:,}"


@register.simple_tag
def trait(name: str, value: float) -> SafeString:
    """A trait that moved: arrow, name, signed number. The arrow shows direction, not judgement."""
    shown = f"{value:+,.2f}".rstrip("0").rstrip(".").replace("-", "−")
    arrow = icon("arrow-up" if value > 0 else "arrow-down")
    return format_html('<span class="chip">{}{} <b>{}</b></span>', arrow, name.replace("_", " "), shown)


@register.filter
def top_traits(delta: dict[str, float], count: int = 3) -> list[tuple[str, float]]:
    """The traits that moved most, each against the size traits of its kind usually have."""
    size = {
        "tokens": 50.0,
        "reading_ease": 10.0,
        "words_per_sentence": 5.0,
        "formality": 0.3,
        "characters": 400.0,
        "words": 80.0,
    }
    return sorted(delta.items(), key=lambda item: -abs(item[1]) / size.get(item[0], 2.0))[:count]


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """A time: relative within a day, a date after that; the whole of it on hover."""
    if moment is None:
        return mark_safe("—")
    local = timezone.localtime(moment)
    age = timezone.now() - moment
    if timedelta(0) <= age < timedelta(minutes=1):
        text = "just now"
    elif timedelta(0) <= age < timedelta(hours=1):
        text = f"{int(age.total_seconds() // 60)} min ago"
    elif timedelta(0) <= age < timedelta(days=1):
        text = f"{int(age.total_seconds() // 3600)} h ago"
    else:
        text = f"{local.day} {local:%b}" + ("" if local.year == timezone.now().year else f" {local.year}")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        local.strftime("%Y-%m-%d %H:%M %Z"),
        text,
    )


@register.simple_tag
def avatar(name: str) -> SafeString:
    """Initials in a circle; the colour only tells people apart."""
    words = (name or "?").replace("·", " ").replace("@", " ").split()
    initials = "".join(word[0] for word in words[:2]).upper()
    return format_html(
        '<span class="avatar a{}" aria-hidden="true">{}</span>', sum(map(ord, name or "?")) % 4, initials
    )


@register.simple_tag
def sparkline(values: Sequence[float], label: str = "trend") -> SafeString:
    """A line of up to a dozen values; its label tells the last one."""
    points = [float(value) for value in values][-12:]
    if len(points) < 2:
        return format_html('<span class="muted">{}</span>', "—")
    low, high = min(points), max(points)
    span = (high - low) or 1.0
    step = 62 / (len(points) - 1)
    at = [(1 + i * step, 16 - 14 * (value - low) / span) for i, value in enumerate(points)]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
    return format_html(
        '<svg class="spark" viewBox="0 0 64 18" role="img" aria-label="{}, last {}">'
        '<path class="area" d="{}L63 18L1 18z"/><path d="{}"/><circle cx="{}" cy="{}" r="1.8"/></svg>',
        label, f"{points[-1]:,.0f}", line, line, f"{at[-1][0]:.1f}", f"{at[-1][1]:.1f}",
    )  # fmt: skip


@register.simple_tag
def meter(value: float | None) -> SafeString:
    """A similarity 0–1 as a bar; the number is written beside it."""
    if value is None:
        return mark_safe('<span class="muted">Similarity not measured</span>')
    return format_html(
        '<span class="nowrap"><span class="mono">{}</span> <svg class="meter" viewBox="0 0 96 6" aria-hidden="true">'
        '<rect class="track" width="96" height="6" rx="3"/><rect class="fill" width="{}" height="6" rx="3"/>'
        "</svg></span>",
        f"{value:.2f}", f"{96 * max(0.0, min(1.0, value)):.0f}",
    )  # fmt: skip


@register.simple_tag
def progress_bar(done: int, total: int) -> SafeString:
    """How much of something is done; the numbers are written beside it."""
    width = 100 * done / total if total else 0
    return format_html(
        '<svg class="progress" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-track" width="100" height="4"/><rect class="bar-fill" width="{}" height="4"/></svg>',
        f"{min(width, 100):.1f}",
    )


@register.simple_tag
def bar(value: float, most: float) -> SafeString:
    """A share of the largest value as a bar."""
    width = 90 * value / most if most else 0
    return format_html(
        '<svg viewBox="0 0 90 4" aria-hidden="true"><rect class="bar-track" width="90" height="4" rx="2"/>'
        '<rect class="bar-fill" width="{}" height="4" rx="2"/></svg>',
        f"{width:.0f}",
    )


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """A value of a dictionary."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """The page's address with some of its query changed; an empty value removes a key."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = value
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def with_facet(context: dict[str, Any], key: str, value: str) -> str:
    """The grid's address with a facet chosen, or given up when it was; the rest of the filter stays."""
    query = context["request"].GET.copy()
    query["q"] = with_part(query.get("q", ""), key, value)
    query.pop("after", None)
    return f"?{query.urlencode()}"


@register.simple_tag
def query_of(view: Any) -> str:
    """The query string of a saved view."""
    return urlencode({"q": view.q, "sort": view.sort})


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, for short fixed choices."""
    return text.split()


@register.filter
def add_text(text: str, more: object) -> str:
    """Two texts in one."""
    return f"{text}{more}"


@register.filter
def humanise(name: str) -> str:
    """A trait's name in words."""
    return name.replace("_", " ").capitalize()


@register.filter
def job_name(kind: str) -> str:
    """What a job of this kind does, in words."""
    return JOBS.get(kind, kind)


@register.filter
def joined(tags: Sequence[str]) -> str:
    """Tags as people type them."""
    return ", ".join(tags)


@register.filter
def previous(version: int) -> int:
    """The version before, at least the first."""
    return max(1, version - 1)


@register.filter
def minus(value: int, other: int) -> int:
    """A difference."""
    return value - other


@register.filter
def times(value: int, factor: int) -> int:
    """A product."""
    return value * factor


@register.filter
def signed(value: float) -> str:
    """A number with its sign."""
    return f"{value:+,.2f}".rstrip("0").rstrip(".").replace("-", "−")
