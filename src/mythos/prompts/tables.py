"""Rows as the lines of a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mythos.errors import Invalid

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
FORMATS = tuple(CONTENT_TYPES)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def table_lines(rows: Iterable[dict[str, Any]], columns: Sequence[str], kind: str) -> Iterator[str]:
    """Rows as CSV or JSON Lines, one after the other; Invalid for any other format."""
    if kind not in FORMATS:
        raise Invalid("There is no such format.", fields={"format": f"One of {', '.join(FORMATS)}."})
    return _csv(rows, columns) if kind == "csv" else (json.dumps(row, default=str) + "\n" for row in rows)


class _Echo:
    def write(self, value: str) -> str:
        return value


def _csv(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_cell(row[column]) for column in columns])


def _cell(value: Any) -> Any:
    """Lists and mappings as JSON; a text a spreadsheet would run as a formula gets an apostrophe in front."""
    if isinstance(value, (list, dict)):
        return json.dumps(value)
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value
