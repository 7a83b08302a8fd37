"""Streaming rows as CSV or JSON Lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from mythos.errors import Invalid

FORMATS = ("csv", "jsonl")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, value: str) -> str:
        return value


def stream(rows: Iterable[dict[str, Any]], columns: Sequence[str], kind: str, name: str) -> StreamingHttpResponse:
    """A download that never holds all rows at once."""
    if kind not in FORMATS:
        raise Invalid("There is no such format.", fields={"format": f"One of {', '.join(FORMATS)}."})
    body = _csv(rows, columns) if kind == "csv" else (json.dumps(row, default=str) + "\n" for row in rows)
    content_type = "text/csv; charset=utf-8" if kind == "csv" else "application/x-ndjson"
    response = StreamingHttpResponse((part.encode() for part in body), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


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
