"""Server-sent events: how they are written, and the answer that carries them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from django.http import StreamingHttpResponse

RETRY = "retry: 2000\n\n"


def event(name: str, data: str) -> str:
    """One event; every line of its data gets its own field."""
    lines = "".join(f"data: {line}\n" for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return f"event: {name}\n{lines}\n"


def event_stream(events: AsyncIterator[str]) -> StreamingHttpResponse:
    """An answer that stays open; nothing on the way may keep it back or store it."""
    response = StreamingHttpResponse(_bytes(events), content_type="text/event-stream; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _bytes(events: AsyncIterator[str]) -> AsyncIterator[bytes]:
    yield RETRY.encode()
    async for one in events:
        yield one.encode()
