"""How training looks: states, the curve of scores, the gauge of tension, the ring of texts that were tried."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from mythos.training.models import PromptMutationRing, SwarmTrainingChain
from mythos.training.reporting import BREAKING, CALM, zone_of
from mythos.web.templatetags.mythos_ui import badge

register = template.Library()
State = SwarmTrainingChain.State
LOOKS: dict[str, str] = {
    State.PENDING: "mute",
    State.RUNNING: "info",
    State.PAUSED: "warn",
    State.OUTAGE: "warn",
    State.CANCELLED: "mute",
    State.FAILED: "bad",
    State.DONE: "ok",
    State.SEALED: "ok",
}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 800, 230, 40, 12, 12, 26
MOST_NODES = 24


@register.simple_tag
def chain_state(chain: SwarmTrainingChain) -> SafeString:
    """The state of a chain as a badge."""
    words = {State.RUNNING: "Live", State.OUTAGE: "Provider away"}
    return badge(LOOKS.get(chain.state, "mute"), words.get(State(chain.state), chain.get_state_display().capitalize()))


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds as people say them."""
    if seconds is None:
        return "—"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@register.filter
def short(value: float | None) -> str:
    """A large number in few digits."""
    if value is None:
        return "—"
    return f"{value / 1000:.0f}k" if value >= 10_000 else f"{value:,.0f}"


@register.filter
def belief(value: float | None) -> str:
    """A belief delta with its sign."""
    return "—" if value is None else f"{value:+.2f}".replace("-", "−")


@register.simple_tag
def curve(
    points: Sequence[tuple[int, float]],
    past: Sequence[float],
    goal: float | None,
    cases: int,
    also: Sequence[float] = (),
) -> SafeString:
    """Scores by step with their 95 % band, the median of past runs, and the goal; `also` has room on the scale."""
    if not points:
        return mark_safe("")
    last = max(points[-1][0], len(past) - 1, 1)
    bands = [(step, *_band(score, cases)) for step, score in points]
    every = [value for _, low, high in bands for value in (low, high)] + list(past) + ([goal] if goal else [])
    every += also
    ticks = _scale(min(every), max(every))
    floor, ceiling = ticks[0], ticks[-1]

    def x(step: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * step / last, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - floor) / (ceiling - floor), 1)

    parts = [
        format_html_join("", '<path class="axis" d="M{} {}H{}"/><text x="{}" y="{}" class="last">{}</text>',
                         ((LEFT, y(t), WIDTH - RIGHT, LEFT - 6, y(t) + 3, f"{t:.2f}") for t in ticks)),
        format_html_join("", '<text x="{}" y="{}" class="mid">{}</text>',
                         ((x(step), HEIGHT - 8, step) for step in _marks(last))),
        format_html('<path class="band" d="{}"/>', _area([(x(s), y(lo), y(hi)) for s, lo, hi in bands])),
    ]  # fmt: skip
    if past:
        parts.append(format_html('<path class="past" d="{}"/>', _line([(x(i), y(v)) for i, v in enumerate(past)])))
    if goal:
        parts.append(
            format_html('<path class="goal" d="M{} {}H{}"/><text x="{}" y="{}" class="last">goal {}</text>',
                        LEFT, y(goal), WIDTH - RIGHT, WIDTH - RIGHT, y(goal) - 4, f"{goal:.2f}")
        )  # fmt: skip
    parts.append(format_html('<path class="line" d="{}"/>', _line([(x(s), y(v)) for s, v in points])))
    step, value = points[-1]
    parts.append(format_html('<circle class="dot" cx="{}" cy="{}" r="4.5"/>', x(step), y(value)))
    label = f"Score by step, from {points[0][1]:.2f} at step {points[0][0]} to {value:.2f} at step {step}"
    return format_html(
        '<svg class="curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH, HEIGHT, label, mark_safe("".join(parts)),  # noqa: S308 - every part is made by format_html
    )  # fmt: skip


def _band(score: float, cases: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a mean of so many cases."""
    if not cases:
        return score, score
    z2 = 1.96**2
    middle = (score + z2 / (2 * cases)) / (1 + z2 / cases)
    half = 1.96 / (1 + z2 / cases) * math.sqrt(score * (1 - score) / cases + z2 / (4 * cases**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def _scale(least: float, most: float) -> list[float]:
    """Round marks of 0–1 that hold both, at one distance."""
    tenths = 1 if most - least <= 0.5 else 2
    top = min(10, tenths * math.ceil(round(most * 10 / tenths, 6)))
    bottom = min(tenths * math.floor(round(least * 10 / tenths, 6)), top - 2 * tenths)
    bottom = max(0, bottom)
    return [part / 10 for part in range(bottom, max(top, bottom + 2 * tenths) + 1, tenths)]


def _marks(last: int) -> list[int]:
    return list(range(0, last + 1, math.ceil(last / 10)))


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _area(rows: Sequence[tuple[float, float, float]]) -> str:
    lower, upper = [(x, low) for x, low, _ in rows], [(x, high) for x, _, high in reversed(rows)]
    return _line([*lower, *upper]) + "Z"


@register.simple_tag
def tension_gauge(value: float) -> SafeString:
    """Codex tension on a line of three zones."""
    at = 260 * max(0.0, min(1.0, value))
    calm, breaking = 260 * CALM, 260 * BREAKING
    return format_html(
        '<svg class="gauge" viewBox="0 0 260 34" role="img" aria-label="Codex tension {} of 1, {}"><rect class="calm" '
        'y="4" width="{}" height="6" rx="2"/><rect class="strained" x="{}" y="4" width="{}" height="6"/><rect '
        'class="breaking" x="{}" y="4" width="{}" height="6" rx="2"/><path class="at" d="M{} 0V14"/><text y="28">calm'
        '</text><text x="{}" y="28">0.5 strained</text><text x="260" y="28" class="last">0.8 breaking</text></svg>',
        f"{value:.2f}", zone_of(value), calm - 1, calm, breaking - calm - 1, breaking, 260 - breaking,
        f"{at:.1f}", calm,
    )  # fmt: skip


@register.simple_tag
def mutation_ring(rows: Sequence[PromptMutationRing]) -> SafeString:
    """What was tried, round the text it began with: filled where kept, crossed where not."""
    shown = list(rows)[:MOST_NODES]
    if not shown:
        return mark_safe("")
    nodes = []
    for number, row in enumerate(shown):
        angle = 2 * math.pi * number / len(shown) - math.pi / 2
        x, y = round(80 + 58 * math.cos(angle), 1), round(80 + 58 * math.sin(angle), 1)
        name = "kept" if row.kept else "lost"
        cross = "" if row.kept else f"M{x - 3} {y - 3}L{x + 3} {y + 3}M{x + 3} {y - 3}L{x - 3} {y + 3}"
        spoke = f"M80 80L{x} {y}" if row.kept else ""
        nodes.append((name, spoke, name, x, y, f"step {row.mutation_step}: {row.get_cause_display()}", cross))
    drawn = format_html_join(
        "",
        '<path class="spoke {}" d="{}"/><circle class="{}" cx="{}" cy="{}" r="6"><title>{}</title></circle>'
        '<path class="cross" d="{}"/>',
        nodes,
    )
    kept = sum(row.kept for row in shown)
    return format_html(
        '<svg class="ring" viewBox="0 0 160 160" role="img" aria-label="{} texts tried, {} kept"><circle class="round" '
        'cx="80" cy="80" r="58"/>{}<circle class="core" cx="80" cy="80" r="17"/><text x="80" y="84" class="mid">start'
        "</text></svg>",
        len(shown), kept, drawn,
    )  # fmt: skip


@register.simple_tag
def call_state(call: Any) -> SafeString:
    """How a call ended."""
    looks = {"done": "ok", "failed": "bad", "begun": "info"}
    return badge(looks.get(call.state, "mute"), call.get_state_display().capitalize())
