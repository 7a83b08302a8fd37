"""The REST door of bundles, curricula and teaching; what a stranger's token gets."""

from __future__ import annotations

from typing import Any

import pytest

from mythos.accounts.services import create_token
from mythos.formats.curriculum import verify_document
from mythos.prompts.services import create_prompt
from mythos.work.services import run_due
from tests.market.conftest import (  # noqa: F401  (fixtures)
    FIRM,
    _quiet,
    seller,
)


@pytest.fixture
def call(client, cast):
    tokens = {
        name: create_token(actor=cast.owner, swarm=cast.swarm, name=name, role=name).secret
        for name in ("viewer", "editor")
    }
    tokens["stranger"] = create_token(actor=cast.stranger, swarm=cast.other_swarm, name="s", role="owner").secret

    def ask(who: str, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        response = getattr(client, method)(
            f"/api/v1{path}",
            data=body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {tokens[who]}"},
        )
        return response.status_code, response.json() if response.content else None

    return ask


PARTS = [
    {"ritual": "tickets", "pass_mark": 0.9, "bundle": "firm"},
    {"ritual": "medical", "pass_mark": 1.0, "prerequisites": [1]},
]


def test_from_a_bundle_to_a_certificate(call, seller, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr("django.db.transaction.on_commit", lambda done, **_: done())
    create_prompt(actor=seller.owner, swarm=seller.swarm, slug="desk", text=FIRM)
    status, bundle = call("editor", "post", "/bundles", {"slug": "firm", "tag_name": "firm", "rituals": ["tickets"]})
    assert (status, bundle["codex_clauses"]) == (201, [{"codex": "house", "ref": "ticket"}])
    given = {"slug": "firmness", "title": "Firmness", "curator": "hermes", "license": "MIT", "parts": PARTS}
    status, made = call("editor", "post", "/curricula", given)
    assert (status, made["parts"][1]["prerequisites"], made["version"]) == (201, [1], "")
    status, sent = call("editor", "post", f"/curricula/{made['id']}/exports", {})
    assert (status, sent["version"]) == (200, "1.0.0")
    _, signed = call("viewer", "get", f"/curricula/{made['id']}/export")
    assert verify_document("curriculum", signed["document"], signed["signature"]) == sent["signature"]["fingerprint"]
    status, row = call("editor", "post", f"/curricula/{made['id']}/teach", {"assistant": "hermes", "prompt": "desk"})
    assert (status, [part["state"] for part in row["parts"]]) == (201, ["running", "locked"])
    run_due()
    _, row = call("viewer", "get", f"/teaching/{row['enrollment']['id']}")
    assert (row["passed"], row["enrollment"]["state"]) == (2, "completed")
    _, found = call("viewer", "get", f"/certificates/{row['enrollment']['certificate']}")
    assert verify_document("certificate", found["document"], found["signature"])


def test_a_stranger_and_a_viewer_get_what_is_theirs(call, seller) -> None:  # noqa: F811
    given = {"slug": "firmness", "title": "Firmness", "curator": "hermes", "parts": [{"ritual": "medical"}]}
    assert call("viewer", "post", "/curricula", given)[0] == 403
    _, made = call("editor", "post", "/curricula", given)
    for method, path in (
        ("get", f"/curricula/{made['id']}"),
        ("delete", f"/curricula/{made['id']}"),
        ("get", f"/curricula/{made['id']}/export"),
        ("post", f"/curricula/{made['id']}/reveal"),
    ):
        assert call("stranger", method, path)[0] == 404
    assert call("stranger", "get", "/curricula")[1] == {"items": [], "next": None}


def test_what_is_wrong_is_named_by_field(call, seller) -> None:  # noqa: F811
    given = {"slug": "firmness", "title": "", "curator": "hermes", "parts": [{"ritual": "gone"}]}
    status, problem = call("editor", "post", "/curricula", given)
    assert (status, problem["code"]) == (422, "invalid")
    assert set(problem["fields"] if "fields" in problem else problem["data"]["fields"]) == {"title", "parts"}
