"""Replies recorded earlier, found by the content of the request."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from mythos.errors import NotConfigured
from mythos.providers.base import Limits, Message, Options, Price, Provider, Reply, failed, request_hash

VARIABLE = "MYTHOS_REPLAY_FILE"


class Replay:
    """Answers from a file of recorded replies, one JSON object a line; costs nothing and knows nothing else."""

    name = "replay"
    is_simulated = False
    limits = Limits(concurrency=8)

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._replies: dict[str, Reply] | None = None

    def model(self) -> str:
        return "recorded"

    def price(self, model: str) -> Price | None:
        return Price(0.0, 0.0)

    def require_ready(self) -> None:
        """NotConfigured where there is no file of recorded replies that can be read."""
        self._recorded()

    def chat(self, messages: Sequence[Message], options: Options) -> Reply:
        reply = self._recorded().get(request_hash(messages, options))
        if reply is None:
            raise failed("not_recorded", "There is no recorded reply to this request.")
        return replace(reply, cost=0.0)

    def _recorded(self) -> dict[str, Reply]:
        with self._lock:
            if self._replies is None:
                self._replies = _read(self._path or _path())
            return self._replies


class Recorder:
    """Passes requests on and writes every reply down for `Replay`."""

    def __init__(self, inner: Provider, path: Path) -> None:
        self._inner, self._path = inner, path
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def is_simulated(self) -> bool:
        return self._inner.is_simulated

    @property
    def limits(self) -> Limits:
        return self._inner.limits

    def model(self) -> str:
        return self._inner.model()

    def price(self, model: str) -> Price | None:
        return self._inner.price(model)

    def chat(self, messages: Sequence[Message], options: Options) -> Reply:
        reply = self._inner.chat(messages, options)
        line = json.dumps({"request": request_hash(messages, options), "reply": asdict(reply)}, ensure_ascii=False)
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        return reply


def _path() -> Path:
    given = os.environ.get(VARIABLE, "")
    if not given:
        raise NotConfigured("There are no recorded replies.", hint=f"Set {VARIABLE} to a file of recorded replies.")
    return Path(given)


def _read(path: Path) -> dict[str, Reply]:
    found: dict[str, Reply] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise NotConfigured(f"The recorded replies cannot be read: {error.strerror}.") from error
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            found[entry["request"]] = Reply(**entry["reply"])
        except (ValueError, KeyError, TypeError) as error:
            raise NotConfigured(f"Line {number} of the recorded replies cannot be read.") from error
    return found
