"""Streaming rows as CSV or JSON Lines."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

from mythos.errors import Invalid

FORMATS = ("csv", "jsonl")
BATCH = 200
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
    response = StreamingHttpResponse(_in_chunks(body), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


async def _in_chunks(parts: Iterable[str]) -> AsyncIterator[bytes]:
    """Rows in batches, each read in the thread that owns the database connection."""
    rows = iter(parts)
    while batch := await sync_to_async(lambda: "".join(islice(rows, BATCH)))():
        yield batch.encode()


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
