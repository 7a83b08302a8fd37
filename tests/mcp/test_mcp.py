"""The MCP door, asked by the client of the official SDK."""

from __future__ import annotations

import asyncio
import json

import pytest
from django.test import Client as WebClient

from mythos.accounts.services import create_token, revoke_token
from mythos.assistants.services import create_assistant, set_prompt_cluster
from mythos.codex.services import create_clause, create_codex, sign_contract
from mythos.prompts.models import Prompt, PromptLabel
from mythos.prompts.services import create_prompt, move_label

mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
from mythos.mcp.news import View  # noqa: E402 - only with the extra
from mythos.mcp.server import make_server  # noqa: E402

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(cast):
    desk = create_prompt(
        actor=cast.owner, swarm=cast.swarm, slug="hermes/desk", text="Größe {{ name }}. Never promise refunds."
    )
    move_label(actor=cast.reviewer, prompt_id=desk.prompt_id, label="production", version=1)
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="hermes/unlabelled", text="Secret draft.")
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="house", title="House")
    create_clause(actor=cast.owner, codex=codex, ref="refunds", title="Refunds", text="Never promise refunds.")
    sign_contract(actor=cast.owner, prompt_id=desk.prompt_id, base=0, clauses=[{"ref": "refunds"}])
    hermes = create_assistant(actor=cast.owner, swarm=cast.swarm, slug="hermes", name="Hermes")
    row = {"section": "duties", "prompt": desk.prompt_id, "checkpoint": desk.pk}
    set_prompt_cluster(actor=cast.owner, assistant=hermes, cluster=[row])
    return desk


@pytest.fixture
def secret(cast):
    def issue(role="editor"):
        return create_token(actor=cast.owner, swarm=cast.swarm, name="model", role=role).secret

    return issue


def ask(secret, question, label="production"):
    async def run():
        async with mcp.Client(make_server(lambda context: View(secret, label))) as client:
            try:
                return await question(client)
            except mcp.MCPError as error:
                return error

    answer = asyncio.run(run())
    if isinstance(answer, mcp.MCPError):
        raise answer  # here, for the client's task group would wrap it
    return answer


def tool(secret, name, **arguments):
    result = ask(secret, lambda client: client.call_tool(name, arguments))
    text = result.content[0].text
    return text if result.is_error else json.loads(text)


def api(secret, path):
    return WebClient(headers={"Authorization": f"Bearer {secret}"}).get(f"/api/v1{path}").json()


def test_the_prompts_of_a_label_are_listed_and_filled(made, secret):
    listed = ask(secret(), lambda client: client.list_prompts()).prompts
    assert [(row.name, [argument.name for argument in row.arguments]) for row in listed] == [("hermes/desk", ["name"])]
    got = ask(secret(), lambda client: client.get_prompt("hermes/desk", {"name": "{{x}}"}))
    assert got.messages[0].content.text == "Größe {{x}}. Never promise refunds."
    assert got.meta["mythos/version"] == 1
    with pytest.raises(mcp.MCPError, match=r"name: No value given \(line 1\)"):
        ask(secret(), lambda client: client.get_prompt("hermes/desk"))
    with pytest.raises(mcp.MCPError, match="no label 'production'"):
        ask(secret(), lambda client: client.get_prompt("hermes/unlabelled"))


def test_resources_are_the_bytes_the_api_gives(made, secret):
    token = secret()
    listed = {str(row.uri) for row in ask(token, lambda client: client.list_resources()).resources}
    contract = "mythos://contracts/hermes/desk"
    compiled = "mythos://assistants/hermes/compiled"
    assert listed == {compiled, contract, "mythos://clauses/house/refunds"}
    text = ask(token, lambda client: client.read_resource(compiled)).contents[0].text
    assert text == api(token, "/assistants/hermes/compiled")["text"]
    document = json.loads(ask(token, lambda client: client.read_resource(contract)).contents[0].text)
    assert document == api(token, f"/contracts/{made.prompt_id}") | {"signed_at": document["signed_at"]}
    clause = ask(token, lambda client: client.read_resource("mythos://clauses/house/refunds")).contents[0].text
    assert json.loads(clause)["text"] == "Never promise refunds."
    with pytest.raises(mcp.MCPError, match="There is no resource"):
        ask(token, lambda client: client.read_resource("mythos://labels/production"))


def test_no_tool_promotes_deletes_or_overrides(made, secret):
    listed = ask(secret(), lambda client: client.list_tools()).tools
    assert {row.name for row in listed} == {
        "search",
        "compare",
        "explain_contract",
        "propose_revision",
        "run_affected_rituals",
        "rank_mentors",
        "find_curricula",
        "list_chains",
        "explain_chain",
    }
    assert {row.name for row in listed if not row.annotations.read_only_hint} == {
        "propose_revision",
        "run_affected_rituals",
    }
    assert "There is no tool 'move_label'" in tool(secret("owner"), "move_label", prompt="hermes/desk")
    refused = tool(
        secret("owner"), "propose_revision", prompt="hermes/desk", base=1, text="x", reason="r", label="production"
    )
    assert "Additional properties are not allowed ('label' was unexpected)" in refused
    assert PromptLabel.objects.get().checkpoint.version == 1


def test_a_proposed_revision_is_a_new_version_that_nothing_points_to(made, secret):
    arguments = {"prompt": "hermes/desk", "base": 1, "text": "May promise refunds.", "reason": "Try."}
    told = tool(secret("editor"), "propose_revision", **arguments)
    assert (told["version"], told["comparison"]["verdict"]) == (2, "regression")
    prompt = Prompt.objects.get(slug="hermes/desk")
    assert (prompt.current.source, prompt.labels.get().checkpoint.version) == ("mcp", 1)
    assert tool(secret("viewer"), "propose_revision", **arguments).startswith("denied: This needs the role editor")
    assert tool(secret("editor"), "propose_revision", **arguments).startswith("stale:")


def test_reading_tools_answer_what_the_queries_answer(made, secret):
    found = tool(secret("viewer"), "search", query="label:production refunds")["checkpoints"]
    assert [(row["prompt"], row["version"], row["labels"]) for row in found] == [("hermes/desk", 1, ["production"])]
    assert tool(secret("viewer"), "compare", old="Always log.", new="Never log.")["is_regression"] is True
    told = tool(secret("viewer"), "explain_contract", prompt="hermes/desk", all=True)
    assert [row["ref"] for row in told["obligations"]] == ["refunds"]
    assert tool(secret("viewer"), "run_affected_rituals", provider="scripted", run=False) == {"rituals": []}


def test_a_viewer_may_not_start_runs_also_when_none_is_due(made, secret):
    refused = tool(secret("viewer"), "run_affected_rituals", provider="scripted")
    assert refused.startswith("denied: This needs the role editor")
    assert tool(secret("editor"), "run_affected_rituals", provider="scripted") == {"rituals": []}


def test_what_is_no_text_is_named(made, secret):
    assert "query: Character 2 is U+0000." in tool(secret(), "search", query="a\0b")
    with pytest.raises(mcp.MCPError, match="name: Character 2 is U\\+0000"):
        ask(secret(), lambda client: client.get_prompt("hermes/desk", {"name": "a\0b"}))
    with pytest.raises(mcp.MCPError, match="uri: Character .* is U\\+0000"):
        ask(secret(), lambda client: client.read_resource("mythos://contracts/%00"))
    with pytest.raises(mcp.MCPError, match="cursor: Character 1 is U\\+0000"):
        ask(secret(), lambda client: client.list_prompts(cursor="\0"))


def test_a_stranger_sees_nothing_and_a_revoked_token_is_refused(cast, made, secret):
    other = create_token(actor=cast.stranger, swarm=cast.other_swarm, name="s", role="owner").secret
    assert ask(other, lambda client: client.list_prompts()).prompts == []
    assert ask(other, lambda client: client.list_resources()).resources == []
    assert tool(other, "explain_contract", prompt="hermes/desk").startswith("not_found:")
    own = secret()
    revoke_token(actor=cast.owner, token_id=cast.swarm.tokens.get().pk)
    assert tool(own, "search", query="x").startswith("denied: The token is not known")


def test_nobody_is_told_after_a_connection_has_closed(made, secret):
    server = make_server(lambda context: View(own, "production"))
    news = server.get_notification_handler("notifications/initialized").handler.__self__.news
    own, seen = secret(), []

    async def listening(number):
        """The server hears of a beginning and of an end a moment later."""
        async with asyncio.timeout(30):
            while sum(view.count for view in news.views.values()) != number:
                await asyncio.sleep(0.01)
        seen.append(number)

    async def run():
        async with mcp.Client(server, mode="legacy") as client:
            await client.list_prompts()
            await listening(1)
        await listening(0)

    asyncio.run(run())
    assert seen == [1, 0]
