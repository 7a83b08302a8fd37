"""SQLite for many threads of one process.

Transactions begin IMMEDIATE (a setting), so that two writers queue instead of failing half-way. SQLite's own
queue is unfair: under load one thread can starve for seconds. One process-wide lock in front of it is fair
enough and costs little.
"""

from __future__ import annotations

import threading
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from mythos.sqlite.idle import IDLE, Connection

LOCK_TIMEOUT_SECONDS = 30.0
_write_lock = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite backend, holding the process-wide write lock while a transaction is open."""

    _holds_lock = False

    def _start_transaction_under_autocommit(self) -> None:
        if not self._holds_lock:
            if not _write_lock.acquire(timeout=LOCK_TIMEOUT_SECONDS):
                raise OperationalError("database is locked: another transaction of this process is still open")
            self._holds_lock = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._release()
            raise

    def _release(self) -> None:
        if self._holds_lock:
            self._holds_lock = False
            _write_lock.release()

    def _commit(self) -> Any:
        # A failed commit (disk full) leaves the transaction open; Django rolls it back, which releases.
        result = super()._commit()  # type: ignore[misc]
        self._release()
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._release()

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "factory": Connection}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        return IDLE.take(conn_params["database"]) or super().get_new_connection(conn_params)

    def _close(self) -> Any:
        try:
            if not (self.is_sound() and IDLE.give(self.connection)):
                super()._close()  # type: ignore[misc]
        finally:
            self._release()

    def is_sound(self) -> bool:
        """Whether somebody else can go on with the connection."""
        return not (self.connection is None or self.in_atomic_block or self.errors_occurred or self.is_in_memory_db())
