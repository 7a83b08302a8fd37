"""Split labels and feedback over REST."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from mythos.accounts.services import create_token
from mythos.prompts.services import create_prompt, revise_prompt

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def api(cast):
    def client(role="editor", actor=cast.owner, swarm=cast.swarm):
        secret = create_token(actor=actor, swarm=swarm, name="p", role=role).secret
        web = Client(headers={"Authorization": f"Bearer {secret}"})

        def call(method, path, body=None):
            answer = web.generic(method, f"/api/v1/prompts/{path}", json.dumps(body or {}), "application/json")
            return answer.status_code, json.loads(answer.content) if answer.content else None

        return call

    return client


@pytest.fixture
def desk(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="hermes/desk", text="One.")
    revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="Two.", base=1, source="web")
    return made.prompt_id


def test_a_label_is_split_read_and_judged(api, desk):
    editor, program = api(), api("viewer")
    status, label = editor("PUT", f"{desk}/labels/best", {"version": 1, "other_version": 2, "share": 50})
    assert (status, label["version"], label["other_version"], label["share"]) == (200, 1, 2, 50)
    _, shown = program("GET", "hermes/desk?label=best&key=user-42")
    again = program("GET", f"{desk}?label=best&key=user-42")[1]
    assert (shown["split"], shown["sha256"]) == (again["split"], again["sha256"])
    rendered = Client(headers={"Authorization": f"Bearer {_secret(api)}"})
    for arm, version in (("a", 1), ("b", 2)):
        body = {"prompt": "hermes/desk", "label": "best", "arm": arm}
        assert rendered.post("/api/v1/render", body, content_type="application/json").json()["version"] == version
    for number in range(30):
        arm = "ab"[number % 2]
        body = {"label": "best", "arm": arm, "key": f"u{number}", "score": float(arm == "b"), "comment": "Said."}
        status, made = program("POST", "hermes/desk/feedback", body)
        assert (status, made["version"]) == (201, 1 if arm == "a" else 2)
    _, found = program("GET", f"{desk}/labels/best/arms")
    assert (found["verdict"], found["test"], [arm["readers"] for arm in found["arms"]]) == (
        "better",
        "exact Fisher",
        [15, 15],
    )
    assert len(program("GET", f"{desk}/feedback?label=best&limit=7")[1]["items"]) == 7


def _secret(api):
    from mythos.accounts.models import Swarm, User

    return create_token(
        actor=User.objects.get(email="ines@example.org"),
        swarm=Swarm.objects.get(slug="olympus"),
        name="r",
        role="viewer",
    ).secret


def test_what_cannot_be_is_refused(api, desk, cast):
    editor = api()
    assert "other_version" in editor("PUT", f"{desk}/labels/best", {"version": 1, "share": 50})[1]["fields"]
    assert "share" in editor("PUT", f"{desk}/labels/best", {"version": 1, "other_version": 2})[1]["fields"]
    assert api("viewer")("PUT", f"{desk}/labels/best", {"version": 1, "other_version": 2, "share": 5})[0] == 403
    assert editor("PUT", f"{desk}/labels/best", {"version": 1})[0] == 200
    assert editor("GET", f"{desk}/labels/best/arms")[0] == 404
    assert "score" in editor("POST", "hermes/desk/feedback", {"label": "best", "score": 1.5})[1]["fields"]
    assert editor("POST", "hermes/desk/feedback", {"label": "best", "score": True})[0] == 422
    assert editor("POST", "hermes/desk/feedback", {"label": "gone", "score": 1})[0] == 404
    stranger = api("owner", cast.stranger, cast.other_swarm)
    assert stranger("POST", "hermes/desk/feedback", {"label": "best", "score": 1})[0] == 404
    assert stranger("GET", f"{desk}/feedback")[0] == 404
    assert stranger("GET", f"{desk}/labels/best/arms")[0] == 404
