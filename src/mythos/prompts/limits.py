"""A question that takes too long is stopped, and says what would make it quicker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from mythos.errors import Invalid

SECONDS = 2.0
STEPS = 20_000  # of SQLite's virtual machine between two looks at the clock
_ends = threading.local()  # when the question of this thread is stopped; PostgreSQL counts each statement by itself


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Stop what is asked of the database inside after so many seconds; Invalid with advice."""
    try:
        with _postgresql(seconds) if connection.vendor == "postgresql" else _sqlite(seconds):
            yield
    except OperationalError as error:
        if not any(word in str(error) for word in ("interrupted", "statement timeout")):
            raise
        raise Invalid(
            f"This question took longer than {seconds:g} s and was stopped.",
            hint="Add a part that few checkpoints match, such as prompt:, ancestor:, label: or a rare word.",
            fields={"q": "Too much to look through."},
        ) from error


@contextmanager
def unlimited() -> Iterator[None]:
    """What is read once and kept does not count: stopped half-way, it would have to begin again with every question."""
    end = getattr(_ends, "end", None)
    if end is None:
        yield
        return
    left, _ends.end = end - time.monotonic(), float("inf")
    try:
        yield
    finally:
        _ends.end = time.monotonic() + left


@contextmanager
def _sqlite(seconds: float) -> Iterator[None]:
    _ends.end = time.monotonic() + seconds
    connection.ensure_connection()
    raw = connection.connection
    raw.set_progress_handler(lambda: time.monotonic() > _ends.end, STEPS)
    try:
        yield
    finally:
        _ends.end = None
        raw.set_progress_handler(None, STEPS)


@contextmanager
def _postgresql(seconds: float) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        yield
        cursor.execute("SET LOCAL statement_timeout = 0")
