"""Connections to SQLite that wait for the next request."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import ConnectionHandler

from mythos.sqlite.idle import IDLE, keep


@pytest.fixture
def path(tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    """A file with one row; two connections may wait."""
    name = str(tmp_path / "one.sqlite3")
    _table(name, 1)
    keep(2)
    with django_db_blocker.unblock():  # these are files of their own
        yield name
    IDLE.close()


def _table(name: str, value: int) -> None:
    made = sqlite3.connect(name)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("CREATE TABLE thing (value)")
    made.executemany("INSERT INTO thing VALUES (?)", [(value,)] * 500)
    made.commit()
    made.close()


def _wrapper(name: str) -> Any:
    """What a thread of a request has: a wrapper of its own, without a connection yet."""
    config = {"ENGINE": "mythos.sqlite", "NAME": name, "OPTIONS": {"transaction_mode": "IMMEDIATE"}}
    return ConnectionHandler({"default": config})["default"]


def _sum(wrapper: Any) -> int:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT sum(value) FROM thing")
        total: int = cursor.fetchone()[0]
    return total


def test_the_next_request_goes_on_with_the_same_connection_and_sees_what_was_written_meanwhile(path: str) -> None:
    first = _wrapper(path)
    assert _sum(first) == 500
    raw = first.connection
    first.close()
    other = sqlite3.connect(path)
    other.execute("UPDATE thing SET value = 2")
    other.commit()
    second = _wrapper(path)
    assert _sum(second) == 1000
    assert second.connection is raw
    assert first.connection is None


def test_a_half_read_answer_leaves_no_old_view_to_the_next(path: str) -> None:
    first = _wrapper(path)
    half = first.cursor()
    half.execute("SELECT value FROM thing")
    half.fetchone()
    first.close()
    other = sqlite3.connect(path)
    other.execute("UPDATE thing SET value = 3")
    other.commit()
    assert _sum(_wrapper(path)) == 1500
    with pytest.raises(sqlite3.ProgrammingError):
        half.cursor.fetchone()


def test_what_another_file_had_under_the_name_is_not_shown(path: str, tmp_path: Path) -> None:
    first = _wrapper(path)
    assert _sum(first) == 500
    _table(str(tmp_path / "two.sqlite3"), 7)
    os.replace(tmp_path / "two.sqlite3", path)
    first.close()
    assert _sum(_wrapper(path)) == 3500


def test_nothing_waits_that_is_in_a_transaction_or_failed(path: str) -> None:
    broken = _wrapper(path)
    broken.ensure_connection()
    broken.connection.execute("BEGIN IMMEDIATE")
    raw = broken.connection
    broken.close()
    assert IDLE.take(path) is None
    with pytest.raises(sqlite3.ProgrammingError):
        raw.execute("SELECT 1")
    failed = _wrapper(path)
    failed.ensure_connection()
    failed.errors_occurred = True
    failed.close()
    assert IDLE.take(path) is None


def test_only_so_many_wait_and_none_where_nobody_asked_for_it(path: str) -> None:
    wrappers = [_wrapper(path) for _ in range(3)]
    raws = [wrapper.ensure_connection() or wrapper.connection for wrapper in wrappers]
    for wrapper in wrappers:
        wrapper.close()
    assert [IDLE.take(path), IDLE.take(path), IDLE.take(path)] == [raws[1], raws[0], None]
    IDLE.close()
    last = _wrapper(path)
    last.ensure_connection()
    last.close()
    assert IDLE.take(path) is None
    for raw in raws[:2]:
        raw.close()
