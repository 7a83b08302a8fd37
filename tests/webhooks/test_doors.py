"""Webhooks over REST, the command line and the pages; a secret is shown once."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner
from django.test import Client

from mythos.accounts.services import create_token
from mythos.api.models import IdempotentReply
from mythos.cli.main import cli
from mythos.webhooks.models import WebhookDelivery, WebhookEndpoint
from mythos.webhooks.services import add_endpoint, send_ping
from mythos.work.services import run_due
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
URL = "https://hooks.example.org/in"


@pytest.fixture
def api(cast):
    def client(role="owner", actor=cast.owner, swarm=cast.swarm):
        secret = create_token(actor=actor, swarm=swarm, name="p", role=role).secret
        web = Client(headers={"Authorization": f"Bearer {secret}"})

        def call(method, path, body=None, **headers):
            answer = web.generic(
                method, f"/api/v1/webhooks{path}", json.dumps(body or {}), "application/json", headers=headers
            )
            return answer.status_code, json.loads(answer.content) if answer.content else None

        return call

    return client


@pytest.fixture
def browse(cast):
    def client(name="ines"):
        web = Client()
        assert web.login(username=f"{name}@example.org", password=PASSWORD)
        return web

    return client


def test_an_owner_adds_changes_tries_out_and_removes_one(cast, receiver, api):
    call = api()
    status, made = call("POST", "", {"url": receiver.url, "events": ["label.moved"], "description": "Deploys"})
    assert status == 201
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", made["secret"])
    own = f"/{made['id']}"
    assert "secret" not in json.dumps([call("GET", ""), call("GET", own)])
    assert call("POST", f"{own}/ping")[0] == 202
    run_due()
    _, log = call("GET", f"{own}/deliveries?state=delivered")
    (row,) = log["items"]
    assert (row["event"], row["response"], row["attempts"][0]["status"]) == ("webhook.ping", "ok", 200)
    assert call("POST", f"/deliveries/{row['id']}/replay")[1]["replay_of"] == row["id"]
    assert call("PATCH", own, {"is_enabled": False, "events": []})[1]["is_enabled"] is False
    assert call("POST", f"{own}/ping")[0] == 422
    assert call("POST", f"{own}/rotate")[1]["secret"] != made["secret"]
    assert call("DELETE", own)[0] == 204
    assert call("GET", "") == (200, [])


def test_what_cannot_be_is_refused_by_field(cast, api):
    call = api()
    assert "inside a network" in call("POST", "", {"url": "https://10.0.0.1/"})[1]["fields"]["url"]
    assert call("POST", "", {"url": URL, "events": ["label.flown"]})[1]["fields"]["events"].startswith("Of prompt.")
    assert call("POST", "", {"url": URL}, **{"Idempotency-Key": "k"})[0] == 422
    assert not IdempotentReply.objects.exists()
    assert {row["type"] for row in call("GET", "/events")[1]} >= {"label.moved", "run.finished"}


def test_only_owners_of_the_swarm_see_any_of_it(cast, api, browse, receiver, hook):
    send_ping(actor=cast.owner, endpoint_id=hook.endpoint.pk)
    run_due()
    row = WebhookDelivery.objects.get()
    own = hook.endpoint.pk
    for call, wanted in ((api("reviewer"), 403), (api("owner", cast.stranger, cast.other_swarm), 404)):
        paths = [("GET", f"/{own}"), ("POST", f"/{own}/ping"), ("GET", f"/{own}/deliveries"), ("DELETE", f"/{own}")]
        paths.append(("POST", f"/deliveries/{row.pk}/replay"))
        assert [call(*path)[0] for path in paths] == [wanted] * 5
    for name, wanted in (("marco", 403), ("sten", 404)):
        assert browse(name).get(f"/settings/webhooks/{own}").status_code == wanted
    assert browse("marco").get("/settings/webhooks").status_code == 403
    assert WebhookEndpoint.objects.exists()


def test_the_pages_show_a_secret_once_and_the_log(cast, receiver, browse):
    web = browse()
    assert "<summary>Events: all, unless some are chosen</summary>" in web.get("/settings/webhooks").content.decode()
    made = web.post("/settings/webhooks", {"url": receiver.url, "events": ["label.moved"]})
    secret = re.search(r"whsec_[\w+/]+=", made.content.decode())[0]
    assert made["Cache-Control"] == "no-store"
    row = WebhookEndpoint.objects.get()
    page = f"/settings/webhooks/{row.pk}"
    assert web.post(f"{page}/ping").status_code == 302
    run_due()
    shown = web.get(page).content.decode()
    assert "webhook.ping" in shown
    assert "Delivered" in shown
    every = [shown, web.get("/settings/webhooks").content.decode(), web.get("/").content.decode()]
    assert secret not in "".join(every)
    assert row.salt not in "".join(every)
    delivery = WebhookDelivery.objects.get()
    web.post(f"/settings/webhooks/deliveries/{delivery.pk}/replay")
    run_due()
    assert receiver.tried == 2
    assert secret not in web.post(f"{page}/rotate").content.decode()
    assert web.post(f"{page}/save", {"url": "https://127.1.2.3/", "events": []}).status_code in (302, 422)
    assert web.post(f"{page}/off").status_code == 302
    assert web.post(f"{page}/remove").headers["Location"] == "/settings/webhooks"


def test_events_are_explained_where_they_are_chosen_and_removal_says_what_is_lost_first(cast, browse, hook):
    web = browse()
    page = web.get(f"/settings/webhooks/{hook.endpoint.pk}").content.decode()
    assert "<small>A label points to another version, or is split between two.</small>" in page
    before = page[: page.index("Remove with its log")]
    assert before.rindex("<details") > before.rindex("Switch off</button>")
    assert "gone for good" in before


def test_one_that_was_switched_off_is_told_on_the_first_page_to_owners(cast, receiver, hook, browse):
    receiver.status = 410
    send_ping(actor=cast.owner, endpoint_id=hook.endpoint.pk)
    run_due()
    assert "is switched off" in browse().get("/").content.decode()
    assert "is switched off" not in browse("marco").get("/").content.decode()
    assert "It answered 410" in browse().get(f"/settings/webhooks/{hook.endpoint.pk}").content.decode()


def test_the_command_line_adds_lists_and_replays(cast, receiver):
    def run(*arguments):
        done = CliRunner().invoke(cli, ["webhook", *arguments], catch_exceptions=False)
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    made = run("add", receiver.url, "--event", "label.moved", "--swarm", "olympus", "--json")
    assert made["secret"].startswith("whsec_")
    assert [row["url"] for row in run("list", "--swarm", "olympus", "--json")] == [receiver.url]
    run("ping", str(made["id"]))
    run_due()
    (row,) = run("deliveries", str(made["id"]), "--state", "delivered", "--json")
    again = run("replay", str(row["id"]), "--now", "--json")
    assert (again["state"], receiver.tried) == ("delivered", 2)
    assert "webhook.ping  Delivered  1 attempt  200" in run("deliveries", str(made["id"]))
    run("enable", str(made["id"]), "--off")
    assert "off: switched off" in run("list", "--swarm", "olympus")
    run("remove", str(made["id"]))
    assert run("list", "--swarm", "olympus", "--json") == []


def test_a_list_costs_the_same_however_long_it_is(cast, api, django_assert_max_num_queries):
    for number in range(8):
        add_endpoint(actor=cast.owner, swarm=cast.swarm, url=f"{URL}/{number}")
    call = api()
    with django_assert_max_num_queries(6):
        assert len(call("GET", "")[1]) == 8
