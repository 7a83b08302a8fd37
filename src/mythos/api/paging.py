"""Lists a page at a time, by key: new rows never shift a page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Model, QuerySet

from mythos.errors import Invalid

LARGEST_PAGE = 200
LARGEST_KEY = 2**63 - 1
BATCH = 500


def page(rows: QuerySet[Any], limit: int, cursor: str | None, *, newest_first: bool = True) -> dict[str, Any]:
    """`items` and the cursor of the `next` page (None on the last); rows are ordered by id."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise Invalid("The page size is out of range.", fields={"limit": f"Between 1 and {LARGEST_PAGE}."})
    if cursor:
        after = _read(cursor)
        rows = rows.filter(pk__lt=after) if newest_first else rows.filter(pk__gt=after)
    found: list[Model] = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    items = found[:limit]
    return {"items": items, "next": _write(items[-1].pk) if len(found) > limit else None}


def _write(key: int) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def _read(cursor: str) -> int:
    try:
        key = int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not 0 < key <= LARGEST_KEY:
            raise ValueError(key)
        return key
    except (ValueError, binascii.Error) as error:
        raise Invalid("The cursor is not one of ours.", fields={"cursor": "Use `next` of a page."}) from error


async def in_batches(lines: Iterable[str]) -> AsyncIterator[bytes]:
    """Lines for a slow reader: the next batch is made when the last one is gone, in the thread of the database."""
    rows = iter(lines)
    while batch := await sync_to_async(lambda: "".join(islice(rows, BATCH)))():
        yield batch.encode()
