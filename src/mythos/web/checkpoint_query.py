"""The one text query of the grid: `tokens:>500 tone:formal tag:@clarity+ prompt:summarize created:>2026-01 words`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from mythos.errors import Invalid

_RANGE = re.compile(r"^(?:(?P<op>[<>]=?)?(?P<one>[\d-]+)|(?P<low>\d+)\.\.(?P<high>\d+))$")
_LOOKUPS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
KEYS = ("tokens", "tone", "tag", "prompt", "created")


def apply_query(rows: QuerySet[Any], query: str) -> QuerySet[Any]:
    """Rows that match every part; Invalid names the part that cannot be read."""
    for part in query.split():
        key, colon, value = part.partition(":")
        if colon and key in KEYS:
            rows = rows.filter(_condition(part, key, value))
        elif colon and key.isalpha() and value:
            raise _unreadable(part, f"“{key}” is no filter; known: {', '.join(KEYS)}.")
        else:
            rows = rows.filter(Q(text__icontains=part) | Q(prompt__slug__icontains=part) | Q(message__icontains=part))
    return rows


def parts_of(query: str) -> list[tuple[str, str]]:
    """Each part of the query, and the query without it."""
    parts = query.split()
    return [(part, " ".join(parts[:index] + parts[index + 1 :])) for index, part in enumerate(parts)]


def token_range(query: str) -> tuple[int, int | None]:
    """The least and most tokens a readable query asks for."""
    low, high = 0, None
    for part in query.split():
        match = _RANGE.match(part.removeprefix("tokens:")) if part.startswith("tokens:") else None
        if match is None:
            continue
        if match["low"]:
            low, high = int(match["low"]), int(match["high"])
        elif match["one"].isdigit():
            given, op = int(match["one"]), match["op"] or ""
            low = given + (op == ">") if op in {">", ">=", ""} else low
            high = given - (op == "<") if op in {"<", "<=", ""} else high
    return low, high


def with_part(query: str, key: str, value: str) -> str:
    """The query with `key:value` instead of what it said about the key; without it when it said just that."""
    part = f"{key}:{value}"
    others = [one for one in query.split() if not one.startswith(f"{key}:")]
    return " ".join(others if part in query.split() else [*others, part])


def _condition(part: str, key: str, value: str) -> Q:
    if not value:
        raise _unreadable(part, "a value is missing after the colon.")
    if key == "tone":
        return Q(tone_type__in=value.split(","))
    if key == "prompt":
        return Q(prompt__slug__startswith=value)
    if key == "tag":
        marked = value if value.startswith("@") else f"@{value}"
        return Q(mutations__symbolic_tags__icontains=f'"{marked}"') | Q(tags__icontains=f'"{value}"')
    match = _RANGE.match(value)
    if match is None:
        raise _unreadable(part, "write a number, >500, <500 or 100..500.")
    if key == "created":
        return Q(**{f"created_at__{_LOOKUPS.get(match['op'] or '>=', 'gte')}": _date(part, match["one"])})
    if match["low"]:
        return Q(token_count__gte=int(match["low"]), token_count__lte=int(match["high"]))
    if not match["one"].isdigit():
        raise _unreadable(part, "write a number, >500, <500 or 100..500.")
    lookup = _LOOKUPS.get(match["op"] or "", "exact")
    return Q(**{f"token_count__{lookup}": int(match["one"])})


def _date(part: str, text: str | None) -> datetime:
    try:
        year, month, day = [int(piece) for piece in ((text or "") + "-1-1").split("-")][:3]
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError as error:
        raise _unreadable(part, "write a date such as 2026-01-31 or 2026-01.") from error


def _unreadable(part: str, why: str) -> Invalid:
    return Invalid(f"“{part}”: {why}", fields={"q": f"“{part}”: {why}"}, data={"token": part})
