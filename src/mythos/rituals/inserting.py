"""Many rows in one statement, those that are there already left alone.

Twice as fast as bulk_create, which prepares every value through its field: a run writes two rows a case, and at
thousands of cases a second that is most of its work.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

_PLAIN = frozenset({str, int, float, bool, type(None)})


def insert(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert the rows; values are texts, numbers, truth values, None, datetimes, or lists and dicts for JSON."""
    times: dict[datetime, Any] = {}

    def prepared(value: Any) -> Any:
        if type(value) in _PLAIN:
            return value
        if isinstance(value, datetime):
            if value not in times:
                times[value] = connection.ops.adapt_datetimefield_value(value)
            return times[value]
        return json.dumps(value) if value else "[]" if isinstance(value, (list, tuple)) else "{}"

    values = [tuple(map(prepared, row)) for row in rows]
    if not values:
        return
    quote = connection.ops.quote_name
    fields: list[Any] = [model._meta.get_field(column) for column in columns]
    names = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
