"""The one text query of the grid: `tokens:>500 tone:formal tag:@clarity+ prompt:summarize created:>2026-01 words`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from mythos.accounts.models import Swarm
from mythos.errors import Invalid
from mythos.prompts.search import (
    Part,
    by_ancestor,
    by_assistant,
    by_label,
    by_likeness,
    by_prompt,
    by_range,
    by_tag,
    by_value,
    by_words,
)

RANGE = re.compile(r"^(?:(?P<op>[<>]=?)?(?P<one>[\d-]+)|(?P<low>\d{1,9})\.\.(?P<high>\d{1,9}))$")
_LOOKUPS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
MOST_DIGITS = 9
_BY_SLUG: dict[str, Callable[[Swarm | None, str], Part]] = {
    "prompt": by_prompt,
    "ancestor": by_ancestor,
    "assistant": by_assistant,
    "label": by_label,
    "like": by_likeness,
}
KEYS = ("tokens", "tone", "tag", "prompt", "ancestor", "assistant", "label", "like", "created")


def read_query(query: str, swarm: Swarm | None) -> list[Part]:
    """The parts of a query, all of which a row must hold; Invalid names the part that cannot be read."""
    parts, words = [], []
    for typed in query.split():
        key, colon, value = typed.partition(":")
        if colon and key in KEYS:
            parts.append(_part(typed, key, value, swarm))
        elif colon and key.isalpha() and value and not value.startswith("//"):
            raise _unreadable(typed, f"“{key}” is no filter; known: {', '.join(KEYS)}.")
        else:
            words.append(typed)
    said = by_words(swarm, " ".join(words))
    return [*parts, said] if said else parts


def _part(typed: str, key: str, value: str, swarm: Swarm | None) -> Part:
    if not value:
        raise _unreadable(typed, "a value is missing after the colon.")
    if key == "tone":
        return by_value(swarm, "tone_type", value.split(","))
    if key == "tag":
        return by_tag(swarm, [value, f"@{value}"])
    if key in _BY_SLUG:
        return _BY_SLUG[key](swarm, value)
    match = RANGE.match(value)
    if match is None:
        raise _unreadable(typed, "write a number, >500, <500 or 100..500.")
    if key == "created":
        day = _date(typed, match["one"])
        return by_range(swarm, "created_at", {_LOOKUPS.get(match["op"] or ">=", "gte"): day})
    if match["low"]:
        return by_range(swarm, "token_count", {"gte": int(match["low"]), "lte": int(match["high"])})
    if not match["one"].isdigit() or len(match["one"]) > MOST_DIGITS:
        raise _unreadable(typed, "write a number, >500, <500 or 100..500.")
    number, lookup = int(match["one"]), _LOOKUPS.get(match["op"] or "")
    return by_range(swarm, "token_count", {lookup: number} if lookup else {"gte": number, "lte": number})


def _date(part: str, text: str | None) -> datetime:
    try:
        year, month, day = [int(piece) for piece in ((text or "") + "-1-1").split("-")][:3]
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError as error:
        raise _unreadable(part, "write a date such as 2026-01-31 or 2026-01.") from error


def _unreadable(part: str, why: str) -> Invalid:
    return Invalid(f"“{part}”: {why}", fields={"q": f"“{part}”: {why}"}, data={"token": part})
