"""Drafts and versions of assistants over HTTP."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from mythos.accounts.services import create_token
from mythos.drafts.measures import COVERED, PAIRS
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import create_prompt, revise_prompt

BLOCKS = [
    {"section": "identity", "prompt": "hermes/persona"},
    {"section": "guardrails", "prompt": "hermes/guard", "version": 1},
]
CLASHING = {"section": "duties", "prompt": "hermes/refunds"}


@pytest.fixture
def call(cast):
    def send(method, path, body=None, role="owner", swarm=cast.swarm, maker=cast.owner, **headers):
        token = create_token(actor=maker, swarm=swarm, name="t", role=role)
        client = Client(headers={"Authorization": f"Bearer {token.secret}", **headers})
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1{path}", **data)

    return send


@pytest.fixture
def draft(call, cast):
    PAIRS.clear()
    COVERED.clear()
    for slug, text in (
        ("hermes/persona", "You are Hermes."),
        ("hermes/guard", "Never promise a refund to a customer."),
        ("hermes/refunds", "You may promise a refund when a customer asks for one."),
    ):
        create_prompt(actor=cast.owner, swarm=cast.swarm, slug=slug, text=text)
    return call("post", "/drafts", {"name": "Hermes", "tone": "friendly", "prompt_cluster": BLOCKS}).json()


def test_a_draft_is_made_read_changed_and_deleted(call, draft):
    path = f"/drafts/{draft['id']}"
    assert [(b["section"], b["prompt"], b["version"]) for b in draft["prompt_cluster"]] == [
        ("identity", "hermes/persona", 1),
        ("guardrails", "hermes/guard", 1),
    ]
    read = call("get", path)
    assert (read.json()["tone"], read["ETag"]) == ("friendly", '"v1"')
    changed = call("patch", path, {"tone": "formal"}, **{"If-Match": '"v1"'})
    assert (changed.json()["version"], changed["ETag"]) == (2, '"v2"')
    assert call("patch", path, {"tone": "terse", "base": 1}).status_code == 409
    assert call("patch", path, {"tone": "terse"}).status_code == 422
    assert [row["name"] for row in call("get", "/drafts").json()["items"]] == ["Hermes"]
    assert call("delete", path).status_code == 204
    assert call("get", path).status_code == 404


def test_unknown_blocks_are_named(call, draft):
    answer = call("post", "/drafts", {"name": "X", "prompt_cluster": [{"section": "duties", "prompt": "nobody"}]})
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["prompt_cluster.0.prompt"]


def test_preview_and_served_text_are_the_same_bytes(call, draft):
    preview = call("get", f"/drafts/{draft['id']}/compiled").json()
    assert preview["text"] == "# Identity\nYou are Hermes.\n\n# Guardrails\nNever promise a refund to a customer."
    assert (preview["refusals"], preview["conflicts"], preview["waiting"]) == ([], [], 0)
    assert preview["tokens"]["total"] == sum(preview["tokens"]["by_section"].values()) + preview["tokens"]["headings"]
    made = call("post", f"/drafts/{draft['id']}/deploy", {"base": 1, "reason": "First"})
    assert (made.status_code, made.json()["number"], made.json()["author"]) == (201, 1, "Ines · t")
    served = call("get", "/assistants/hermes/compiled").json()
    assert (served["text"], served["sha256"]) == (preview["text"], preview["sha256"])
    version = call("get", "/assistants/hermes/versions/1").json()
    assert (version["text"], version["sha256"]) == (preview["text"], preview["sha256"])
    assert [(pin["prompt"], pin["version"]) for pin in version["pins"]] == [("hermes/persona", 1), ("hermes/guard", 1)]


def test_a_conflict_is_refused_with_the_reason_until_it_is_answered(call, draft):
    path = f"/drafts/{draft['id']}"
    call("patch", path, {"base": 1, "prompt_cluster": [*BLOCKS, CLASHING]})
    refused = call("post", f"{path}/deploy", {"base": 2})
    assert (refused.status_code, refused.json()["code"]) == (422, "clause_broken")
    assert "Conflict 1" in refused.json()["title"]
    (conflict,) = call("get", f"{path}/compiled").json()["conflicts"]
    call("patch", path, {"base": 2, "answers": {conflict["key"]: "The desk decides."}})
    assert call("post", f"{path}/deploy", {"base": 3}).status_code == 201


def test_versions_are_compared_rolled_back_pinned_and_cloned(call, cast, draft):
    path = f"/drafts/{draft['id']}"
    call("post", f"{path}/deploy", {"base": 1})
    call("patch", path, {"base": 1, "prompt_cluster": BLOCKS[:1]})
    call("post", f"{path}/deploy", {"base": 2})
    found = call("get", "/assistants/hermes/compare?old=1&new=2").json()
    assert found["pins"] == ["hermes/guard v1: taken out"]
    back = call("post", "/assistants/hermes/roll-back", {"version": 1, "base": 2})
    assert (back.json()["number"], back.json()["restored"]) == (3, 1)
    assert call("post", "/assistants/hermes/roll-back", {"version": 2, "base": 2}).status_code == 409
    guard = get_prompt(cast.owner, "hermes/guard", cast.swarm)
    revise_prompt(actor=cast.owner, prompt_id=guard.pk, text="Never promise.", base=1, source="web")
    assert call("post", "/assistants/hermes/pin", {"prompt": "hermes/guard", "base": 3}).json()["number"] == 4
    assert [row["number"] for row in call("get", "/assistants/hermes/versions").json()["items"]] == [4, 3, 2, 1]
    clone = call("post", "/assistants/hermes/clone", {"name": "Iris"})
    assert (clone.json()["name"], clone.json()["assistant"]) == ("Iris", None)


def test_who_may(call, cast, draft):
    path = f"/drafts/{draft['id']}"
    assert call("get", path, role="viewer").status_code == 200
    assert call("patch", path, {"base": 1, "tone": "formal"}, role="viewer").status_code == 403
    assert call("post", f"{path}/deploy", {"base": 1}, role="editor").status_code == 403
    call("post", f"{path}/deploy", {"base": 1})
    strange = {"swarm": cast.other_swarm, "maker": cast.stranger}
    for method, where in (("get", path), ("get", f"{path}/compiled"), ("get", "/assistants/hermes/versions")):
        assert call(method, where, **strange).status_code == 404
    assert call("post", f"{path}/deploy", {"base": 1}, **strange).status_code == 404
    assert call("post", "/assistants/hermes/roll-back", {"version": 1, "base": 1}, **strange).status_code == 404
