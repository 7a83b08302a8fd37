"""How mentorship shows its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

register = template.Library()


@register.filter
def signed_score(value: float | None) -> str:
    """A difference or a score between -1 and 1, with its sign; a true minus stands as wide as a plus."""
    if value is None:
        return "—"
    text = f"{value:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "−")


@register.filter
def percent(value: float) -> str:
    """A share in whole percent."""
    return f"{value * 100:.0f} %"


@register.filter
def with_commas(words: Sequence[str] | None) -> str:
    """Words as they are typed into a field."""
    return ", ".join(words or ())
