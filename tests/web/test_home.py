"""What home and the inbox say of trades and of training: what waits for an answer, and what is under way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mythos.market.services.bartering import Exchange, decline_offer, offer_trade
from mythos.web import home
from tests.market.stalls import grant, listed
from tests.training.conftest import begin, trained, world  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def seen(client, person, page="/"):
    client.force_login(person)
    return client.get(page)


def test_a_chain_is_followed_until_somebody_seals_its_result(client, cast, begin):  # noqa: F811
    begin("Kinder desk")
    home = seen(client, cast.owner)
    assert (home.context["waiting_count"], home.context["nav"]["live"]) == (0, 1)
    assert "Kinder desk" in home.content.decode().split("Running now")[1]
    assert "1 live" in home.content.decode()
    assert b"Kinder desk" not in seen(client, cast.stranger).content


def test_a_result_waits_to_be_sealed(client, cast, trained):  # noqa: F811
    for page in ("/", "/inbox"):
        answer = seen(client, cast.owner, page)
        assert "Better desk is done" in answer.content.decode()
        assert (answer.context["nav"]["inbox"], answer.context["nav"]["live"]) == (1, 0)
    assert not seen(client, cast.owner).context["chains"]


def test_a_trade_waits_for_the_side_that_has_to_answer(client, cast, tmp_path, settings):
    settings.HOME = tmp_path
    listing = listed(cast.swarm, "calm", takes_barter=True)
    grant(cast.other_swarm, 50)
    terms = Exchange(credits_given=20)
    offer = offer_trade(actor=cast.stranger, swarm=cast.other_swarm, listing_id=listing.pk, exchange=terms)
    for page in ("/", "/inbox"):
        asked = seen(client, cast.owner, page)
        assert asked.context["nav"]["inbox"] == 1
        assert "Hades offers to trade" in asked.content.decode()
        assert "You would get 20 credits for Calm." in asked.content.decode()
        assert seen(client, cast.stranger, page).context["nav"]["inbox"] == 0
    assert '<a href="/market/wallet">30</a>' in seen(client, cast.stranger).content.decode()
    decline_offer(actor=cast.owner, offer_id=offer.pk, number=1)
    assert seen(client, cast.owner).context["waiting_count"] == 0


@pytest.mark.parametrize("page", ["/", "/inbox"])
def test_what_waits_is_counted_once_a_page(client, cast, page):
    client.force_login(cast.owner)
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    assert sum("UNION ALL" in query["sql"] for query in asked.captured_queries) == 1


@pytest.mark.parametrize(
    ("hour", "said"), [(1, "Good evening"), (4, "Good morning"), (12, "Good afternoon"), (23, "Good evening")]
)
def test_the_greeting_goes_with_the_hour(client, cast, monkeypatch, hour, said):
    monkeypatch.setattr(home.timezone, "localtime", lambda: datetime(2026, 1, 5, hour, tzinfo=UTC))
    assert seen(client, cast.owner).context["greeting"] == said
