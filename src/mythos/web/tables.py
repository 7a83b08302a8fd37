"""Long tables: a page at a time by key, counts with an end, and streaming as CSV or JSON Lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, F, QuerySet, Value
from django.db.models.lookups import Exact, GreaterThan, LessThan
from django.http import StreamingHttpResponse

from mythos.errors import Invalid
from mythos.prompts.parts import Aside, Plain
from mythos.prompts.search import Found
from mythos.prompts.tables import CONTENT_TYPES, table_lines

BATCH = 200


def found_page(
    found: Found, column: str, sort: str, after: str, size: int, shown: QuerySet[Any]
) -> tuple[list[Any], str]:
    """A page of what a query finds; few rows are sorted anew, many stand in the index of the order."""
    if found.few is None:
        return page_after(found.rows, column, sort, after, size, shown)
    return page_after(found.few, column, sort, after, size, shown, kept=Aside if found.is_sought else Plain)


def page_after(
    rows: QuerySet[Any],
    column: str,
    sort: str,
    after: str,
    size: int,
    shown: QuerySet[Any] | None = None,
    *,
    kept: type[Plain] | None = None,
) -> tuple[list[Any], str]:
    """A page after the key `value|id`, and the key of the next one ("" on the last); `sort` begins with - for down.

    Equal values are told apart by id, so that rows which come or go never shift a page. The keys are found first, by
    the index of the order alone; then the rows of those keys are read from `shown`, with everything a page shows.
    `kept` keeps that index out of it, where few rows are sorted anew.
    """
    keys = _keys_after(rows, column, after, size + 1, is_down=sort.startswith("-"), kept=kept)
    read = {row.pk: row for row in (rows if shown is None else shown).filter(pk__in=keys[:size]).order_by()}
    page = [read[key] for key in keys[:size] if key in read]
    if len(keys) <= size or not page:
        return page, ""
    edge = getattr(page[-1], column)
    return page, f"{edge.isoformat() if isinstance(edge, datetime) else edge}|{page[-1].pk}"


def _keys_after(
    rows: QuerySet[Any], column: str, after: str, most: int, *, is_down: bool, kept: type[Plain] | None
) -> list[int]:
    """The next keys: those of the same value first, which an index finds by both, then those of the values beyond."""
    by, key = (kept(F(column)), kept(F("id"))) if kept else (F(column), F("id"))
    keys = rows.values_list("pk", flat=True)
    ordered = keys.order_by(by.desc(), key.desc()) if is_down else keys.order_by(by.asc(), key.asc())
    text, _, number = after.rpartition("|")
    if not number.isdigit():
        return list(ordered[:most])
    field = rows.model._meta.get_field(column)
    try:
        value = Value(field.to_python(text), output_field=field)
    except (ValidationError, ValueError) as error:
        raise Invalid("This page cannot be found.", hint="Go back to the first page.") from error
    beyond = LessThan if is_down else GreaterThan
    last = Value(int(number), output_field=BigIntegerField())
    found = list(ordered.filter(Exact(by, value), beyond(key, last))[:most])
    if len(found) < most:
        found += ordered.filter(beyond(by, value))[: most - len(found)]
    return found


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
