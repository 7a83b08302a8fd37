"""The MCP door over HTTP, asked by the client of the official SDK through a real server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import threading
import time

import httpx2
import pytest
import uvicorn
from django.test import Client as WebClient
from django.test import override_settings

from mythos.accounts.services import create_token, revoke_token
from mythos.errors import install_extra
from mythos.mcp import http
from mythos.mcp.http import McpOverHttp
from mythos.prompts.models import PromptLabel
from mythos.prompts.services import create_prompt, move_label, remove_label, revise_prompt

mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
from mcp.client.streamable_http import streamable_http_client  # noqa: E402 - only with the extra
from mcp.client.subscriptions import PromptsListChanged  # noqa: E402

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address():
    from mythos.asgi import application

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(
        application, port=port, log_level="warning", lifespan="off", timeout_graceful_shutdown=1, access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}/mcp"
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def desk(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="hermes/desk", text="Größe {{ name }}.\nBe kind.")
    move_label(actor=cast.reviewer, prompt_id=made.prompt_id, label="production", version=1)
    return made


@pytest.fixture
def secret(cast):
    return lambda role="viewer": create_token(actor=cast.owner, swarm=cast.swarm, name="model", role=role).secret


@contextlib.asynccontextmanager
async def connected(address, secret, **options):
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, timeout=20) as web,
        mcp.Client(streamable_http_client(address, http_client=web), **options) as client,
    ):
        yield client


def ask(address, secret, question, **options):
    async def run():
        async with connected(address, secret, **options) as client:
            return await question(client)

    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_prompt_has_the_bytes_and_the_hash_that_rest_gives(address, desk, secret, mode):
    token = secret()

    async def question(client):
        listed = await client.list_prompts()
        return listed.prompts, await client.get_prompt("hermes/desk", {"name": "Ada"})

    listed, got = ask(address, token, question, mode=mode)
    assert [(row.name, [each.name for each in row.arguments]) for row in listed] == [("hermes/desk", ["name"])]
    body = {"prompt": "hermes/desk", "label": "production", "values": {"name": "Ada"}}
    web = WebClient(headers={"Authorization": f"Bearer {token}"})
    rest = web.post("/api/v1/render", body, content_type="application/json").json()
    assert (got.messages[0].content.text, got.meta["mythos/sha256"]) == (rest["text"], rest["sha256"])
    assert got.messages[0].content.text == "Größe Ada.\nBe kind."


def test_another_label_is_asked_for_in_the_address(address, cast, desk, secret):
    move_label(actor=cast.owner, prompt_id=desk.prompt_id, label="best", version=1)
    remove_label(actor=cast.reviewer, prompt_id=desk.prompt_id, label="production")

    async def names(client):
        return [row.name for row in (await client.list_prompts()).prompts]

    assert ask(address, secret(), names) == []
    assert ask(f"{address}?label=best", secret(), names) == ["hermes/desk"]


def test_no_token_promotes_and_a_viewer_cannot_propose(address, desk, secret):
    async def question(client):
        moved = await client.call_tool("move_label", {"prompt": "hermes/desk", "version": 1})
        arguments = {"prompt": "hermes/desk", "base": 1, "text": "x", "reason": "r"}
        return moved, await client.call_tool("propose_revision", arguments)

    moved, _ = ask(address, secret("owner"), question)
    _, proposed = ask(address, secret("viewer"), question)
    assert (moved.is_error, proposed.is_error) == (True, True)
    assert "There is no tool 'move_label'" in moved.content[0].text
    assert proposed.content[0].text.startswith("denied: This needs the role editor")
    assert PromptLabel.objects.get().checkpoint.version == 1


def test_a_stranger_sees_nothing(address, cast, desk):
    other = create_token(actor=cast.stranger, swarm=cast.other_swarm, name="s", role="owner").secret

    async def question(client):
        with pytest.raises(mcp.MCPError, match="There is no prompt"):
            await client.get_prompt("hermes/desk", {"name": "Ada"})
        return (await client.list_prompts()).prompts, (await client.list_resources()).resources

    assert ask(address, other, question) == ([], [])


HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def test_whoever_has_no_token_or_comes_from_elsewhere_is_refused(address, cast, secret):
    def send(**headers):
        return httpx2.post(address, json=HELLO, headers=ACCEPT | headers)

    nobody, token = send(), secret()
    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert nobody.json()["code"] == "unauthenticated"
    good = {"Authorization": f"Bearer {token}"}
    assert send(**good).status_code == 200
    assert send(**good, Origin="https://elsewhere.example").status_code == 403
    assert send(**good, Host="elsewhere.example").status_code == 403
    with override_settings(CSRF_TRUSTED_ORIGINS=["https://elsewhere.example"]):
        assert send(**good, Origin="https://elsewhere.example").status_code == 200
    revoke_token(actor=cast.owner, token_id=cast.swarm.tokens.get().pk)
    assert send(**good).status_code == 401


def test_a_session_opens_to_the_token_that_began_it_and_no_other(address, secret):
    one, other = secret(), secret()
    begun = httpx2.post(address, json=HELLO, headers=ACCEPT | {"Authorization": f"Bearer {one}"})
    session = {"Mcp-Session-Id": begun.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-06-18"}
    ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}

    def status(token):
        return httpx2.post(address, json=ping, headers=ACCEPT | session | {"Authorization": f"Bearer {token}"})

    assert status(other).status_code == 404
    assert status(one).status_code == 200


def changes(cast, desk):
    """A new version, which no list shows; then the label moves to it; then it is taken off."""
    yield lambda: revise_prompt(actor=cast.owner, prompt_id=desk.prompt_id, text="Hi {{ a }}.", base=1, source="web")
    move = {"actor": cast.reviewer, "prompt_id": desk.prompt_id, "label": "production"}
    yield lambda: move_label(**move, version=2)
    yield lambda: remove_label(**move)


def test_a_moved_and_a_removed_label_are_announced_on_a_stream(address, cast, desk, secret):
    revise, move, remove = changes(cast, desk)

    async def question(client):
        assert client.server_capabilities.prompts.list_changed
        seen = []
        async with client.listen(prompts_list_changed=True) as events:
            await asyncio.to_thread(revise)
            for change in (move, remove):
                await asyncio.to_thread(change)
                event = await asyncio.wait_for(anext(aiter(events)), 6)
                listed = (await client.list_prompts(cache_mode="refresh")).prompts
                seen.append((type(event), [argument.name for row in listed for argument in row.arguments]))
        return seen

    assert ask(address, secret(), question) == [(PromptsListChanged, ["a"]), (PromptsListChanged, [])]


def test_sessions_of_the_older_protocols_are_told_as_well(address, cast, desk, secret):
    revise, move, _ = changes(cast, desk)
    told = []

    async def note(message):
        told.append(getattr(message, "method", type(message).__name__))

    async def question(client):
        assert client.server_capabilities.prompts.list_changed
        await client.list_prompts()
        await asyncio.to_thread(revise)
        await asyncio.to_thread(move)
        for _ in range(60):
            if told:
                break
            await asyncio.sleep(0.1)
        return list(told)

    assert "notifications/prompts/list_changed" in ask(address, secret(), question, mode="legacy", message_handler=note)


def test_without_the_extra_the_door_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp.server.streamable_http_manager", None)
    monkeypatch.setattr(http, "_number_of", lambda secret: 1)
    sent = []

    async def send(message):
        sent.append(message)

    async def run():
        scope = {"type": "http", "path": "/mcp", "headers": [(b"host", b"localhost")], "query_string": b""}
        await McpOverHttp(None)(scope, None, send)

    asyncio.run(run())
    assert (sent[0]["status"], json.loads(sent[1]["body"])["hint"]) == (503, install_extra("mcp"))
