"""The client against the real application: what it serves while the server moves, fails and withdraws."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time

import httpx2
import pytest
from mythos_client import (
    AsyncClient,
    Client,
    HashMismatch,
    LabelRemoved,
    MissingValues,
    NotAllowed,
    NotThere,
    ServerUnreachable,
    Text,
)
from mythos_client.telemetry import attributes

from mythos.accounts.services import revoke_token
from mythos.drafts.queries import compiled_draft
from mythos.drafts.services import create_draft, deploy_draft
from mythos.prompts import queries
from mythos.prompts.services import move_label, remove_label, revise_prompt

FAST = 0.1


def until(what, seconds=1.5):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def client(house):
    with Client(house.url, house.token, refresh=FAST, timeout=2, defaults={"desk": "A bundled text."}) as made:
        yield made


def move(house, made, text):
    version = queries.get_prompt(house.cast.owner, made.prompt_id).current.version
    revise_prompt(actor=house.cast.owner, prompt_id=made.prompt_id, text=text, base=version, source="web")
    move_label(actor=house.cast.owner, prompt_id=made.prompt_id, label="best", version=version + 1)


def test_a_text_comes_with_its_hash_version_and_messages(house, client):
    house.prompt("team/desk", "Größe: {{ name }}.")
    text = client.get("team/desk", "best")
    assert text.text == "Größe: {{ name }}."
    assert text.sha256 == hashlib.sha256(text.text.encode()).hexdigest() == text.checkpoint_sha256
    assert (text.version, text.contract, text.source, text.is_stale) == (1, None, "server", False)
    assert text.messages == [{"role": "system", "content": text.text}]


def test_a_moved_label_gives_the_new_text_within_the_refresh_interval(house):
    made = house.prompt("desk", "One.")
    with Client(house.url, house.token, refresh=0.8) as client:
        assert client.get("desk", "best").text == "One."
        move(house, made, "Two.")
        began = time.monotonic()
        assert until(lambda: client.get("desk", "best").text == "Two.")
        assert time.monotonic() - began < 0.8


def test_an_unchanged_text_is_not_sent_again(house, client):
    house.prompt("desk", "One.")
    first = client.get("desk", "best")
    assert until(lambda: house.statuses.count("304") >= 2)
    assert house.statuses.count("200") == 1
    assert client.get("desk", "best") is first


def test_a_killed_server_leaves_the_last_good_text_which_says_so(house, client):
    made = house.prompt("desk", "One.")
    assert client.get("desk", "best").is_stale is False
    house.stop()
    assert until(lambda: client.get("desk", "best").is_stale)
    assert client.get("desk", "best").text == "One."
    move(house, made, "Two.")
    house.start()
    assert until(lambda: client.get("desk", "best").text == "Two.")
    assert client.get("desk", "best").is_stale is False


def test_a_removed_label_raises_even_when_the_server_is_gone_afterwards(house, client):
    made = house.prompt("desk", "One.")
    client.get("desk", "best")
    remove_label(actor=house.cast.owner, prompt_id=made.prompt_id, label="best")
    client.refresh()
    with pytest.raises(LabelRemoved, match="desk has no label 'best'"):
        client.get("desk", "best")
    house.stop()
    time.sleep(FAST * 2)
    with pytest.raises(LabelRemoved):
        client.get("desk", "best")
    house.start()
    move_label(actor=house.cast.owner, prompt_id=made.prompt_id, label="best", version=1)
    time.sleep(FAST)
    assert client.get("desk", "best").text == "One."


def test_an_answer_that_comes_late_does_not_bring_a_removed_text_back(house, client):
    made = house.prompt("desk", "One.")
    client.get("desk", "best")
    (key,) = client._cache.texts
    late = client._http.get(key.path)
    asked = time.monotonic()
    remove_label(actor=house.cast.owner, prompt_id=made.prompt_id, label="best")
    client.refresh()
    with pytest.raises(LabelRemoved):
        client._cache.took(key, late, asked)
    with pytest.raises(LabelRemoved):
        client.get("desk", "best")


def test_without_a_server_a_bundled_default_is_served_and_marked(house, client):
    house.stop()
    text = client.get("desk", "best")
    assert (text.text, text.source, text.is_stale, text.version) == ("A bundled text.", "default", True, None)
    with pytest.raises(ServerUnreachable):
        client.get("other", "best")


def test_what_is_not_there_and_a_revoked_token_are_told_apart(house, client):
    house.prompt("desk", "One.")
    client.get("desk", "best")
    with pytest.raises(NotThere):
        client.get("nothing", "best")
    revoke_token(actor=house.cast.owner, token_id=house.cast.swarm.tokens.get().pk)
    client.refresh()
    with pytest.raises(NotAllowed):
        client.get("desk", "best")


def test_a_text_with_a_wrong_hash_is_never_handed_out(house, client):
    with pytest.raises(HashMismatch):
        Text("desk", "best", "One.", "0" * 64)
    house.prompt("desk", "One.")
    good = client.get("desk", "best")
    (key,) = client._cache.texts
    body = client._http.get(key.path).json() | {"text": "Another."}
    text = client._cache.took(key, httpx2.Response(200, json=body), time.monotonic())
    assert (text.text, text.is_stale) == (good.text, True)


@pytest.mark.parametrize(
    "text",
    ["{{ a }} {{b.c}} {{{raw}}} {{else}} {{> house@best}}", '{"x": {"y": 1}} {{a}}{{a}} {{ b.c }}', "{{#if a}} {{a}}"],
)
def test_filling_variables_gives_the_bytes_the_server_gives(house, client, text):
    house.prompt("house", "Be {{ a }}.")
    made = house.prompt("desk", text)
    values = {"a": "{{b.c}} \\1", "b.c": 7}
    prompt = queries.get_prompt(house.cast.owner, made.prompt_id)
    here = client.get("desk", "best").render(values)
    assert here.text == queries.render_prompt(house.cast.owner, prompt, values, label="best")
    with pytest.raises(MissingValues) as caught:
        client.get("desk", "best").render()
    assert set(caught.value.names) <= {"a", "b.c"}


def test_an_assistant_has_the_same_bytes_in_preview_api_client_and_mcp(house, client):
    mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    from mythos.mcp.news import View  # only with the extra
    from mythos.mcp.server import make_server

    cast = house.cast
    rows = [house.prompt("who", "I am Ä."), house.prompt("rule", "Never {{x}}.")]
    cluster = [{"section": s, "checkpoint": row.pk} for s, row in zip(["style", "duties"], rows, strict=True)]
    draft = create_draft(actor=cast.owner, swarm=cast.swarm, name="Hermes", prompt_cluster=cluster)
    preview = compiled_draft(cast.owner, draft).compiled
    made = deploy_draft(actor=cast.owner, draft_id=draft.pk, base=draft.version, reason="First").assistant

    async def over_mcp():
        async with mcp.Client(make_server(lambda context: View(house.token, "production"))) as asked:
            return await asked.read_resource(f"mythos://assistants/{made.slug}/compiled")

    answer = httpx2.get(
        f"{house.url}/api/v1/assistants/{made.slug}/compiled", headers={"Authorization": f"Bearer {house.token}"}
    ).json()
    text = client.assistant(made.slug)
    assert text.text == "# Duties\nNever {{x}}.\n\n# Style\nI am Ä."
    assert preview.text == answer["text"] == text.text == asyncio.run(over_mcp()).contents[0].text
    assert preview.sha256 == answer["sha256"] == text.sha256


def test_the_client_for_asyncio_does_the_same(house):
    made = house.prompt("desk", "One.")

    async def run():
        async with AsyncClient(house.url, house.token, refresh=FAST) as client:
            seen = [(await client.get("desk", "best")).text]
            await asyncio.to_thread(move, house, made, "Two.")
            await client.refresh()
            seen.append((await client.get("desk", "best")).text)
            await asyncio.to_thread(house.stop)
            await asyncio.sleep(FAST * 3)
            stale = await client.get("desk", "best")
            await asyncio.to_thread(house.start)
            await asyncio.to_thread(remove_label, actor=house.cast.owner, prompt_id=made.prompt_id, label="best")
            await asyncio.sleep(FAST * 3)
            with pytest.raises(LabelRemoved):
                await client.get("desk", "best")
            return seen, stale

    seen, stale = asyncio.run(run())
    assert seen == ["One.", "Two."]
    assert (stale.text, stale.is_stale) == ("Two.", True)


def test_many_threads_share_one_client_and_one_request(house, client):
    house.prompt("desk", "One.")
    client.get("desk", "best")
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(client.get("desk", "best").text)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["One."] * 20
    assert house.statuses.count("200") == 1
    assert sum(thread.name == "mythos-client" for thread in threading.enumerate()) == 1


def test_a_span_is_told_what_it_used(house, client):
    house.prompt("desk", "One.")
    told = attributes(client.get("desk", "best"))
    assert (told["mythos.prompt.name"], told["mythos.prompt.version"]) == ("desk", 1)
    assert told["mythos.prompt.is_stale"] is False
