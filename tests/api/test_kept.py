"""Reads by label that are answered from kept bytes say at every moment what the application would say."""

from __future__ import annotations

import asyncio
import json

import pytest
from django.core.asgi import get_asgi_application

from mythos.accounts.services import create_token, revoke_token
from mythos.api import kept
from mythos.api.kept import KeptAnswers, question
from mythos.codex.models import CodexContract
from mythos.codex.services import create_clause, create_codex, sign_contract
from mythos.prompts.services import create_prompt, move_label, revise_prompt, split_label, update_details
from mythos.prompts.splitting import arm_of

pytestmark = pytest.mark.django_db(transaction=True)


class Door:
    """Sends requests to the application and counts those that came past the kept answers."""

    def __init__(self, secret):
        self.secret, self.passed = secret, 0
        inner = get_asgi_application()

        async def counted(scope, receive, send):
            self.passed += 1
            await inner(scope, receive, send)

        self.app = KeptAnswers(counted)

    def get(self, path="hermes/desk", query="label=best", held=""):
        async def run():
            out, waiting = [], [True]

            async def receive():
                if waiting.pop() if waiting else False:
                    return {"type": "http.request", "body": b"", "more_body": False}
                await asyncio.Event().wait()

            async def send(message):
                out.append(message)

            headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {self.secret}".encode())]
            headers += [(b"if-none-match", held.encode())] if held else []
            full = f"/api/v1/prompts/{path}"
            scope = {"type": "http", "method": "GET", "path": full, "raw_path": full.encode(), "headers": headers}
            scope |= {
                "query_string": query.encode(),
                "http_version": "1.1",
                "scheme": "http",
                "server": ("localhost", 80),
            }
            await self.app(scope, receive, send)
            body = b"".join(m.get("body", b"") for m in out[1:])
            return out[0]["status"], dict(out[0]["headers"]), json.loads(body) if body else None

        return asyncio.run(run())


@pytest.fixture
def made(cast):
    first = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="hermes/desk", text="One.")
    move_label(actor=cast.owner, prompt_id=first.prompt_id, label="best", version=1)
    return first


@pytest.fixture
def door(cast):
    return Door(create_token(actor=cast.owner, swarm=cast.swarm, name="t", role="viewer").secret)


def test_the_second_answer_is_the_first_again(door, made):
    first, second = door.get(), door.get()
    assert first == second
    assert first[2]["checkpoint"]["text"] == "One."
    assert door.passed == 1
    status, headers, body = door.get(held='"v1"')
    assert (status, body, headers[b"ETag"]) == (304, None, b'"v1"')
    assert door.get(held='"v9"')[0] == 200
    assert door.passed == 1


def test_whatever_an_answer_shows_is_new_at_once(cast, door, made):
    door.get()
    revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="Two.", base=1, source="web")
    assert door.get()[2]["prompt"]["version"] == 2
    move_label(actor=cast.owner, prompt_id=made.prompt_id, label="best", version=2)
    assert door.get()[2]["checkpoint"]["text"] == "Two."
    move_label(actor=cast.owner, prompt_id=made.prompt_id, label="other", version=1)
    assert door.get()[2]["prompt"]["labels"] == {"best": 2, "other": 1}
    update_details(actor=cast.owner, prompt_id=made.prompt_id, title="New title")
    assert door.get()[2]["prompt"]["title"] == "New title"


def test_nobody_reads_what_is_not_theirs(cast, door, made, monkeypatch):
    door.get()
    stranger = create_token(actor=cast.stranger, swarm=cast.other_swarm, name="t", role="viewer").secret
    door.secret, own = stranger, door.secret
    assert door.get()[0] == 404
    door.secret = "mth_wrong"
    assert door.get()[0] == 401
    door.secret = own
    monkeypatch.setattr(kept, "TOKEN_SECONDS", 0.0)
    door.app.tokens.clear()
    revoke_token(actor=cast.owner, token_id=cast.swarm.tokens.get().pk)
    assert door.get()[0] == 401


@pytest.mark.parametrize(
    ("path", "query"),
    [("12", "label=a"), ("a", ""), ("a", "version=1"), ("a", "label=a&version=1"), ("a", "label=latest")],
)
def test_only_the_plain_read_is_taken(path, query):
    scope = {"type": "http", "method": "GET", "path": f"/api/v1/prompts/{path}", "query_string": query.encode()}
    assert question(scope | {"headers": [(b"authorization", b"Bearer mth_x")]}) is None


def test_a_kept_answer_ends_with_the_standing_of_the_contract(cast, door, made):
    door.get()
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="house", title="House")
    create_clause(actor=cast.owner, codex=codex, ref="one", title="One", text="Say one.")
    sign_contract(actor=cast.owner, prompt_id=made.prompt_id, base=0, clauses=[{"ref": "one"}])
    contract = CodexContract.objects.get()
    shown = door.get()
    assert shown[2]["contract"]["state"] == contract.state
    assert door.get(held=shown[1][b"ETag"].decode())[0] == 304
    assert door.passed == 2
    CodexContract.objects.filter(pk=contract.pk).update(state="breached")
    assert door.get(held=shown[1][b"ETag"].decode())[2]["contract"]["state"] == "breached"


def test_a_text_that_includes_another_is_never_kept(cast, door, made):
    desk = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text="Now: {{> hermes/desk@best}}")
    move_label(actor=cast.owner, prompt_id=desk.prompt_id, label="best", version=1)
    assert door.get("desk")[2]["text"] == door.get("desk")[2]["text"] == "Now: One."
    revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="Two.", base=1, source="web")
    move_label(actor=cast.owner, prompt_id=made.prompt_id, label="best", version=2)
    assert door.get("desk")[2]["text"] == "Now: Two."


def test_a_split_label_is_answered_from_kept_bytes_too_and_each_arm_with_its_own(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="hermes/desk", text="One.")
    revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="Two.", base=1, source="web")
    where = {"actor": cast.owner, "prompt_id": made.prompt_id, "label": "best"}
    move_label(**where, version=1)
    door = Door(create_token(actor=cast.owner, swarm=cast.swarm, name="p", role="viewer").secret)
    keys = [f"k{number}" for number in range(30)]
    assert {door.get(query=f"label=best&key={key}")[2]["text"] for key in keys} == {"One."}
    assert door.passed == 1, "without a split a key changes nothing"
    split_label(**where, version=1, other_version=2, share=40)
    got = {}
    for key in [*keys, *keys]:
        _, headers, body = door.get(query=f"label=best&key={key}")
        arm = arm_of("hermes/desk", "best", key, 40)
        assert (body["split"], body["text"]) == ({"arm": arm, "share": 40}, "One." if arm == "a" else "Two.")
        assert body["sha256"] == body["checkpoint"]["sha256"]
        got[arm] = headers[b"ETag"].decode()
    assert got == {"a": '"v1.a40"', "b": '"v2.b40"'}
    assert door.passed == 3
    held = next(key for key in keys if arm_of("hermes/desk", "best", key, 40) == "b")
    assert door.get(query=f"label=best&key={held}", held=got["b"])[0] == 304
    assert door.get(query=f"label=best&key={held}", held=got["a"])[0] == 200
    arms = [door.get()[2]["split"]["arm"] for _ in range(60)]
    assert set(arms) == {"a", "b"}
    assert door.get(query="label=best&arm=b")[2]["text"] == "Two."
    assert door.get(query="label=best&arm=c")[0] == 422
    split_label(**where, version=1, other_version=2, share=41)
    assert door.get(query=f"label=best&key={held}", held=got["b"])[0] == 200
    move_label(**where, version=2)
    assert door.get(query=f"label=best&key={held}")[2]["split"] is None
