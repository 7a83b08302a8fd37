"""The REST door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from mythos.accounts.services import create_token, revoke_token
from mythos.api.api import api
from mythos.prompts.models import Prompt
from mythos.prompts.services import create_prompt, move_label, revise_prompt

SNAPSHOT = Path(__file__).parent / "openapi.json"
DOCUMENT = "# Rules {#rules}\n\n## Tone {#tone}\n\nBe kind.\n"


@pytest.fixture
def call(cast):
    def send(role, method, path, body=None, **headers):
        swarm, maker = (cast.other_swarm, cast.stranger) if role == "stranger" else (cast.swarm, cast.owner)
        token = create_token(actor=maker, swarm=swarm, name=role, role="owner" if role == "stranger" else role)
        client = Client(headers={"Authorization": f"Bearer {token.secret}", **headers})
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1{path}", **data)

    return send


@pytest.fixture
def prompt(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="hermes/desk", text="Hello {{name}}.")
    move_label(actor=cast.reviewer, prompt_id=made.prompt_id, label="production", version=1)
    revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="Hi {{name}}.", base=1, source="web")
    return made.prompt


def test_the_document_is_the_snapshot_or_the_snapshot_is_renewed_on_purpose():
    schema = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
    assert schema["openapi"].startswith("3.1")
    assert schema == json.loads(SNAPSHOT.read_text())


def test_without_a_live_token_every_door_is_closed_with_a_problem(cast):
    for headers in ({}, {"Authorization": "Bearer mth_wrong"}):
        answer = Client(headers=headers).get("/api/v1/prompts")
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    issued = create_token(actor=cast.owner, swarm=cast.swarm, name="x", role="viewer")
    revoke_token(actor=cast.owner, token_id=issued.token_row.pk)
    assert Client(headers={"Authorization": f"Bearer {issued.secret}"}).get("/api/v1/me").status_code == 401


def test_a_prompt_is_read_by_label_with_an_etag(call, prompt):
    answer = call("viewer", "get", "/prompts/hermes/desk?label=production")
    assert answer.json()["checkpoint"]["text"] == "Hello {{name}}."
    assert answer.json()["variables"] == ["name"]
    assert answer["ETag"] == '"v1"'
    again = call("viewer", "get", "/prompts/hermes/desk?label=production", **{"If-None-Match": '"v1"'})
    assert (again.status_code, again.content) == (304, b"")
    missing = call("viewer", "get", "/prompts/hermes/desk?label=nothing")
    assert (missing.status_code, missing.json()["fields"]) == (404, {"label": "Unknown label."})


def test_strangers_get_404_and_viewers_403(call, prompt):
    assert call("stranger", "get", f"/prompts/{prompt.pk}").status_code == 404
    assert call("stranger", "get", f"/prompts/{prompt.pk}/checkpoints").status_code == 404
    body = {"text": "x", "base": 2}
    assert call("viewer", "post", f"/prompts/{prompt.pk}/checkpoints", body).status_code == 403
    assert call("stranger", "post", f"/prompts/{prompt.pk}/checkpoints", body).status_code == 404


def test_a_late_save_is_409_with_both_versions(call, prompt):
    path = f"/prompts/{prompt.pk}/checkpoints"
    answer = call("editor", "post", path, {"text": "Mine."}, **{"If-Match": '"v1"'})
    data = answer.json()["data"]
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    assert (data["base"], data["current_version"], data["current_text"]) == (1, 2, "Hi {{name}}.")
    assert call("editor", "post", path, {"text": "Mine."}).status_code == 422
    saved = call("editor", "post", path, {"text": "Mine.", "base": 2})
    assert (saved.status_code, saved["ETag"]) == (201, '"v3"')
    assert call("editor", "post", path, {"text": "Mine.", "base": 3}).status_code == 200


def test_a_repeated_post_with_a_key_is_done_once(call, cast, prompt):
    token = create_token(actor=cast.owner, swarm=cast.swarm, name="k", role="editor").secret
    client = Client(headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "abc"})

    def post(text):
        body = json.dumps({"slug": "once", "text": text})
        return client.post("/api/v1/prompts", data=body, content_type="application/json")

    first, second = post("One."), post("One.")
    assert (first.status_code, second.status_code, first.content) == (201, 201, second.content)
    assert second["Idempotent-Replay"] == "true"
    assert Prompt.objects.filter(slug="once").count() == 1
    assert post("Other.").status_code == 422


def test_errors_have_one_shape_and_name_the_field(call):
    for body in ({"slug": "a"}, {"slug": "Bad Slug", "text": "x"}, {"slug": "a", "text": "Hi {{name\n"}):
        answer = call("editor", "post", "/prompts", body)
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
        assert answer.json()["code"] == "invalid"
        assert answer.json()["fields"]


def test_lists_are_paged_without_gaps(call, cast):
    for number in range(5):
        create_prompt(actor=cast.owner, swarm=cast.swarm, slug=f"p{number}", text="x")
    seen, path = [], "/prompts?limit=2"
    while path:
        page = call("viewer", "get", path).json()
        seen += [item["slug"] for item in page["items"]]
        path = f"/prompts?limit=2&cursor={page['next']}" if page["next"] else None
    assert sorted(seen) == [f"p{number}" for number in range(5)]
    assert call("viewer", "get", "/prompts?cursor=%%%").status_code == 422


def test_a_codex_is_planned_imported_and_reviewed(call):
    dry = call("editor", "post", "/codex/desk/import", {"document": DOCUMENT, "dry_run": True}).json()
    assert (dry["counts"]["new"], dry["edition"]) == (2, None)
    assert call("editor", "post", "/codex/desk/import", {"document": DOCUMENT}).json()["edition"] == "edition 1"
    clause = call("viewer", "get", "/codex/clauses/tone").json()
    body = {"text": "Never be kind.", "base": 1}
    audit = call("editor", "post", f"/codex/clauses/{clause['id']}/versions", body).json()
    path = f"/codex/audits/{audit['id']}"
    assert call("editor", "post", f"{path}/review", {"decision": "send_back", "reason": "no"}).status_code == 403
    assert call("reviewer", "post", f"{path}/review", {"decision": "send_back", "reason": "no"}).status_code == 200
    assert call("reviewer", "post", f"{path}/review", {"decision": "override", "reason": "x"}).status_code == 409
    bad = call("editor", "post", "/codex/desk/import", {"document": DOCUMENT + "\n## B {#tone}\n", "name": "r.md"})
    assert bad.json()["data"]["problems"][0]["line"] == 7


def test_two_texts_are_compared(call):
    answer = call("viewer", "post", "/compare", {"old": "Always log.", "new": "Never log."}).json()
    assert answer["is_regression"] is True
    assert answer["findings"]
