"""Says that a list has changed, across processes: looks at a stamp in the database while anybody listens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mcp import MCPError
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    PromptsListChanged,
    ResourcesListChanged,
    ServerEvent,
)

from mythos.mcp.reading import Stamp

EVERY_SECONDS = 1.0
MOST_VIEWS = 500
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class View:
    """One caller's view: a token, and the label whose prompts are offered."""

    secret: str
    label: str


class Listened:
    """A view somebody listens to: who is told, and what it was when we last looked."""

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self.count = 0
        self.bus = InMemorySubscriptionBus()
        self.stream = ListenHandler(self)

    async def publish(self, event: ServerEvent) -> None:
        """Tell everybody who listens."""
        await self.bus.publish(event)

    def subscribe(self, listener: Callable[..., None]) -> Callable[[], None]:
        """Count the listener until it leaves."""
        leave = self.bus.subscribe(listener)
        self.count += 1
        has_left = False

        def once() -> None:
            nonlocal has_left
            if not has_left:
                has_left = True
                self.count -= 1
                leave()

        return once


class News:
    """The views that are listened to, and the one task that looks at them."""

    def __init__(self, look: Callable[[View], Awaitable[Stamp]]) -> None:
        self.look = look
        self.views: dict[View, Listened] = {}
        self.task: asyncio.Task[None] | None = None

    async def of(self, view: View) -> Listened:
        """The view, looked at from now on; subscribe before the next await."""
        stamp = await self.look(view)
        if view not in self.views:
            if len(self.views) >= MOST_VIEWS:
                raise MCPError(-32603, "Too many views are listened to.")
            self.views[view] = Listened(stamp)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._watch(), name="mythos-mcp-news")
        return self.views[view]

    async def _watch(self) -> None:
        while self.views:
            await asyncio.sleep(EVERY_SECONDS)
            for view, listened in list(self.views.items()):
                if not listened.count:
                    del self.views[view]
                    continue
                try:
                    await self._tell(listened, await self.look(view))
                except MCPError:  # the token is no longer valid: its streams end, and asking again says why
                    listened.stream.close()
                    self.views.pop(view, None)
                except Exception:
                    # The database may be away for a while; the next look finds what changed meanwhile.
                    log.exception("The lists of MCP could not be looked at")

    async def _tell(self, listened: Listened, now: Stamp) -> None:
        before, listened.stamp = listened.stamp, now
        if now.prompts != before.prompts:
            await listened.publish(PromptsListChanged())
        if now.resources != before.resources:
            await listened.publish(ResourcesListChanged())
