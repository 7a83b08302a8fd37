"""A local model with its tokenizer: loaded once a process and shared by every thread; its latest answers are kept."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")


class Engine(Generic[Answer]):
    """Loads on first use; keeps so many answers, those asked for last."""

    def __init__(self, load: Callable[[], tuple[Any, Any]], size: int) -> None:
        self._load = load
        self._size = size
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None
        self._process = 0
        self._cache: OrderedDict[str, Answer] = OrderedDict()

    def loaded(self) -> tuple[Any, Any]:
        """The tokenizer and the session."""
        # A forked child must not use its parent's session: its threads did not survive the fork.
        with self._lock:
            if self._loaded is None or self._process != os.getpid():
                self._loaded = self._load()
                self._process = os.getpid()
            return self._loaded

    def known(self, keys: Iterable[str]) -> dict[str, Answer]:
        """The answers that are still kept."""
        with self._lock:
            return {key: self._cache[key] for key in keys if key in self._cache}

    def remember(self, answers: Mapping[str, Answer]) -> None:
        with self._lock:
            for key, answer in answers.items():
                self._cache[key] = answer
                self._cache.move_to_end(key)
            while len(self._cache) > self._size:
                self._cache.popitem(last=False)

    def forget(self) -> None:
        """Every answer is asked for anew; the model stays loaded."""
        with self._lock:
            self._cache.clear()
