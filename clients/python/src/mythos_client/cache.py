"""What is held, and what every answer does to it; knows neither threads nor tasks."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

import httpx2

from mythos_client.errors import ClientError, ServerUnreachable
from mythos_client.result import Text
from mythos_client.wire import Key, Unavailable, default_text, read_answer

RETRY_REFUSED = 1.0


class Cache:
    """Last good texts by key, and the errors that withdrew them."""

    def __init__(self, defaults: Mapping[str, str], refresh: float) -> None:
        self.defaults = dict(defaults)
        self.refresh = refresh
        self.texts: dict[Key, Text] = {}
        self.refused: dict[Key, tuple[ClientError, float]] = {}
        self.checked: dict[Key, float] = {}
        self.landed: dict[Key, float] = {}

    def held(self, key: Key) -> Text | None:
        """What can be given without asking; raises what withdrew it, until the server is due to be asked again."""
        text = self.texts.get(key)
        if text is not None:
            return text
        refusal = self.refused.get(key)
        if refusal is not None and time.monotonic() - refusal[1] < min(self.refresh, RETRY_REFUSED):
            raise refusal[0].with_traceback(None)
        return None

    def due(self) -> Iterable[Key]:
        """What the background asks for again."""
        now = time.monotonic()
        return [key for key in list(self.texts) if now - self.checked.get(key, 0.0) >= self.refresh * 0.25]

    def headers(self, key: Key) -> dict[str, str]:
        """What to send along, so that an unchanged text is not sent again."""
        text = self.texts.get(key)
        return {"If-None-Match": text.tag} if text is not None and text.tag else {}

    def took(self, key: Key, answer: httpx2.Response, asked: float) -> Text:
        """Keep what an answer brings; an answer that withdraws a text removes it before it is raised.

        An answer that was asked for before the last one that landed is late: it may not bring back what is gone.
        """
        held = self.texts.get(key)
        if asked < self.landed.get(key, 0.0):
            return held if held is not None else self.failed(key, Unavailable("A late answer."))
        try:
            text = read_answer(key, answer, held)
        except Unavailable as error:
            return self.failed(key, error)
        except ClientError as error:
            self.landed[key] = asked
            self.texts.pop(key, None)
            self.refused[key] = (error, time.monotonic())
            raise
        self.landed[key] = asked
        self.refused.pop(key, None)
        self.checked[key] = time.monotonic()
        text = replace(text, is_stale=False) if text.is_stale else text
        self.texts[key] = text
        return text

    def failed(self, key: Key, error: Exception) -> Text:
        """No good answer: the last good text, said to be stale, else the default; a withdrawn text stays withdrawn."""
        self.checked[key] = time.monotonic()
        refusal = self.refused.get(key)
        if refusal is not None:
            raise refusal[0].with_traceback(None)
        held = self.texts.get(key)
        if held is None and key.name in self.defaults:
            held = default_text(key, self.defaults[key.name])
        if held is None:
            raise ServerUnreachable(f"No answer for {key.name}, and no text to fall back to: {error}") from error
        self.texts[key] = held if held.is_stale else replace(held, is_stale=True)
        return self.texts[key]
