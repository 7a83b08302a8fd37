"""The two clients: one for threads, one for asyncio. Both give at once what they hold and refresh behind it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx2

from mythos_client.cache import Cache
from mythos_client.errors import ClientError, NotAllowed
from mythos_client.result import Text
from mythos_client.splitting import arm_of
from mythos_client.telemetry import note
from mythos_client.wire import COMPILED, Key

REFRESH = 10.0
TIMEOUT = 5.0


def other_arm(first: Text, key: str | None) -> Key | None:
    """What to give instead of the first arm, where a split label says so."""
    split = first.split
    if split is None or arm_of(first.name, first.label, key, split.share) == "a":
        return None
    return Key("prompt", first.name, first.label, "b")


def _headers(token: str) -> dict[str, str]:
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable():
        raise NotAllowed("The token is empty, or holds signs no token has.")
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


class Client:
    """Prompts for programs with threads. Safe to share between them; starts one thread of its own, on first use."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        refresh: float = REFRESH,
        timeout: float = TIMEOUT,
        defaults: Mapping[str, str] | None = None,
    ) -> None:
        self._cache = Cache(defaults or {}, refresh)
        self._http = httpx2.Client(base_url=url.rstrip("/"), headers=_headers(token), timeout=timeout)
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def get(self, name: str, label: str = "production", key: str | None = None) -> Text:
        """The text a label of a prompt points to; LabelRemoved when the label is not on it (any more).

        Of a split label the same key gets the same arm; without a key chance decides. `arm` of the text says which.
        """
        first = self._held(Key("prompt", name, label))
        return note(self._held(other) if (other := other_arm(first, key)) else first)

    def assistant(self, name: str) -> Text:
        """The compiled text of an assistant."""
        return note(self._held(Key("assistant", name, COMPILED)))

    def refresh(self) -> None:
        """Ask for everything that is held again, now."""
        for key in list(self._cache.texts):
            with contextlib.suppress(ClientError):
                self._ask(key)

    def close(self) -> None:
        """Stop refreshing and close the connections."""
        self._closed.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _held(self, key: Key) -> Text:
        # A thread does not live on in a forked child, and is started again there.
        if self._thread is None or not self._thread.is_alive():
            self._start()
        text = self._cache.held(key)
        return self._ask(key) if text is None else text

    def _ask(self, key: Key) -> Text:
        asked = time.monotonic()
        try:
            answer = self._http.get(key.path, headers=self._cache.headers(key))
        except httpx2.HTTPError as error:
            with self._lock:
                return self._cache.failed(key, error)
        with self._lock:
            return self._cache.took(key, answer, asked)

    def _start(self) -> None:
        with self._lock:
            if not self._closed.is_set() and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, name="mythos-client", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closed.wait(self._cache.refresh * 0.5):
            for key in self._cache.due():
                if self._closed.is_set():
                    return
                with contextlib.suppress(ClientError):
                    self._ask(key)


class AsyncClient:
    """Prompts for asyncio: the same calls, awaited; one task of its own, started on first use."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        refresh: float = REFRESH,
        timeout: float = TIMEOUT,
        defaults: Mapping[str, str] | None = None,
    ) -> None:
        self._cache = Cache(defaults or {}, refresh)
        self._http = httpx2.AsyncClient(base_url=url.rstrip("/"), headers=_headers(token), timeout=timeout)
        self._task: asyncio.Task[None] | None = None

    async def get(self, name: str, label: str = "production", key: str | None = None) -> Text:
        """The text a label of a prompt points to; LabelRemoved when the label is not on it (any more).

        Of a split label the same key gets the same arm; without a key chance decides. `arm` of the text says which.
        """
        first = await self._held(Key("prompt", name, label))
        return note(await self._held(other) if (other := other_arm(first, key)) else first)

    async def assistant(self, name: str) -> Text:
        """The compiled text of an assistant."""
        return note(await self._held(Key("assistant", name, COMPILED)))

    async def refresh(self) -> None:
        """Ask for everything that is held again, now."""
        for key in list(self._cache.texts):
            with contextlib.suppress(ClientError):
                await self._ask(key)

    async def aclose(self) -> None:
        """Stop refreshing and close the connections."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _held(self, key: Key) -> Text:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="mythos-client")
        text = self._cache.held(key)
        return await self._ask(key) if text is None else text

    async def _ask(self, key: Key) -> Text:
        asked = time.monotonic()
        try:
            answer = await self._http.get(key.path, headers=self._cache.headers(key))
        except httpx2.HTTPError as error:
            return self._cache.failed(key, error)
        return self._cache.took(key, answer, asked)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._cache.refresh * 0.5)
            for key in self._cache.due():
                with contextlib.suppress(ClientError):
                    await self._ask(key)
