"""The REST door."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from django.test import Client
from ninja import Schema

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


def test_no_two_shapes_share_a_name():
    """The description keeps one of each name; a second would be told in its place."""
    names = Counter(shape.__name__ for shape in _below(Schema) if shape.__module__.startswith("mythos.api"))
    assert names
    assert [name for name, count in names.items() if count > 1] == []


def _below(kind):
    found = set(kind.__subclasses__())
    return found.union(*(_below(one) for one in found))


def test_doors_of_files_say_what_goes_in_and_out():
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    silent = [path for path, methods in paths.items() if "get" in methods and not _told(methods["get"]["responses"])]
    assert silent == []
    for path in ("/vault/import", "/packages/plan", "/packages/install"):
        assert paths[f"/api/v1{path}"]["post"]["requestBody"]["content"]


def _told(responses):
    return "content" in responses[200]


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


def test_a_label_beside_a_version_is_refused(call, prompt):
    for path in (f"/prompts/{prompt.pk}", "/prompts/hermes/desk"):
        answer = call("viewer", "get", f"{path}?version=1&label=production")
        assert (answer.status_code, answer.json()["fields"]) == (422, {"version": "Give one of them."})


def test_an_if_match_that_is_no_version_or_another_one_is_refused(call, prompt):
    path = f"/prompts/{prompt.pk}/checkpoints"
    answer = call("editor", "post", path, {"text": "Mine."}, **{"If-Match": "zzz"})
    assert (answer.status_code, answer.json()["fields"]) == (422, {"If-Match": "zzz is no version."})
    answer = call("editor", "post", path, {"text": "Mine.", "base": 2}, **{"If-Match": '"v1"'})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["base"])
    assert call("editor", "post", path, {"text": "Mine.", "base": 2}, **{"If-Match": '"v2"'}).status_code == 201


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


def test_addresses_and_methods_it_does_not_have_are_told_in_the_same_shape(call):
    for method, path, status, code in (
        ("get", "/nosuch", 404, "not_found"),
        ("get", "/prompts/", 404, "not_found"),
        ("delete", "/me", 405, "method_not_allowed"),
        ("get", "/prompts-like", 405, "method_not_allowed"),
    ):
        answer = call("viewer", method, path)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        assert answer.json()["code"] == code
    assert (answer["Allow"], answer.json()["hint"]) == ("POST", "Use POST.")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"slug": "a", "text": "a\ud800b"}, "text"),
        ({"slug": "a", "text": "a", "title": "\ud800"}, "title"),
        ({"slug": "a", "text": "a", "tags": ["b", "c\0"]}, "tags.1"),
        (["\ud800"], "0"),
    ],
)
def test_what_no_database_can_hold_is_refused_with_its_field(call, body, field):
    answer = call("editor", "post", "/prompts", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])


def test_a_body_that_is_no_json_is_invalid(cast):
    token = create_token(actor=cast.owner, swarm=cast.swarm, name="t", role="editor").secret
    client = Client(headers={"Authorization": f"Bearer {token}"})
    for body in (b'{"slug": ', b"\xff"):
        answer = client.post("/api/v1/prompts", data=body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert answer.json()["fields"]["body"]


def test_lists_are_paged_without_gaps(call, cast):
    for number in range(5):
        create_prompt(actor=cast.owner, swarm=cast.swarm, slug=f"p{number}", text="x")
    seen, path = [], "/prompts?limit=2"
    while path:
        page = call("viewer", "get", path).json()
        seen += [item["slug"] for item in page["items"]]
        path = f"/prompts?limit=2&cursor={page['next']}" if page["next"] else None
    assert sorted(seen) == [f"p{number}" for number in range(5)]
    for cursor in ("%%%", base64.urlsafe_b64encode(b"9" * 30).decode(), base64.urlsafe_b64encode(b"-4").decode()):
        assert call("viewer", "get", f"/prompts?cursor={cursor}").status_code == 422


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


def test_every_body_is_strict_to_its_last_part():
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    shapes = document["components"]["schemas"]
    asked = set()
    for operations in document["paths"].values():
        for operation in operations.values():
            asked |= _named(operation.get("requestBody", {}))
    while wider := {name for shape in asked for name in _named(shapes[shape])} - asked:
        asked |= wider
    assert len(asked) > 50
    assert sorted(name for name in asked if shapes[name].get("additionalProperties") is not False) == []


def _named(part):
    """Names of the shapes a part of the description refers to."""
    return {one.rpartition("/")[2] for one in re.findall(r'"\$ref": "([^"]*)"', json.dumps(part))}


def test_a_field_that_is_not_known_is_refused_by_its_name(call, prompt):
    body = {"slug": "hermes/new", "text": "Hi.", "titel": "New"}
    refused = call("editor", "post", "/prompts", body)
    assert (refused.status_code, refused.json()["fields"]) == (422, {"titel": "Unknown field."})
    assert not Prompt.objects.filter(slug="hermes/new").exists()
    inner = {"slug": "desk", "cases": [{"input": {}, "expectation": []}]}
    assert call("editor", "post", "/rituals", inner).json()["fields"]["cases.0.expectation"] == "Unknown field."
    assert set(call("editor", "post", "/prompts", {"slug": "hermes/new"}).json()["fields"]) == {"text"}


def test_a_name_in_the_query_that_is_not_known_is_refused(call, prompt):
    """Else `?lable=production` would be answered with the newest text."""
    refused = call("viewer", "get", "/prompts/hermes/desk?lable=production")
    assert (refused.status_code, refused.json()["fields"]) == (422, {"lable": "Unknown parameter."})
    assert "label" in refused.json()["hint"]
    assert call("viewer", "get", "/me?swarm=house").json()["hint"] == "Nothing can be asked here."
    assert Client().get("/api/v1/me?swarm=house").status_code == 401


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/prompts?q=%00", "q"),
        ("/prompts/hermes%00desk", "slug"),
        ("/prompts/hermes/desk?label=%00", "label"),
        ("/checkpoints?q=a%00b", "q"),
        ("/checkpoints/export?q=%00", "q"),
    ],
)
def test_what_is_no_text_in_an_address_is_named(call, prompt, path, field):
    refused = call("viewer", "get", path)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])
    assert "U+0000" in refused.json()["fields"][field]
