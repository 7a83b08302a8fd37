"""The query of the grid as a page shows it: its parts, each to be taken away or joined by another."""

from __future__ import annotations

from collections.abc import Callable

from mythos.errors import Invalid
from mythos.prompts.query import RANGE


def parts_of(query: str) -> list[tuple[str, str]]:
    """Each part of the query, and the query without it."""
    parts = query.split()
    return [(part, " ".join(parts[:index] + parts[index + 1 :])) for index, part in enumerate(parts)]


def wrong_parts(query: str, read: Callable[[str], object]) -> dict[str, str]:
    """Every part that cannot be read, and why."""
    found = {}
    for part in query.split():
        try:
            read(part)
        except Invalid as error:
            if error.data.get("token") == part:
                found[part] = f"{error.message} {error.hint}".strip()
    return found


def token_range(query: str) -> tuple[int, int | None]:
    """The least and most tokens a readable query asks for."""
    low, high = 0, None
    for part in query.split():
        match = RANGE.match(part.removeprefix("tokens:")) if part.startswith("tokens:") else None
        if match is None:
            continue
        if match["low"]:
            low, high = int(match["low"]), int(match["high"])
        elif match["one"].isdigit():
            given, op = int(match["one"]), match["op"] or ""
            low = given + (op == ">") if op in {">", ">=", ""} else low
            high = given - (op == "<") if op in {"<", "<=", ""} else high
    return low, high


def with_part(query: str, key: str, value: str, *, is_toggle: bool = True) -> str:
    """The query with `key:value` instead of what it said about the key; a toggle takes away what it just said."""
    part = f"{key}:{value}"
    others = without_key(query, key)
    return others if is_toggle and part in query.split() else f"{others} {part}".strip()


def without_key(query: str, key: str) -> str:
    """The query without what it says about a key."""
    return " ".join(one for one in query.split() if not one.startswith(f"{key}:"))
