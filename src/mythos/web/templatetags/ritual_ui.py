"""How rituals look: states of runs, results, verdicts, intervals, money. Simulated results say so everywhere."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from mythos.rituals.models import RitualResult, RitualRun
from mythos.web.templatetags.mythos_ui import badge, icon

register = template.Library()
State = RitualRun.State

RUN_LOOKS: dict[str, str] = {
    State.PENDING: "mute",
    State.RUNNING: "info",
    State.PAUSED: "warn",
    State.CANCELLED: "mute",
    State.STOPPED: "warn",
    State.DONE: "ok",
    State.FAILED: "bad",
}
VERDICTS = {"better": "ok", "worse": "bad", "same": "info", "not enough cases": "mute"}


@register.simple_tag
def run_state(run: RitualRun) -> SafeString:
    """The state of a run as a badge."""
    return badge(RUN_LOOKS.get(run.state, "mute"), run.get_state_display().capitalize())


@register.simple_tag
def simulated(is_simulated: bool) -> SafeString:
    """A mark on everything that no language model said."""
    if not is_simulated:
        return mark_safe("")
    return format_html(
        '<span class="badge info" title="{}">{}Simulated</span>',
        "The replies come from a rule follower, not from a language model.",
        icon("flask-conical"),
    )


@register.simple_tag
def result_badge(result: RitualResult) -> SafeString:
    """Passed, failed, not measured, or no reply at all."""
    if result.status == RitualResult.Status.FAILED:
        return badge("warn", "No reply")
    if result.passed is None:
        return badge("mute", "Not measured")
    return badge("ok", "Passed") if result.passed else badge("bad", "Failed")


@register.simple_tag
def grade_badge(value: float | None) -> SafeString:
    """One grade."""
    if value is None:
        return badge("mute", "Not measured")
    return badge("ok", "Met") if value >= 1 else badge("bad", "Not met")


@register.simple_tag
def verdict_badge(verdict: str) -> SafeString:
    """Better, worse, the same, or not enough cases to tell."""
    return badge(VERDICTS.get(verdict, "mute"), verdict.capitalize())


@register.filter
def score(value: Any) -> str:
    """A score 0–1 with two digits, or a dash for what was not measured; a template gives "" for what is not there."""
    return f"{value:.2f}" if isinstance(value, int | float) else "—"


@register.filter
def after_check(name: str) -> str:
    """The name of a check in words: `ritual:desk` is the ritual desk."""
    kind, _, rest = name.partition(":")
    return f"{kind} {rest}".strip()


@register.filter
def check_value(value: Any) -> str:
    """What a check asks for, in words: several of them with commas between."""
    return ", ".join(f"“{one}”" for one in value) if isinstance(value, list) else str(value)


@register.filter
def points(value: float) -> str:
    """A difference of scores with its sign."""
    return f"{value:+.3f}".replace("-", "−")


@register.filter
def money(value: float | None) -> str:
    """US dollars; nothing known is said, not shown as zero."""
    if value is None:
        return "not known"
    return f"${value:,.2f}" if value == 0 or value >= 0.01 else f"${value:.6f}".rstrip("0")


@register.filter
def p_value(value: float) -> str:
    """A p-value as papers give it."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


@register.simple_tag
def interval(result: Any, margin: float) -> SafeString:
    """The difference and its interval on a line from −1 to 1, with the band that counts as the same."""

    def at(value: float) -> str:
        return f"{200 + 190 * max(-1.0, min(1.0, value)):.1f}"

    low, high = result.interval
    label = f"Difference {points(result.difference)}, 95 % interval from {points(low)} to {points(high)}"
    return format_html(
        '<svg class="interval" viewBox="0 0 400 44" role="img" aria-label="{}"><rect class="band" x="{}" y="4" '
        'width="{}" height="26"/><path class="axis" d="M10 30H390M200 4V30"/><path class="whisker" '
        'd="M{} 17H{}M{} 11V23M{} 11V23"/><circle class="dot" cx="{}" cy="17" r="4.5"/><text x="10" y="42">−1</text>'
        '<text x="200" y="42" class="mid">0</text><text x="390" y="42" class="last">+1</text></svg>',
        label, at(-margin), f"{380 * margin:.1f}", at(low), at(high), at(low), at(high), at(result.difference),
    )  # fmt: skip
