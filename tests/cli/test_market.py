"""The market on the terminal."""

from __future__ import annotations

import pytest

from mythos.market.models import LedgerAccount
from tests.cli.conftest import as_json
from tests.market.stalls import curriculum_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mythos(cast, told, tmp_path, settings):
    settings.HOME = tmp_path
    curriculum_of(cast.swarm, "shelf")

    return told


def test_list_buy_and_the_books(mythos):
    assert mythos("market", "grant", 50, "--reason", "Welcome", "--swarm", "hades")[1].startswith("Granted 50")
    listing = as_json(mythos, "market", "list", "shelf", "--price", 20, "--clonable", "--swarm", "olympus")
    assert "20 credits, clone (MIT)" in mythos("market", "search", "shelf")[1]
    code, said = mythos("market", "buy", listing["id"], "--price", 19, "--swarm", "hades")
    assert (code, "now 20 credits; you saw 19" in said) == (2, True)
    bought = as_json(mythos, "market", "buy", listing["id"], "--price", 20, "--swarm", "hades")
    assert (bought["how"], bought["version"], bought["newest"]) == ("bought", "1.0.0", "1.0.0")
    assert "bought from Olympus" in mythos("market", "licenses", "--swarm", "hades")[1]
    assert mythos("market", "update", bought["id"])[0] == 0
    assert "30 credits" in mythos("market", "wallet", "--swarm", "hades")[1]
    statement = as_json(mythos, "market", "statement", "--swarm", "hades")
    assert [line["change"] for line in statement["lines"]] == [-20, 50]
    code, said = mythos("market", "check")
    assert (code, "2 transfers add up" in said) == (0, True)
    assert as_json(mythos, "market", "close", listing["id"])["is_open"] is False
    assert mythos("market", "clone", listing["id"], "--swarm", "hades")[0] == 2


def test_books_that_do_not_balance_end_with_1(mythos):
    mythos("market", "grant", 50, "--reason", "Welcome", "--swarm", "hades")
    LedgerAccount.objects.filter(kind="wallet").update(balance=51)
    code, said = mythos("market", "check")
    assert code == 1
    assert "says 51; its transfers add up to 50" in said


def test_a_trade_by_commands(mythos):
    mythos("market", "grant", 50, "--reason", "Welcome", "--swarm", "hades")
    listing = as_json(mythos, "market", "list", "shelf", "--barter", "--swarm", "olympus")
    (made,) = as_json(mythos, "trade", "offer", listing["id"], "--give-credits", 10, "--swarm", "hades")
    assert mythos("trade", "accept", made["id"], "--number", 1, "--swarm", "hades")[0] == 2
    (made,) = as_json(
        mythos,
        "trade",
        "counter",
        made["id"],
        "--number",
        1,
        "--give",
        "shelf",
        "--want-credits",
        12,
        "--swarm",
        "olympus",
    )
    assert (made["gives"], made["gets"], made["number"]) == ("Shelf", "12 credits", 2)
    assert "waits for Hades" in mythos("trade", "list", "--swarm", "olympus")[1]
    assert mythos("trade", "withdraw", made["id"], "--swarm", "hades")[0] == 2
    (done,) = as_json(mythos, "trade", "accept", made["id"], "--number", 2, "--swarm", "hades")
    assert done["state"] == "accepted"
    assert "38 credits" in mythos("market", "wallet", "--swarm", "hades")[1]
    assert "accepted" in mythos("trade", "list", "--all", "--swarm", "olympus")[1]


def test_saying_no_by_commands(mythos):
    mythos("market", "grant", 50, "--reason", "Welcome", "--swarm", "hades")
    listing = as_json(mythos, "market", "list", "shelf", "--barter", "--swarm", "olympus")
    for verb, swarm in (("decline", "olympus"), ("withdraw", "hades")):
        (made,) = as_json(mythos, "trade", "offer", listing["id"], "--give-credits", 10, "--swarm", "hades")
        number = ("--number", 1) if verb == "decline" else ()
        assert mythos("trade", verb, made["id"], *number, "--swarm", swarm)[0] == 0
    assert mythos("trade", "offer", listing["id"], "--give", "nothing", "--swarm", "hades")[0] == 2
    assert "50 credits" in mythos("market", "wallet", "--swarm", "hades")[1]
