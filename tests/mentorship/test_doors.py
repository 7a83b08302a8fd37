"""Mentorship through REST, the terminal, MCP and webhooks: the same answers as the services."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from mythos.accounts.services import create_token
from mythos.cli.errors import run
from mythos.cli.main import cli
from mythos.mcp.tools import TOOLS
from mythos.mcp.tools import call as call_tool
from mythos.mentorship.models import PromptMentorshipLog
from mythos.webhooks.models import WebhookDelivery, WebhookEndpoint
from mythos.webhooks.signing import new_salt


@pytest.fixture
def call(cast, do):
    def send(method, path, body=None, role="owner", swarm=cast.swarm, maker=cast.owner):
        token = create_token(actor=maker, swarm=swarm, name="t", role=role)
        client = Client(headers={"Authorization": f"Bearer {token.secret}"})
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = do(getattr(client, method), path=f"/api/v1{path}", **data)
        return answer.status_code, json.loads(answer.content)

    return send


def test_rest_from_offer_to_undo(call, cast, athena, hermes, refusals):
    WebhookEndpoint.objects.create(swarm=cast.swarm, url="https://192.0.2.1/", salt=new_salt(), is_enabled=True)
    offer = {"sets": [{"name": "Guardrails", "prompts": ["athena/guard"]}], "subjects": ["refusing"]}
    status, tag = call("put", "/assistants/athena/mentorship/offer", offer)
    assert (status, tag["sets"]) == (200, [{"name": "Guardrails", "prompts": ["athena/guard"]}])
    assert call("get", "/assistants/athena/mentorship/offer")[1] == tag
    status, ranking = call("get", "/assistants/hermes/mentorship")
    assert (ranking["best"], ranking["offering"]) == (None, 1)
    setting = {"rituals": ["refusals"], "provider": "scripted"}
    status, tried = call("post", "/assistants/hermes/mentorship/try", setting)
    assert (status, len(tried["runs"])) == (201, 2)
    ranking = call("get", "/assistants/hermes/mentorship")[1]
    assert (ranking["best"], ranking["verdict"], ranking["mentors"][0]["teach"]) == ("athena", "told", 0.8)
    assert ranking["mentors"][0]["rituals"][0]["low"] > 0
    wanted = {"mentor": "athena", "set": "Guardrails", "base": 1}
    status, preview = call("post", "/assistants/hermes/mentorship/preview", wanted)
    assert (status, preview["prompts"][0]["fork"], preview["refusals"]) == (200, "hermes/guard-2", [])
    status, made = call("post", "/assistants/hermes/mentorship/adoptions", wanted | {"digest": preview["digest"]})
    assert (status, made["after"], made["state"]) == (201, 2, "adopted")
    own = f"/adoptions/{made['id']}"
    assert call("post", f"{own}/measure", setting)[1]["state"] == "measuring"
    measured = call("get", own)[1]
    assert (measured["state"], measured["trust_delta"], measured["cases"]) == ("measured", pytest.approx(0.8), 10)
    assert call("post", f"{own}/feedback", {"value": 2})[1]["feedback"] == pytest.approx(0.1 / 3)
    assert call("get", "/assistants/hermes/mentorship/adoptions")[1]["items"][0]["id"] == made["id"]
    assert call("post", f"{own}/undo", {"reason": "No."})[1] == {"version": 3}
    assert call("post", f"{own}/undo", {})[0] == 409
    assert call("delete", "/assistants/athena/mentorship/offer")[1]["is_offering"] is False
    told = dict(WebhookDelivery.objects.filter(event__startswith="mentorship.").values_list("event", "payload"))
    assert set(told) == {"mentorship.offered", "mentorship.adopted", "mentorship.measured", "mentorship.undone"}
    assert json.loads(told["mentorship.measured"])["data"]["trust_delta"] == pytest.approx(0.8)


def test_a_stranger_gets_404_and_a_viewer_403(call, cast, offered, hermes):
    wanted = {"mentor": "athena", "set": "Guardrails", "base": 1}
    log_id = call("post", "/assistants/hermes/mentorship/adoptions", wanted)[1]["id"]
    for method, path, body in (
        ("get", "/assistants/hermes/mentorship", None),
        ("post", "/assistants/hermes/mentorship/adoptions", wanted),
        ("get", f"/adoptions/{log_id}", None),
        ("post", f"/adoptions/{log_id}/undo", {}),
    ):
        assert call(method, path, body, swarm=cast.other_swarm, maker=cast.stranger)[0] == 404
    assert call("post", f"/adoptions/{log_id}/undo", {}, role="viewer")[0] == 403
    assert call("post", "/assistants/hermes/mentorship/adoptions", {"mentor": "athena", "set": "None"})[0] == 422


@pytest.fixture
def mythos(capsys, do, cast, monkeypatch):
    monkeypatch.setattr("mythos.cli.mentorship.prepare", lambda: None)

    def call(*arguments):
        words = [str(argument) for argument in arguments]
        code = do(run, command=cli, arguments=words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_the_terminal_from_offer_to_undo(mythos, cast, athena, hermes, refusals):
    where = ("--swarm", cast.swarm.slug)
    code, out, _ = mythos("mentor", "offer", "athena", "--set", "Guardrails=athena/guard", *where)
    assert (code, out) == (0, "Athena offers Guardrails.\n")
    code, _, said = mythos("mentor", "rank", "hermes", *where)
    assert (code, "Not enough evidence." in said) == (1, True)
    setting = ("--ritual", "refusals", "--provider", "scripted")
    assert "2 runs queued" in mythos("mentor", "try", "hermes", "athena", *setting, *where)[1]
    code, out, _ = mythos("mentor", "rank", "hermes", "--json", *where)
    assert (code, json.loads(out)["best"]) == (0, "athena")
    code, out, _ = mythos("mentor", "preview", "hermes", "athena", "Guardrails", *where)
    assert (code, out.splitlines()[0]) == (0, "athena/guard@v1 -> hermes/guard-2 (guardrails)")
    place = ("--in-place-of", "athena/guard=hermes/guard")
    assert mythos("mentor", "adopt", "hermes", "athena", "Guardrails", *place, *where)[0] == 0
    log = PromptMentorshipLog.objects.get()
    assert mythos("mentor", "measure", log.pk, *setting)[0] == 0
    assert "trust +0.800" in mythos("mentor", "log", "hermes", *where)[1]
    assert "version 3" in mythos("mentor", "undo", log.pk)[1]
    assert "undone by system" in mythos("mentor", "log", "hermes", *where)[1]
    assert mythos("mentor", "withdraw", "athena", *where)[1] == "Athena offers nothing any more.\n"
    assert mythos("mentor", "adopt", "hermes", "athena", "X", "--in-place-of", "no", *where)[0] == 2


def test_a_model_may_ask_who_should_teach(cast, athena, hermes, offered, try_all):
    assert TOOLS["rank_mentors"].reads_only
    token = create_token(actor=cast.owner, swarm=cast.swarm, name="t", role="viewer").token_row
    try_all(athena, hermes)
    found = call_tool(token, "rank_mentors", {"assistant": "hermes", "limit": 1})
    assert (found["best"], len(found["mentors"])) == ("athena", 1)
