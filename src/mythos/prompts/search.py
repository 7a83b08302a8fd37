"""Finding checkpoints among a million, a part of the query at a time.

When one part alone has few matches, those are read and the other parts are tested on them. When every part has many,
the index of the sort order is walked and every part is tested on the way: a page is then full after a few thousand
rows. Both cost the same in a table of any size; what would not is stopped by `limits`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from mythos.prompts.parts import FEW, Part, among

DRIVING = 4_000  # matches of one part up to which they are read and sorted; beyond, the order is walked


@dataclass(frozen=True)
class Found:
    """The rows a query finds; `few` are the same rows, reached by the few matches of one part, where there is one.

    `size` is how many there are before the trash is left out, where one part told it; `known` are numbers among which
    all of them are; `least` is how many there are for certain, when an estimate finds fewer; `is_sought` when the index
    that finds the few also holds what they are sorted by.
    """

    rows: QuerySet[Any]
    few: QuerySet[Any] | None = None
    size: int | None = None
    known: Sequence[int] | None = None
    least: int = 0
    is_sought: bool = False


def search(rows: QuerySet[Any], parts: Sequence[Part], order: str = "") -> Found:
    """The rows that hold every part; `order` is the column they will be sorted by."""
    sizes = [(part.size(), part) for part in parts]
    counted = [(size, part) for size, part in sizes if size <= part.most]
    fewest, driver = min(counted, key=lambda pair: pair[0], default=(0, None))
    if driver is None:
        told = [size for size, part in sizes if not part.is_frequent]
        return Found(_tested(rows, parts, order), least=FEW if len(parts) == 1 and told else 0)
    # PostgreSQL reads rows by number quicker than it walks past the many that do not match.
    driving = DRIVING if connection.vendor == "sqlite" else DRIVING * 5
    others = [part for part in parts if part is not driver]
    size = None if others or driver.known is not None else fewest  # words are known of every swarm
    if driver.held is not None and (fewest <= driving or all(part.held is not None for part in others)):
        by_index = _tested(rows, others, "").filter(driver.held)
        by_ids = _by_ids(rows, driver) if fewest <= driving else driver.test
        return Found(_tested(rows, others, order).filter(by_ids), by_index, size, is_sought=True)
    if fewest <= driving:
        keys = driver.keys()
        if others:  # each may look into a text: asked once, whatever the page and the count ask afterwards
            tested = _tested(rows, others, "").filter(among(rows, keys))
            keys = list(tested.order_by().values_list("pk", flat=True))
        few = rows.filter(among(rows, keys))
        return Found(few, few, len(keys) if others else size)
    known = driver.keys()
    walked = _tested(rows, others, order).filter(among(rows, known, is_test=True))
    return Found(walked, size=size, known=known)


def _by_ids(rows: QuerySet[Any], driver: Part) -> Any:
    """The few rows of a part by their numbers, whatever they are sorted by: PostgreSQL finds them when it is asked."""
    if connection.vendor == "sqlite":
        return among(rows, driver.keys())
    return Q(pk__in=driver.ids[: driver.most])


def _tested(rows: QuerySet[Any], parts: Sequence[Part], order: str) -> QuerySet[Any]:
    """Rows on which every part is tested; the one about the column of the order tells its index where to begin."""
    for part in parts:
        begins = part.held if order and part.column == order else None
        rows = rows.filter(begins or part.test)
    return rows
