"""What only market pages show."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mythos.market.models import BarterItem, CurriculumFigures
from mythos.web.templatetags.mythos_ui import badge

register = template.Library()
TILES = 4
PART_STATES = {"locked": "mute", "open": "info", "running": "info", "not passed": "warn", "passed": "ok"}


@register.simple_tag
def tile(title: str) -> SafeString:
    """The first letter of a title on a square; the colour only tells titles apart."""
    return format_html(
        '<span class="tile a{}" aria-hidden="true">{}</span>', sum(map(ord, title)) % TILES, title[:1].upper()
    )


@register.simple_tag
def gain(figures: CurriculumFigures | str) -> SafeString:
    """The median gain with its interval in words, or a dash; templates give an empty text for none."""
    if isinstance(figures, str) or figures.gain is None:
        return format_html('<span class="muted" title="{}">—</span>', "Nobody has finished it yet.")
    sign = "up" if figures.gain > 0 else "down" if figures.gain < 0 else ""
    return format_html('<span class="gain {}" title="{}">{}</span>', sign, gain_said(figures), _signed(figures.gain))


@register.simple_tag
def rated(figures: CurriculumFigures | str) -> SafeString:
    """The rating and how many swarms it comes from."""
    if isinstance(figures, str) or figures.rating is None:
        return format_html('<span class="muted" title="{}">—</span>', "Ratings come from measured gains.")
    return format_html(
        '<span title="{}">{} ({})</span>', rating_said(figures), f"{figures.rating:.1f}", figures.rating_count
    )


@register.filter
def gain_said(figures: CurriculumFigures) -> str:
    """The gain with its interval, or why there is none."""
    if figures.gain is None:
        return "Nobody has finished it yet."
    said = f"{_signed(figures.gain)}, median of {figures.gain_count}"
    return said + _interval(figures.gain_low, figures.gain_high, "{:+.2f}")


@register.filter
def rating_said(figures: CurriculumFigures) -> str:
    """The rating with its interval."""
    if figures.rating is None:
        return "Not rated yet."
    said = f"{figures.rating:.1f} of 5 from {figures.rating_count}"
    return said + _interval(figures.rating_low, figures.rating_high, "{:.1f}")


@register.filter
def simulated_said(figures: CurriculumFigures) -> str:
    """How many of the measured gains no language model had a part in."""
    whole = figures.gain_simulated == figures.gain_count
    who = "Every reply behind it" if whole else f"{figures.gain_simulated} of the {figures.gain_count} measures"
    return f"{who} came from a rule follower, not from a language model."


@register.simple_tag
def trade_side(credits: int, items: Sequence[BarterItem]) -> str:
    """What one side gives."""
    said = [f"{credits:,} cr"] if credits else []
    return ", ".join([*said, *(item.title for item in items)]) or "nothing"


@register.filter
def percent(share: float | None) -> str:
    """A share in whole percent."""
    return "—" if share is None else f"{share:.0%}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _interval(low: float | None, high: float | None, form: str) -> str:
    if low is None or high is None:
        return "; too few for an interval"
    return f"; 95 % between {form.format(low)} and {form.format(high)}".replace("-", "−")


@register.filter
def hundred(share: float) -> int:
    """A share as a whole number of percent, for a field."""
    return round(share * 100)


@register.simple_tag
def part_state(state: str) -> SafeString:
    """How a part stands: shape, word and colour."""
    return badge(PART_STATES[state], state.capitalize())
