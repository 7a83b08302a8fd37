"""What each kind of happening tells those who listen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mythos.codex.services import create_clause, create_codex, review_audit, revise_clause, sign_contract
from mythos.market.services.bartering import Exchange, accept_offer, offer_trade
from mythos.market.services.listings import close_listing
from mythos.market.services.taking import Seen, buy_curriculum
from mythos.prompts.services import create_prompt, move_label, remove_label, trash_prompt, untrash_prompt
from mythos.rituals.models import RitualRun
from mythos.rituals.signals import ritual_run_failed, ritual_run_finished
from mythos.webhooks import events, receivers
from mythos.webhooks.events import TYPES
from mythos.webhooks.models import WebhookDelivery, WebhookEndpoint
from mythos.webhooks.signing import new_salt
from mythos.work.services import run_due
from tests.market.stalls import grant, listed
from tests.rituals.conftest import *  # noqa: F403 - a ritual to run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(cast):
    """What is queued, by type; nothing is sent."""
    WebhookEndpoint.objects.create(swarm=cast.swarm, url="https://192.0.2.1/", salt=new_salt())

    def look():
        rows = WebhookDelivery.objects.order_by("id").values_list("event", "lane", "payload")
        said = [(event, lane, json.loads(payload)["data"]) for event, lane, payload in rows]
        assert all(said.count(one) == 1 for one in said), "nothing is told twice"
        return {event: (lane, data) for event, lane, data in said}

    return look


def test_prompts_and_labels(cast, told):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text="One.")
    move_label(actor=cast.owner, prompt_id=made.prompt_id, label="best", version=1)
    remove_label(actor=cast.owner, prompt_id=made.prompt_id, label="best", reason="No longer.")
    trash_prompt(actor=cast.owner, prompt_id=made.prompt_id)
    untrash_prompt(actor=cast.owner, prompt_id=made.prompt_id)
    found = told()
    assert list(found) == ["prompt.created", "label.moved", "label.removed", "prompt.trashed", "prompt.restored"]
    assert {lane for lane, _ in found.values()} == {f"prompt:{made.prompt_id}"}
    assert found["label.removed"][1]["from_version"] == 1
    assert found["label.removed"][1]["to_version"] is None
    assert "One." not in json.dumps(found), "texts are not sent"


def test_rules_their_audits_and_contracts(cast, told):
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="house", title="House")
    clause = create_clause(actor=cast.owner, codex=codex, ref="refunds", title="Refunds", text="Never promise refunds.")
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text="Never promise refunds.")
    sign_contract(actor=cast.owner, prompt_id=made.prompt_id, base=0, clauses=[{"ref": "refunds"}], reason="Needed.")
    audit = revise_clause(actor=cast.owner, clause_id=clause.pk, text="May promise refunds.", base=1, reason="Kinder.")
    run_due(limit=20)
    review_audit(actor=cast.reviewer, audit_id=audit.pk, decision="send_back", reason="No.")
    found = told()
    assert found["contract.signed"][1]["signer"] == "Ines"
    lane, measured = found["audit.finished"]
    assert (lane, measured["ref"], measured["is_regression"]) == (f"clause:{clause.pk}", "refunds", True)
    assert found["audit.reviewed"][1]["review"] == "sent_back"
    assert found["clause.revised"][0] == lane


def test_a_contract_that_comes_to_stand_otherwise(cast, told):
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="house", title="House")
    create_clause(actor=cast.owner, codex=codex, ref="refunds", title="Refunds", text="Never promise refunds.")
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text="Never promise refunds.")
    contract = sign_contract(actor=cast.owner, prompt_id=made.prompt_id, base=0, clauses=[{"ref": "refunds"}])
    run_due(limit=20)
    contract.refresh_from_db()
    lane, data = told()["contract.state_changed"]
    assert (lane, data["state"]) == (f"contract:{made.prompt_id}", contract.state)
    assert data["state_before"] != data["state"]


def test_runs(cast, told, ritual):
    run = RitualRun.objects.create(
        ritual=ritual, ritual_version=1, cases_sha256="", text_sha256="", provider="scripted", state="done"
    )
    ritual_run_finished.send_robust(RitualRun, run_id=run.pk)
    ritual_run_failed.send_robust(RitualRun, run_id=run.pk)
    assert told()["run.finished"][1]["ritual"] == ritual.slug
    assert told()["run.failed"][0] == f"run:{run.pk}"


def test_the_market(cast, told, tmp_path, settings):
    settings.HOME = tmp_path
    listing = listed(cast.other_swarm, "sold", price=30, takes_barter=True)
    grant(cast.swarm, 50)
    made = offer_trade(actor=cast.owner, swarm=cast.swarm, listing_id=listing.pk, exchange=Exchange(credits_given=20))
    accept_offer(actor=cast.stranger, offer_id=made.pk, number=1)
    own = listed(cast.swarm, "own", price=5)
    buy_curriculum(actor=cast.stranger, swarm=cast.other_swarm, listing_id=own.pk, seen=Seen(5))
    close_listing(actor=cast.owner, listing_id=own.pk)
    found = told()
    assert found["credits.granted"][1] | {"transfer_id": 0, "actor": ""} == {
        "transfer_id": 0, "amount": 50, "balance": 50, "reason": "To begin with.", "actor": "",
    }  # fmt: skip
    assert found["trade.moved"][0] == f"trade:{made.pk}"
    assert (found["trade.moved"][1]["verb"], found["trade.moved"][1]["state"]) == ("accept", "accepted")
    assert (found["curriculum.taken"][1]["how"], found["curriculum.taken"][1]["holder"]) == ("bartered", "Olympus")
    assert (found["curriculum.sold"][1]["how"], found["curriculum.sold"][1]["price"]) == ("bought", 5)
    assert found["listing.opened"][1]["title"] == "Own"
    assert "listing.closed" in found


def test_every_type_is_told_by_somebody():
    source = Path(events.__file__).read_text().split("class Event")[1] + Path(receivers.__file__).read_text()
    assert [kind for kind in TYPES if f'"{kind}"' not in source] == []
