"""Dates and times of day, whichever way they are written."""

from __future__ import annotations

import datetime
import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
# One token each: a date, and a time of day with its half of the day.
DATE = (
    r"\b\d{4}-\d{2}-\d{2}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? \d{{4}}\b)?(?![^\W\d_])"
    rf"|\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?(?!\d)"
)
CLOCK = r"\b\d{1,2}(?::\d{2})? ?(?:[ap]\.m\.|[ap]m\b)|\b\d{1,2}:\d{2}\b(?!:)"

HOURS = {"noon": 720.0, "midnight": 1440.0}


def value_of(raw: str, norm: str) -> tuple[float | None, str]:
    """Minutes of a time of day or days of a date, with “clock” or “date” as the unit."""
    if norm in HOURS:
        return HOURS[norm], "clock"
    if re.fullmatch(CLOCK, raw, re.IGNORECASE):
        return _clock(norm), "clock"
    return (_date(norm), "date") if re.fullmatch(DATE, raw, re.IGNORECASE) else (None, "")


def _clock(norm: str) -> float | None:
    hour, minute = int(re.findall(r"\d+", norm)[0]), int((re.findall(r":(\d+)", norm) or ["0"])[0])
    if "p" in norm and hour < 12:
        hour += 12
    elif "a" in norm and hour == 12:
        hour = 0
    return float(60 * hour + minute) if hour <= 24 and minute < 60 else None


def _date(norm: str) -> float | None:
    """Days; a date without a year counts in a year of its own, so that it equals none that has one."""
    numbers = [int(part) for part in re.findall(r"\d+", norm)]
    if "-" in norm:
        year, month, day = numbers
    else:
        names = re.findall(r"[a-z]{3,}", norm)
        month = next((_MONTHS.index(name[:3]) + 1 for name in names if name[:3] in _MONTHS), 0)
        year, day = (numbers[1] if len(numbers) > 1 else 4), numbers[0]
    try:
        return float(datetime.date(year, month, day).toordinal())
    except ValueError:
        return None
