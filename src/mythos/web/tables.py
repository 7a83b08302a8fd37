"""Long tables: a page at a time by key, counts with an end, and streaming as CSV or JSON Lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, BooleanField, F, QuerySet, Value
from django.http import StreamingHttpResponse

from mythos.errors import Invalid
from mythos.prompts.search import Beyond
from mythos.prompts.tables import CONTENT_TYPES, table_lines

BATCH = 200


def page_after(
    rows: QuerySet[Any], column: str, sort: str, after: str, size: int, shown: QuerySet[Any] | None = None
) -> tuple[list[Any], str]:
    """A page after the key `value|id`, and the key of the next one ("" on the last); `sort` begins with - for down.

    Equal values are told apart by id, so that rows which come or go never shift a page. The keys are found first, by
    the index of the order alone; then the rows of those keys are read from `shown`, with everything a page shows.
    """
    is_down = sort.startswith("-")
    sign = "-" if is_down else ""
    found = rows
    value, _, key = after.rpartition("|")
    if key.isdigit():
        field = rows.model._meta.get_field(column)
        try:
            given = Value(field.to_python(value), output_field=field)
        except (ValidationError, ValueError) as error:
            raise Invalid("This page cannot be found.", hint="Go back to the first page.") from error
        last = Value(int(key), output_field=BigIntegerField())
        found = rows.filter(Beyond(F(column), F("id"), given, last, is_down=is_down, output_field=BooleanField()))
    keys = list(found.order_by(f"{sign}{column}", f"{sign}id").values_list("pk", flat=True)[: size + 1])
    read = {row.pk: row for row in (rows if shown is None else shown).filter(pk__in=keys[:size]).order_by()}
    page = [read[key] for key in keys[:size] if key in read]
    if len(keys) <= size or not page:
        return page, ""
    edge = getattr(page[-1], column)
    return page, f"{edge.isoformat() if isinstance(edge, datetime) else edge}|{page[-1].pk}"


def stream(rows: Iterable[dict[str, Any]], columns: Sequence[str], kind: str, name: str) -> StreamingHttpResponse:
    """A download that never holds all rows at once."""
    response = StreamingHttpResponse(_in_chunks(table_lines(rows, columns, kind)), content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


async def _in_chunks(parts: Iterable[str]) -> AsyncIterator[bytes]:
    """Rows in batches, each read in the thread that owns the database connection."""
    rows = iter(parts)
    while batch := await sync_to_async(lambda: "".join(islice(rows, BATCH)))():
        yield batch.encode()
