"""Moments as a person reads them: in the zone of MYTHOS_TIME_ZONE, as on the pages, and with its name."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localtime


def moment(at: datetime) -> str:
    """As in `2026-03-01 14:05 CET`."""
    return f"{localtime(at):%Y-%m-%d %H:%M %Z}"
