"""Pages, REST and the command line of training chains: what they show, whom they refuse."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import async_to_sync
from click.testing import CliRunner
from django.urls import reverse

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_token
from mythos.cli.main import cli
from mythos.providers.base import failed
from mythos.providers.scripted import Scripted
from mythos.training import peer
from mythos.training.models import SwarmTrainingChain
from mythos.training.services import execute_chain, pause_chain
from mythos.webhooks import events
from tests.training.conftest import begin, offer, trained, world  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def test_the_list_offers_two_clicks_to_a_first_chain(client, world) -> None:  # noqa: F811
    client.force_login(world.editor)
    shown = client.get("/train/chains").content.decode()
    assert "Train Apollo" in shown
    form = client.get("/train/chains/new?assistants=apollo&title=First").content.decode()
    assert "6 train, 6 validation, 6 held out" in form
    assert "Fewer than 12 validation cases" in form
    assert "Simulated" in form
    made = client.post(
        "/train/chains/new",
        {"title": "First", "assistants": ["apollo"], "provider": "scripted", "calls": "120", "do": "start"},
    )
    chain = SwarmTrainingChain.objects.get()
    assert made["Location"] == reverse("chains.page", args=[chain.pk])
    assert chain.chain_title == "First"


def test_what_was_typed_wrong_stands_beside_its_field(client, world) -> None:  # noqa: F811
    client.force_login(world.editor)
    given = {"title": "", "assistants": ["apollo"], "provider": "scripted", "calls": "many", "do": "start"}
    shown = client.post("/train/chains/new", given)
    assert shown.status_code == 422
    assert "A whole number." in shown.content.decode()
    given["calls"] = "5"
    assert client.post("/train/chains/new", given).status_code == 422
    client.force_login(world.viewer)
    assert client.get("/train/chains/new").status_code == 403


def test_a_chain_shows_what_it_found(client, trained, world) -> None:  # noqa: F811
    client.force_login(world.reviewer)
    shown = client.get(f"/train/chains/{trained.pk}").content.decode()
    parts = (
        "Simulated", "On held-out cases", "Better", "Score by step", "Codex tension", "calm", "Memory snapshot",
        "Mutation ring", "Seal result", "ticket number",
    )  # fmt: skip
    for part in parts:
        assert part in shown, part
    step = client.get(f"/train/chains/{trained.pk}/steps/1").content.decode()
    assert "Texts tried" in step
    assert "Reopen as a new chain" in step
    replayed = client.post(f"/train/chains/{trained.pk}/steps/1", {"do": "replay"}, follow=True).content.decode()
    assert "without a call: all the same" in replayed
    wrong = client.post(f"/train/chains/{trained.pk}/steps/1", {"do": "reopen", "seed": "x"})
    assert wrong.status_code == 422
    made = client.post(f"/train/chains/{trained.pk}/steps/1", {"do": "reopen", "seed": "3"})
    assert SwarmTrainingChain.objects.get(reopened_from=trained).seed == 3
    assert made.status_code == 302
    other = SwarmTrainingChain.objects.get(reopened_from=trained)
    assert "Both were trained" in client.get(f"/train/chains/compare?a={trained.pk}&b={other.pk}").content.decode()
    assert client.get("/train/chains/compare?a=x").status_code == 422
    sealed = client.post(f"/train/chains/{trained.pk}/seal", follow=True).content.decode()
    assert "Sealed by Rhea" in sealed


def test_sealing_and_cancelling_say_what_they_do_first(client, begin, trained, world) -> None:  # noqa: F811
    client.force_login(world.owner)
    shown = client.get(f"/train/chains/{trained.pk}").content.decode()
    asked = shown[shown.index('<dialog id="seal-result"') :].split("</dialog>")[0]
    assert "No assistant is pinned to these prompts" in asked
    assert "hermes/desk, v1 to v2" in asked
    assert "All of it is simulated." in asked
    assert 'name="reason"' in asked
    client.post(f"/train/chains/{trained.pk}/seal", {"reason": "Looked at"})
    trained.refresh_from_db()
    assert (trained.state, trained.seal_reason) == ("sealed", "Looked at")
    other = begin()
    asked = client.get(f"/train/chains/{other.pk}").content.decode()
    assert '<dialog id="cancel-run"' in asked
    assert "ends for good after 0 of 200 calls" in asked
    client.post(f"/train/chains/{other.pk}/cancel")
    shown = client.get(f"/train/chains/{other.pk}").content.decode()
    assert "Nothing was measured." in shown
    assert "It goes on when you leave this page." not in shown


def test_a_stranger_finds_nothing(client, trained, world) -> None:  # noqa: F811
    client.force_login(world.stranger)
    for path in ("", "/events", "/steps/1"):
        assert client.get(f"/train/chains/{trained.pk}{path}").status_code == 404
    for verb in ("pause", "seal", "cancel", "resume"):
        assert client.post(f"/train/chains/{trained.pk}/{verb}").status_code == 404
    assert "Better desk" not in client.get("/train/chains").content.decode()


def test_the_page_follows_a_chain(client, begin, world) -> None:  # noqa: F811
    chain = begin()
    client.force_login(world.editor)
    shown = client.get(f"/train/chains/{chain.pk}").content.decode()
    assert f'data-events="/train/chains/{chain.pk}/events?state=pending"' in shown
    client.post(f"/train/chains/{chain.pk}/pause")
    assert SwarmTrainingChain.objects.get().state == "paused"
    answer = client.get(f"/train/chains/{chain.pk}/events?state=pending")
    told = b"".join(async_to_sync(_all)(answer.streaming_content)).decode()
    assert "event: progress" in told
    assert "event: state\ndata: paused" in told


async def _all(parts) -> list[bytes]:
    return [part async for part in parts]


def test_the_list_costs_the_same_with_more_rows(client, begin, world, django_assert_max_num_queries) -> None:  # noqa: F811
    for number in range(6):
        begin(title=f"Chain {number}")
    client.force_login(world.editor)
    with django_assert_max_num_queries(20):
        assert client.get("/train/chains").status_code == 200


def test_rest_does_what_the_pages_do(client, world) -> None:  # noqa: F811
    token = create_token(actor=world.owner, swarm=world.swarm, name="t", role="editor").secret
    headers = {"Authorization": f"Bearer {token}"}

    def post(path: str, body: dict) -> tuple[int, dict]:
        answer = client.post(f"/api/v1/train{path}", json.dumps(body), content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    wish = {"title": "By REST", "assistants": ["hermes"], "provider": "scripted", "calls": 120, "steps": 3}
    status, plan = post("/plan", wish)
    assert (status, plan["prompts"], plan["held_out_calls"]) == (200, ["hermes/desk"], 12)
    status, made = post("/chains", wish)
    assert (status, made["state"]) == (201, "pending")
    assert post("/chains", wish | {"calls": 0})[0] == 422
    execute_chain(actor=SYSTEM, chain_id=made["id"])
    found = client.get(f"/api/v1/train/chains/{made['id']}", headers=headers).json()
    assert found["result"]["held_out"]["verdict"] in ("better", "not enough cases")
    assert found["steps"][0]["number"] == 0
    assert found["reflections"][0]["memory_snapshot"]["random_state"]
    assert client.get(f"/api/v1/train/chains/{made['id']}/replay", headers=headers).json()["is_same"] is True
    assert post(f"/chains/{made['id']}/pause", {})[0] == 409
    assert post(f"/chains/{made['id']}/seal", {})[0] == 403
    assert post(f"/chains/{made['id']}/steps/1/reopen", {"seed": 2})[0] == 201
    assert len(client.get("/api/v1/train/chains?limit=1", headers=headers).json()["items"]) == 1


def test_the_command_line_starts_watches_and_reports(world) -> None:  # noqa: F811
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["train", *words], catch_exceptions=False)
        return done.exit_code, done.output

    swarm = ("--swarm", world.swarm.slug)
    common = ("start", "By terminal", "--assistant", "apollo", "--provider", "scripted", "--calls", "100")
    code, said = run(*common, "--plan", *swarm)
    assert "6 train, 6 validation, 6 held out" in said
    code, said = run(*common, "--steps", "3", *swarm)
    assert code == 0
    assert "done, score 1.00 (start 0.00) [simulated]" in said
    chain = SwarmTrainingChain.objects.get()
    code, said = run("report", str(chain.pk), "--json")
    assert json.loads(said[said.index("{") :])["state"] == "done"
    assert run("replay", str(chain.pk))[0] == 0
    assert "By terminal" in run("list", *swarm)[1]
    assert "sealed" in run("seal", str(chain.pk))[1]


def test_other_programs_are_told(begin, world) -> None:  # noqa: F811
    chain = begin()
    told = events.of_chain("chain.paused", pause_chain(actor=world.editor, chain_id=chain.pk))
    assert told.type in events.TYPES
    assert told.data["state"] == "paused"
    assert "plan" not in told.data


def test_the_first_page_shows_the_chains_that_run(client, begin, world) -> None:  # noqa: F811
    chain = begin(title="Firmer desk")
    client.force_login(world.viewer)
    shown = client.get("/").content.decode()
    assert reverse("chains.page", args=[chain.pk]) in shown
    assert "0 of 200 calls" in shown
    SwarmTrainingChain.objects.update(state="outage", note="Nobody answers <here>.")
    assert "Nobody answers &lt;here&gt;." in client.get("/").content.decode()
    SwarmTrainingChain.objects.update(state="sealed")
    assert "Firmer desk" not in client.get("/").content.decode()
    SwarmTrainingChain.objects.update(state="running")
    client.force_login(world.stranger)
    assert "Firmer desk" not in client.get("/").content.decode()


def test_the_form_says_that_the_local_model_is_small_and_takes_an_engine(client, world, monkeypatch) -> None:  # noqa: F811
    client.force_login(world.editor)
    shown = client.get("/train/chains/new?assistants=apollo&provider=local").content.decode()
    assert "The model local is very small" in shown
    monkeypatch.setattr(peer, "why_not", lambda: "Install gepa first.")
    given = {
        "title": "x",
        "assistants": ["apollo"],
        "provider": "scripted",
        "engine": "gepa",
        "calls": "120",
        "do": "start",
    }
    refused = client.post("/train/chains/new", given)
    assert refused.status_code == 422
    assert "Install gepa first." in refused.content.decode()


def test_what_was_not_measured_is_not_shown_as_calm_or_free(client, begin, world, offer) -> None:  # noqa: F811
    class Refusing(Scripted):
        def price(self, model: str) -> None:
            return None

        def chat(self, messages, options):
            raise failed("refused", "The key is wrong.")

    offer("scripted", Refusing())
    chain = execute_chain(actor=SYSTEM, chain_id=begin().pk)
    client.force_login(world.owner)
    shown = client.get(f"/train/chains/{chain.pk}").content.decode()
    assert "Nothing could be measured. refused: The key is wrong." in shown
    assert "Nothing was measured." in shown
    assert "not measured yet" in shown
    assert 'class="gauge"' not in shown
    assert "cost not known" in shown
    assert "$0.00" not in shown
    assert "Seal result" not in shown
    assert "is done" not in client.get("/inbox").content.decode()


def test_the_form_says_what_to_set_up_before_anything_starts(client, world, monkeypatch) -> None:  # noqa: F811
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("MYTHOS_OPENAI_URL", raising=False)
    client.force_login(world.editor)
    given = {"title": "x", "assistants": ["apollo"], "provider": "openai", "calls": "120"}
    assert "Set OPENAI_API_KEY." in client.get("/train/chains/new", given).content.decode()
    refused = client.post("/train/chains/new", given | {"do": "start"})
    assert refused.status_code == 422
    assert "Set OPENAI_API_KEY." in refused.content.decode()
    assert not SwarmTrainingChain.objects.exists()


def test_a_chain_without_a_title_is_asked_for_one_in_words_that_stand_alone(client, world) -> None:  # noqa: F811
    client.force_login(world.editor)
    given = {"assistants": "apollo", "provider": "scripted", "calls": "300", "do": "start"}
    refused = client.post("/train/chains/new", given)
    assert refused.status_code == 422
    notice = refused.content.decode().split('role="alert"')[1].split("</div>")[0]
    assert "Give it a title of at most 150 characters." in notice
