"""Moving blocks: rows in, rows out. The same moves by mouse, by keyboard and by a button of a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mythos.assistants.compiling import SECTIONS
from mythos.errors import Invalid

Rows = list[dict[str, Any]]


def added(rows: Sequence[Mapping[str, Any]], section: str, prompt: int, checkpoint: int) -> Rows:
    """With a block at the end of a section; a prompt that is there already moves there, at this checkpoint."""
    row = {"section": section, "prompt": prompt, "checkpoint": checkpoint}
    return _sorted([*removed(rows, prompt), row])


def removed(rows: Sequence[Mapping[str, Any]], prompt: int) -> Rows:
    """Without a prompt."""
    return [dict(row) for row in rows if row["prompt"] != prompt]


def moved_to(rows: Sequence[Mapping[str, Any]], prompt: int, section: str) -> Rows:
    """With a prompt at the end of another section."""
    row = _row(rows, prompt)
    return added(rows, section, prompt, row["checkpoint"])


def swapped(rows: Sequence[Mapping[str, Any]], prompt: int, checkpoint: int) -> Rows:
    """With another checkpoint of a prompt in the same place."""
    _row(rows, prompt)
    return [{**row, "checkpoint": checkpoint} if row["prompt"] == prompt else dict(row) for row in rows]


def stepped(rows: Sequence[Mapping[str, Any]], prompt: int, step: int) -> Rows:
    """One place up (-1) or down (1): past its neighbour, or at an edge into the section beside it."""
    order = _sorted([dict(row) for row in rows])
    at = next(index for index, row in enumerate(order) if row["prompt"] == _row(rows, prompt)["prompt"])
    row, neighbour = order[at], at + step
    if 0 <= neighbour < len(order) and order[neighbour]["section"] == row["section"]:
        order[at], order[neighbour] = order[neighbour], row
        return order
    beside = SECTIONS.index(row["section"]) + step
    if not 0 <= beside < len(SECTIONS):
        return order
    row["section"] = SECTIONS[beside]
    return _sorted([row, *order[:at], *order[at + 1 :]] if step > 0 else [*order[:at], *order[at + 1 :], row])


def _row(rows: Sequence[Mapping[str, Any]], prompt: int) -> Mapping[str, Any]:
    found = next((row for row in rows if row["prompt"] == prompt), None)
    if found is None:
        raise Invalid("The block cannot be moved.", fields={"prompt_cluster": "It is not in the draft."})
    return found


def _sorted(rows: Rows) -> Rows:
    unknown = [row["section"] for row in rows if row["section"] not in SECTIONS]
    if unknown:
        raise Invalid("The block cannot be moved.", fields={"section": f"One of {', '.join(SECTIONS)}."})
    return sorted(rows, key=lambda row: SECTIONS.index(row["section"]))
