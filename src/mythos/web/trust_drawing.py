"""Where lines, circles and words of the drawings of trust stand. Numbers only: templates write the SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mythos.assistants.models import Assistant
from mythos.mentorship.history import TrustEdge
from mythos.mentorship.models import PromptMentorshipLog

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 36, 130, 12, 24
LINE = 16  # least distance of two labels
MOST_AROUND = 16
GRAPH = 340
NEAR = 118  # radius of the circle of assistants


@dataclass(frozen=True)
class Curve:
    """One mentor's trust deltas over time."""

    name: str
    number: int
    points: str
    dots: tuple[tuple[float, float, str], ...]
    label: tuple[float, float]
    last: float


@dataclass(frozen=True)
class Plot:
    """Curves and the lines at -1, 0 and 1."""

    curves: tuple[Curve, ...]
    grid: tuple[tuple[float, str], ...]
    is_simulated: bool  # whether a rule follower had a part in any point
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def history_plot(rows: Sequence[tuple[Assistant, list[PromptMentorshipLog]]]) -> Plot | None:
    """Trust deltas by day, a curve for each mentor with its name at the end; None when nothing was measured."""
    stamps = [log.created_at.timestamp() for _, logs in rows for log in logs]
    if not stamps:
        return None
    first, span = min(stamps), max(max(stamps) - min(stamps), 1.0)
    curves = []
    for number, (mentor, logs) in enumerate(rows, start=1):
        dots = tuple(
            (
                _round(LEFT + (log.created_at.timestamp() - first) / span * (WIDTH - LEFT - RIGHT)),
                _y(log.trust_delta),
                f"{mentor.name}, {log.set_name}: {log.trust_delta:+.2f}" + ", simulated" * log.is_simulated,
            )
            for log in logs
        )
        points = " ".join(f"{x},{y}" for x, y, _ in dots)
        curves.append(Curve(mentor.name, number, points, dots, (dots[-1][0] + 8, dots[-1][1]), logs[-1].trust_delta))
    lines = tuple((_y(value), f"{value:+d}" if value else "0") for value in (1, 0, -1))
    return Plot(_apart(curves), lines, any(log.is_simulated for _, logs in rows for log in logs))


def _y(value: float) -> float:
    return _round(TOP + (1 - value) / 2 * (HEIGHT - TOP - BOTTOM))


def _round(value: float) -> float:
    return round(value, 1)


def _apart(curves: Sequence[Curve]) -> tuple[Curve, ...]:
    """The same curves, their labels moved down until no two stand on each other."""
    free = float(TOP)
    placed = {}
    for curve in sorted(curves, key=lambda curve: curve.label[1]):
        y = max(curve.label[1], free)
        placed[curve.number] = Curve(
            curve.name, curve.number, curve.points, curve.dots, (curve.label[0], y), curve.last
        )
        free = y + LINE
    return tuple(placed[curve.number] for curve in curves)


@dataclass(frozen=True)
class Node:
    """An assistant in the graph."""

    name: str
    x: float
    y: float
    anchor: str
    label_x: float
    label_y: float
    is_self: bool


@dataclass(frozen=True)
class Arrow:
    """Who taught whom; thicker the more often, coloured by whether it helped."""

    path: str
    kind: str
    width: float
    title: str


@dataclass(frozen=True)
class Graph:
    """The assistant in the middle, those it taught or learnt from around it."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    hidden: int
    size: int = GRAPH


def trust_drawing(assistant: Assistant, edges: Sequence[TrustEdge]) -> Graph | None:
    """The graph around one assistant; the list beside it names those there is no room for."""
    others: dict[int, Assistant] = {}
    for edge in edges:
        other = edge.mentee if edge.mentor.pk == assistant.pk else edge.mentor
        others.setdefault(other.pk, other)
    if not others:
        return None
    middle = GRAPH / 2
    shown = list(others.values())[:MOST_AROUND]
    places = {assistant.pk: (middle, middle)}
    nodes = [Node(assistant.name, middle, middle, "middle", middle, middle + 24, True)]
    for number, other in enumerate(shown):
        angle = 2 * math.pi * number / len(shown) - math.pi / 2
        x, y = middle + NEAR * math.cos(angle), middle + NEAR * math.sin(angle)
        places[other.pk] = (x, y)
        below = 20 if y >= middle else -12
        name = other.name if len(other.name) <= 14 else f"{other.name[:13]}…"
        nodes.append(Node(name, _round(x), _round(y), "middle", _round(x), _round(y + below), False))
    drawn = [edge for edge in edges if edge.mentor.pk in places and edge.mentee.pk in places]
    arrows = tuple(_arrow(edge, places[edge.mentor.pk], places[edge.mentee.pk]) for edge in drawn)
    return Graph(tuple(nodes), arrows, len(others) - len(shown))


def _arrow(edge: TrustEdge, start: tuple[float, float], end: tuple[float, float]) -> Arrow:
    """A curve bent to its left, so that two ways between the same two do not lie on each other."""
    (x1, y1), (x2, y2) = start, end
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    bend_x, bend_y = (x1 + x2) / 2 - uy * 14, (y1 + y2) / 2 + ux * 14
    x1, y1, x2, y2 = x1 + ux * 10, y1 + uy * 10, x2 - ux * 13, y2 - uy * 13
    path = f"M{x1:.1f} {y1:.1f}Q{bend_x:.1f} {bend_y:.1f} {x2:.1f} {y2:.1f}"
    kind = "good" if edge.mean > 0 else "bad" if edge.mean < 0 else "even"
    title = f"{edge.mentor.name} taught {edge.mentee.name} {edge.adoptions} times, {edge.mean:+.2f} on average"
    return Arrow(path, kind, min(5.0, 1.5 + math.log2(edge.adoptions)), title)
