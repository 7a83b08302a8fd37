"""Connections to SQLite that wait for their next user, instead of being closed and opened for each request.

Opening one costs 5 ms of the processor: SQLite reads and parses the whole schema. Only who answers many requests in
threads of their own keeps any (`keep`); everywhere else a connection ends with its user, and the last one
of a file writes the log back into it.
"""

from __future__ import annotations

import atexit
import os
import sqlite3
import threading
import weakref
from typing import Any

File = tuple[str, int, int]  # its path, device and number


class Connection(sqlite3.Connection):
    """Knows its cursors, so that whoever takes it next inherits no half-read answer and no old view of the data."""

    def __init__(self, database: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(database, *args, **kwargs)
        self.file = _file(database)
        self._cursors: weakref.WeakSet[sqlite3.Cursor] = weakref.WeakSet()

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        made = super().cursor(*args, **kwargs)
        self._cursors.add(made)
        return made

    def let_go(self) -> None:
        """Nothing of the last user is under way any more."""
        for cursor in list(self._cursors):
            cursor.close()
        self._cursors.clear()


class Idle:
    """Idle connections of this process, by file; the one used last is taken first, its pages are warm."""

    def __init__(self) -> None:
        self.most = 0
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._waiting: dict[File, list[Connection]] = {}
        self._of_parents: list[Any] = []

    def take(self, path: str) -> Connection | None:
        """An open connection to the file that has this name now."""
        with self._lock:
            waiting = self._own().get(_file(path), [])
            return waiting.pop() if waiting else None

    def give(self, connection: Connection) -> bool:
        """Keep it, unless enough wait already."""
        with self._lock:
            waiting = self._own().setdefault(connection.file, [])
            if len(waiting) >= self.most or connection.in_transaction:
                return False
            connection.let_go()
            waiting.append(connection)
            return True

    def close(self) -> None:
        """Close all that wait, and keep none from now on."""
        with self._lock:
            self.most = 0
            for waiting in self._own().values():
                while waiting:
                    waiting.pop().close()

    def _own(self) -> dict[File, list[Connection]]:
        if self._process != os.getpid():
            # A forked child must neither use its parent's connections nor close them.
            self._of_parents.append(self._waiting)
            self._waiting, self._process = {}, os.getpid()
        return self._waiting


def _file(path: str) -> File:
    """Another file under the same name is another file."""
    try:
        found = os.stat(path)
    except OSError:
        return path, 0, 0
    return path, found.st_dev, found.st_ino


IDLE = Idle()
atexit.register(IDLE.close)


def keep(most: int) -> None:
    """Let up to so many connections wait for their next user; each may hold 16 MB of pages."""
    IDLE.most = most
