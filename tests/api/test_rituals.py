"""Rituals over REST."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from mythos.accounts.services import create_token
from mythos.providers import PROVIDERS
from mythos.providers.base import Reply
from mythos.providers.scripted import Scripted
from mythos.rituals.queries import get_run
from mythos.work.services import run_due
from tests.rituals.conftest import PROMPT, desk, ritual  # noqa: F401

WEAK = PROMPT.replace("Refuse requests", "Where possible, refuse requests")


@pytest.fixture
def call(cast):
    def send(role, method, path, body=None, **headers):
        swarm, maker = (cast.other_swarm, cast.stranger) if role == "stranger" else (cast.swarm, cast.owner)
        token = create_token(actor=maker, swarm=swarm, name=role, role="owner" if role == "stranger" else role)
        client = Client(headers={"Authorization": f"Bearer {token.secret}", **headers})
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/rituals{path}", **data)

    return send


def test_a_ritual_is_made_read_changed_and_given_away(call) -> None:
    case = {"ref": "a", "input": "Hi", "expectations": [{"type": "contains", "value": "Hi"}]}
    made = call("editor", "post", "", {"slug": "greet", "type": "conversation", "cases": [case]})
    assert (made.status_code, made.json()["cases"], made.json()["version"]) == (201, 1, 1)
    assert call("viewer", "get", "").json()["items"][0]["slug"] == "greet"
    shown = call("viewer", "get", "/greet")
    assert shown["ETag"] == '"v1"'
    changed = call(
        "editor", "put", "/greet/cases", {"cases": [case, {"ref": "b", "input": "Ho"}]}, **{"If-Match": '"v1"'}
    )
    assert changed.json() == {"added": 1, "changed": 0, "retired": 0, "unchanged": 1, "version": 2}
    stale = call("editor", "put", "/greet/cases", {"cases": [case], "base": 1})
    assert (stale.status_code, stale.json()["data"]["current_version"]) == (409, 2)
    assert [row["ref"] for row in call("viewer", "get", "/greet/cases").json()["items"]] == ["a", "b"]
    assert "vars" in call("viewer", "get", "/greet/export").json()["text"]


def test_a_bad_case_is_named(call) -> None:
    cases = [{"input": "Hi"}, {"input": "Ho", "expectations": [{"type": "regex", "value": "(a+)+$"}]}]
    answer = call("editor", "post", "", {"slug": "bad", "cases": cases})
    assert answer.status_code == 422
    assert answer.json()["data"]["problems"][0]["line"] == "cases[1]"
    assert "exponential" in answer.json()["data"]["problems"][0]["message"]


def test_a_run_is_queued_done_read_and_compared(call, cast, ritual) -> None:  # noqa: F811
    started = call("editor", "post", "/desk/runs", {"provider": "scripted"})
    assert (started.status_code, started.json()["state"], started.json()["version"]) == (201, "pending", 1)
    weaker = call("editor", "post", "/desk/runs", {"provider": "scripted", "text": WEAK})
    old, new = started.json()["id"], weaker.json()["id"]
    run_due()
    done = call("viewer", "get", f"/runs/{new}").json()
    assert (done["state"], done["summary"]["passed"], done["is_simulated"]) == ("done", 3, True)
    failed = call("viewer", "get", f"/runs/{new}/results?passed=false").json()["items"]
    assert [(row["ref"], row["grades"][0]["value"]) for row in failed] == [("medical", 0.0)]
    assert failed[0]["reply"]["text"].startswith("Yes, certainly")
    found = call("viewer", "get", f"/compare?old={old}&new={new}").json()
    assert found["result"]["verdict"] == "not enough cases"
    assert found["result"]["needed"] > 0
    assert found["differs"] == ["prompt"]
    assert [row["id"] for row in call("viewer", "get", "/runs?ritual=desk").json()["items"]] == [new, old]


def test_a_run_is_paused_resumed_and_cancelled(call, ritual) -> None:  # noqa: F811
    run = call("editor", "post", "/desk/runs", {"provider": "scripted"}).json()["id"]
    assert call("editor", "post", f"/runs/{run}/pause").json()["state"] == "paused"
    assert call("editor", "post", f"/runs/{run}/resume", {}).json()["state"] == "pending"
    assert call("editor", "post", f"/runs/{run}/cancel").json()["state"] == "cancelled"
    assert call("editor", "post", f"/runs/{run}/resume", {}).status_code == 409


def test_a_config_is_imported_and_unknown_assertions_refuse_it(call) -> None:
    config = "prompts: ['Say {{x}}']\ntests: [{vars: {x: a}, assert: [{type: %s, value: a}]}]"
    made = call("editor", "post", "/import", {"slug": "pf", "name": "c.yaml", "document": config % "javascript"})
    assert (made.status_code, list(made.json()["ungraded"])) == (201, ["javascript"])
    again = call("editor", "post", "/import", {"slug": "pf", "name": "c.yaml", "document": config % "contains"})
    assert (again.status_code, again.json()["changed"]) == (200, 1)
    wrong = call("editor", "post", "/import", {"slug": "px", "name": "c.yaml", "document": config % "vibes"})
    assert (wrong.status_code, wrong.json()["data"]["problems"][0]["line"]) == (422, "tests[0].assert[0]")


def test_who_may_do_what(call, cast, ritual) -> None:  # noqa: F811
    assert call("viewer", "post", "/desk/runs", {"provider": "scripted"}).status_code == 403
    assert call("viewer", "post", "", {"slug": "x"}).status_code == 403
    run = call("editor", "post", "/desk/runs", {"provider": "scripted"}).json()["id"]
    for path in ("/desk", f"/runs/{run}", f"/runs/{run}/results", "/desk/cases", f"/compare?old={run}&new={run}"):
        assert call("stranger", "get", path).status_code == 404
    assert call("stranger", "post", f"/runs/{run}/cancel").status_code == 404
    assert get_run(cast.owner, run).state == "pending"


def test_an_unknown_provider_lists_the_known_ones(call, ritual) -> None:  # noqa: F811
    answer = call("editor", "post", "/desk/runs", {"provider": "oracle"})
    assert answer.status_code == 404
    assert "scripted" in answer.json()["hint"]


def test_lists_cost_the_same_however_long(call, ritual, django_assert_max_num_queries) -> None:  # noqa: F811
    for _ in range(6):
        call("editor", "post", "/desk/runs", {"provider": "scripted"})
    with django_assert_max_num_queries(14):
        call("viewer", "get", "/runs")


def test_what_a_change_touches_is_told_with_reasons(call, cast, ritual) -> None:  # noqa: F811
    rows = call("viewer", "get", "/affected?provider=scripted").json()
    assert [(row["ritual"], row["must_run"]) for row in rows] == [("desk", True)]
    call("editor", "post", "/desk/runs", {"provider": "scripted"})
    run_due()
    assert call("viewer", "get", "/affected?provider=scripted&clause=unknown").status_code == 404
    [row] = call("viewer", "get", "/affected?provider=scripted").json()
    assert (row["must_run"], row["reason"]) == (False, f"Nothing it depends on changed since run {row['last_run']}.")
    assert call("stranger", "get", "/affected?provider=scripted").json() == []


def test_people_and_the_judge_over_the_api(call, cast, desk, monkeypatch) -> None:  # noqa: F811
    class Judge(Scripted):
        def chat(self, messages, options):
            return Reply('{"pass": true}', 1, 1, 0.0, 0.0, "judge-1")

    monkeypatch.setitem(PROVIDERS, "judge", Judge())
    cases = [{"ref": "a", "input": "Hi", "expectations": [{"id": "kind", "type": "llm-rubric", "value": "Kind?"}]}]
    call("editor", "post", "", {"slug": "judged", "prompt": "refund-desk", "cases": cases})
    run = call("editor", "post", "/judged/runs", {"provider": "scripted", "judge": {"provider": "judge"}}).json()["id"]
    run_due()
    result = call("viewer", "get", f"/runs/{run}/results").json()["items"][0]["id"]
    said = {"expectation": "kind", "verdict": "broken"}
    path = f"/results/{result}/annotations"
    assert call("viewer", "post", path, said).status_code == 403
    assert call("stranger", "post", path, said).status_code == 404
    assert call("editor", "post", path, said | {"verdict": "perhaps"}).status_code == 422
    made = call("editor", "post", path, said)
    assert (made.status_code, made.json()["verdict"]) == (201, "broken")
    [found] = call("viewer", "get", "/agreement?ritual=judged").json()
    assert (found["kappa"]["n"], found["kappa"]["agreed"], found["kappa"]["value"]) == (1, 0, 0.0)
    assert call("stranger", "get", "/agreement").json() == []
