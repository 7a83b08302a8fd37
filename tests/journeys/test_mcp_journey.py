"""A program starts `mythos mcp` itself and speaks to it over standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest
from django.conf import settings
from django.db import connection

from mythos.accounts.services import create_token
from mythos.prompts.services import create_prompt, move_label, remove_label

mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")


@pytest.fixture
def start(cast):
    """How a client starts the program."""
    if connection.vendor != "sqlite":
        pytest.skip("a program of its own reads the test database from its file")
    token = create_token(actor=cast.owner, swarm=cast.swarm, name="model", role="owner").secret
    environment = os.environ | {
        "MYTHOS_TOKEN": token,
        "MYTHOS_DATABASE_URL": f"sqlite:///{settings.DATABASES['default']['NAME']}",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    return mcp.StdioServerParameters(command=sys.executable, args=["-m", "mythos.cli.main", "mcp"], env=environment)


@pytest.fixture
def desk(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="hermes/desk", text="Größe {{ name }}.")
    move_label(actor=cast.reviewer, prompt_id=made.prompt_id, label="production", version=1)
    return made


@pytest.mark.django_db(transaction=True)
def test_a_client_lists_and_gets_prompts_and_cannot_promote(desk, start):
    async def run():
        async with mcp.Client(start) as client:
            listed = [row.name for row in (await client.list_prompts()).prompts]
            got = await client.get_prompt("hermes/desk", {"name": "Ada"})
            refused = await client.call_tool("move_label", {"prompt": "hermes/desk", "version": 1})
            return listed, got.messages[0].content.text, refused

    listed, text, refused = asyncio.run(run())
    assert (listed, text) == (["hermes/desk"], "Größe Ada.")
    assert refused.is_error
    assert "There is no tool 'move_label'" in refused.content[0].text


@pytest.mark.django_db(transaction=True)
def test_a_label_that_another_process_removes_is_announced(cast, desk, start):
    async def run():
        async with mcp.Client(start) as client, client.listen(prompts_list_changed=True) as events:
            before = [row.name for row in (await client.list_prompts()).prompts]
            await asyncio.to_thread(
                remove_label, actor=cast.reviewer, prompt_id=desk.prompt_id, label="production", reason="Withdrawn."
            )
            await asyncio.wait_for(anext(aiter(events)), 10)
            return before, [row.name for row in (await client.list_prompts(cache_mode="refresh")).prompts]

    assert asyncio.run(run()) == (["hermes/desk"], [])
