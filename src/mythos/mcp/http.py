"""The door over streamable HTTP at `/mcp`, in the same process as pages and API; a caller's token opens it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.db import close_old_connections
from django.http.request import split_domain_port, validate_host

from mythos.accounts.services import authenticate_token
from mythos.errors import Denied, MythosError, NotConfigured, install_extra, problem_document

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATHS = ("/mcp", "/mcp/")
LABEL = "production"


class McpOverHttp:
    """An ASGI application in front of another; the SDK is loaded when the first caller comes."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.sessions: Any = None
        self.opening = asyncio.Lock()
        self.running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in PATHS:
            await self.app(scope, receive, send)
            return
        secret = secret_of(scope)
        try:
            refuse_foreign(scope)
            number = await asyncio.to_thread(_number_of, secret)
            if number is None:
                await _refuse(send, 401, "unauthenticated", "Say who you are.", "Send Authorization: Bearer <token>.")
                return
            sessions = await self._sessions()
        except MythosError as error:
            await _refuse(send, error.status, error.code, error.message, error.hint)
            return
        scope["user"] = _known_to_sdk(secret, number)
        await sessions.handle_request(scope, receive, send)

    async def _sessions(self) -> Any:
        """The manager of sessions, which runs in a task of its own until the process ends."""
        async with self.opening:
            if self.running is None or self.running.done():
                started: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
                self.running = asyncio.create_task(_run(started), name="mythos-mcp")
                self.sessions = await started
        return self.sessions


def secret_of(scope: Scope) -> str:
    """The bearer token of a request, or nothing."""
    headers = dict(scope["headers"])
    kind, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def refuse_foreign(scope: Scope) -> None:
    """Refuse names this server does not answer to and pages of other origins: a browser may be made to send both."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host, origin = headers.get(b"host", ""), headers.get(b"origin", "")
    allowed = [*settings.ALLOWED_HOSTS, *([".localhost", "127.0.0.1", "[::1]"] if settings.DEBUG else [])]
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, allowed):
        raise Denied(f"This server does not answer to {host!r}.", hint="Name it in MYTHOS_ALLOWED_HOSTS.")
    if origin and origin.partition("://")[2] != host and origin not in settings.CSRF_TRUSTED_ORIGINS:
        raise Denied(f"Pages of {origin!r} may not call this.", hint="Name it in MYTHOS_TRUSTED_ORIGINS.")


async def _run(started: asyncio.Future[Any]) -> None:
    try:
        # Half a second of importing, in which the server goes on answering others.
        manager = await asyncio.to_thread(_manager)
    except Exception as error:  # whoever waits for the start is told, whatever it was
        started.set_exception(error)
        return
    async with manager.run():
        started.set_result(manager)
        await asyncio.Event().wait()


def _manager() -> Any:
    try:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from mythos.mcp.news import View
        from mythos.mcp.server import make_server
    except ModuleNotFoundError as error:
        raise NotConfigured("The MCP SDK is not installed.", hint=install_extra("mcp")) from error

    def view_of(context: Any) -> View:
        asked = parse_qs(context.request.scope["query_string"].decode("latin-1"))
        return View(secret_of(context.request.scope), asked.get("label", [LABEL])[0])

    return StreamableHTTPSessionManager(make_server(view_of))


def _number_of(secret: str) -> int | None:
    """Which token this is; none when it is not known or no longer valid."""
    close_old_connections()
    try:
        token = authenticate_token(secret)
        return token.pk if token is not None else None
    finally:
        close_old_connections()


def _known_to_sdk(secret: str, number: int) -> Any:
    """Who calls, in the SDK's words: it lets nobody into a session that another token opened."""
    from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
    from mcp.server.auth.provider import AccessToken

    return AuthenticatedUser(AccessToken(token=secret, client_id=f"token {number}", scopes=[]))


async def _refuse(send: Send, status: int, code: str, title: str, hint: str) -> None:
    body = problem_document(status, code, title, hint=hint)
    headers = [(b"content-type", b"application/problem+json")]
    headers += [(b"www-authenticate", b"Bearer")] if status == 401 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
