"""Traits and tone of very many texts: a second process measures beside this one, beginning with the last."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from types import TracebackType

from mythos.text.tone import Tone, tone
from mythos.text.traits import measure

Measures = tuple[dict[str, float], Tone]
PIECE = 20
PATIENCE = 60.0  # seconds; a piece takes a tenth of one
WORTHWHILE = 1_000  # texts from which on a second process is quicker than the second it takes to start


def measures(text: str) -> Measures:
    """Traits and tone of a text."""
    traits = measure(text)
    return traits, tone(traits, text)


class Handed:
    """Texts handed over, to be asked for in the same order; one that nobody began is measured here."""

    def __init__(self, pieces: dict[str, Future[dict[str, Measures]]] | None = None) -> None:
        self._pieces = pieces or {}

    def take(self, text: str) -> Measures:
        """The measures of a text, handed over or not."""
        piece = self._pieces.get(text)
        if piece is None or piece.cancel() or piece.cancelled():
            return measures(text)
        try:
            # A pool whose process died while pieces were being cancelled may never answer (CPython 3.11).
            return piece.result(timeout=PATIENCE)[text]
        except (BrokenProcessPool, TimeoutError):
            return measures(text)

    def drop(self) -> None:
        """Nobody asks any more."""
        for piece in self._pieces.values():
            piece.cancel()


class Measurer:
    """Hands texts over once there are enough of them and a second processor to do it."""

    def __init__(self) -> None:
        self._seen = 0
        self._pool: ProcessPoolExecutor | None = None
        self._started: Future[Measures] | None = None
        self._is_alone = len(os.sched_getaffinity(0)) < 2 if hasattr(os, "sched_getaffinity") else os.cpu_count() == 1

    def __enter__(self) -> Measurer:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def hand(self, texts: Sequence[str]) -> Handed:
        """Let the other process begin with them, from the end."""
        self._seen += len(texts)
        if self._is_alone or self._seen < WORTHWHILE:
            return Handed()
        pieces: dict[str, Future[dict[str, Measures]]] = {}
        try:
            # Never a fork: this process may have threads that hold locks.
            self._pool = self._pool or ProcessPoolExecutor(1, get_context("spawn"), _begin)
            # It takes a second or two to load; what was handed over before that would be waited for.
            self._started = self._started or self._pool.submit(measures, "A first text.")
            if not self._started.done():
                return Handed()
            for end in range(len(texts), 0, -PIECE):
                piece = list(texts[max(0, end - PIECE) : end])
                pieces |= dict.fromkeys(piece, self._pool.submit(_measured, piece))
        except (OSError, RuntimeError):  # no second process here, or it has ended
            self._is_alone = True
        return Handed(pieces)


def _measured(texts: list[str]) -> dict[str, Measures]:
    return {text: measures(text) for text in texts}


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
