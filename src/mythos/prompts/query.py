"""The one text query of the grid: `tokens:>500 tone:formal tag:@clarity+ prompt:summarize created:>2026-01 words`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from mythos.accounts.models import Swarm
from mythos.errors import Invalid
from mythos.prompts.parts import (
    Part,
    by_ancestor,
    by_assistant,
    by_label,
    by_likeness,
    by_prompt,
    by_range,
    by_tag,
    by_value,
)
from mythos.prompts.words import by_words

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
    typed, words = split_query(query, KEYS)
    parts = [_part(whole, key, value, swarm) for whole, key, value in typed]
    return [*parts, *by_words(swarm, " ".join(words))]


def split_query(query: str, keys: Sequence[str]) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Each `key:value` as (itself, key, value), and the other words; Invalid for a key that is none of these."""
    parts, words = [], []
    for typed in query.split():
        key, colon, value = typed.partition(":")
        if colon and key in keys:
            if not value:
                raise unreadable(typed, "a value is missing after the colon.")
            parts.append((typed, key, value))
        elif colon and key.isalpha() and value and not value.startswith("//"):
            raise unreadable(typed, f"“{key}” is no filter; known: {', '.join(keys)}.")
        else:
            words.append(typed)
    return parts, words


def _part(typed: str, key: str, value: str, swarm: Swarm | None) -> Part:
    if key == "tone":
        return by_value(swarm, "tone_type", value.split(","))
    if key == "tag":
        return by_tag(swarm, [value, f"@{value}"])
    if key in _BY_SLUG:
        return _BY_SLUG[key](swarm, value)
    if key == "created":
        lookup, day = dates(typed, value)
        return by_range(swarm, "created_at", {lookup: day})
    match = RANGE.match(value)
    if match is None:
        raise unreadable(typed, "write a number, >500, <500 or 100..500.")
    if match["low"]:
        return by_range(swarm, "token_count", {"gte": int(match["low"]), "lte": int(match["high"])})
    if not match["one"].isdigit() or len(match["one"]) > MOST_DIGITS:
        raise unreadable(typed, "write a number, >500, <500 or 100..500.")
    number, wanted = int(match["one"]), _LOOKUPS.get(match["op"] or "")
    return by_range(swarm, "token_count", {wanted: number} if wanted else {"gte": number, "lte": number})


def dates(part: str, value: str) -> tuple[str, datetime]:
    """A lookup and the day it is about: `>2026-01` is from that day on."""
    match = RANGE.match(value)
    try:
        year, month, day = [int(piece) for piece in (((match and match["one"]) or "") + "-1-1").split("-")][:3]
        return _LOOKUPS.get((match and match["op"]) or ">=", "gte"), datetime(year, month, day, tzinfo=UTC)
    except ValueError as error:
        raise unreadable(part, "write a date such as 2026-01-31 or 2026-01.") from error


def unreadable(part: str, why: str) -> Invalid:
    """What is told about a part that cannot be read."""
    return Invalid(f"“{part}”: {why}", fields={"q": f"“{part}”: {why}"}, data={"token": part})
