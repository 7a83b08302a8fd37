"""The market over REST: list, buy, clone, barter, the statement; strangers see only what is listed."""

import pytest

from mythos.accounts.services import create_token
from tests.market.stalls import check_books, curriculum_of, grant

pytestmark = pytest.mark.django_db
URL = "/api/v1/market"


@pytest.fixture
def call(cast, client, tmp_path, settings):
    settings.HOME = tmp_path
    tokens = {
        name: create_token(actor=getattr(cast, name), swarm=swarm, name=name, role="owner").secret
        for name, swarm in (("owner", cast.swarm), ("stranger", cast.other_swarm))
    }

    def ask(method, path, body=None, who="owner"):
        given = {"content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(
            URL + path, *([body] if body is not None else []), HTTP_AUTHORIZATION=f"Bearer {tokens[who]}", **given
        )

    return ask


@pytest.fixture
def shelf(cast, call):
    """One listed by Olympus for 30 credits or a trade; Hades has 100 credits."""
    grant(cast.other_swarm, 100)
    made = curriculum_of(cast.swarm, "shelf")
    answer = call("post", "/listings", {"curriculum": made.pk, "price": 30, "takes_barter": True, "seats": 5})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_listing_searching_and_closing(call, shelf):
    assert (shelf["title"], shelf["seller"], shelf["seats_left"]) == ("Shelf", "olympus", 5)
    found = call("get", "/listings?q=shelf&tab=credits&sort=price", who="stranger").json()
    assert [row["id"] for row in found["items"]] == [shelf["id"]]
    assert call("get", "/listings?tab=free").json()["items"] == []
    assert call("delete", f"/listings/{shelf['id']}", who="stranger").status_code == 404
    assert call("delete", f"/listings/{shelf['id']}").json()["is_open"] is False
    assert call("get", f"/listings/{shelf['id']}", who="stranger").status_code == 404


def test_buying_with_a_price_that_is_no_longer_true(call, shelf):
    refused = call("post", f"/listings/{shelf['id']}/buy", {"price": 20}, who="stranger")
    assert refused.status_code == 409
    assert "now 30 credits; you saw 20" in refused.content.decode()
    bought = call("post", f"/listings/{shelf['id']}/buy", {"price": 30, "key": "a"}, who="stranger")
    assert bought.status_code == 201, bought.json()
    again = call("post", f"/listings/{shelf['id']}/buy", {"price": 30, "key": "a"}, who="stranger")
    assert again.json() == bought.json()
    assert call("get", "/licenses", who="stranger").json()["items"] == [bought.json()]
    wallet = call("get", "/wallet", who="stranger").json()
    assert (wallet["balance"], wallet["held"], wallet["spent"]) == (70, 0, 30)
    found = call("get", "/statement", who="stranger").json()
    assert [line["change"] for line in found["lines"]] == [-30, 100]
    assert sum(line["change"] for line in found["lines"]) == found["balance"]
    assert call("post", f"/licenses/{bought.json()['id']}/update").status_code == 404
    assert call("post", f"/licenses/{bought.json()['id']}/update", who="stranger").status_code == 200


def test_a_trade_from_offer_to_counter_to_both_sides(call, shelf):
    made = call("post", f"/listings/{shelf['id']}/offers", {"credits_given": 10, "message": "Ten?"}, who="stranger")
    assert made.status_code == 201, made.json()
    trade = made.json()
    assert (trade["gives_credits"], trade["gets"][0]["title"], trade["is_our_turn"]) == (10, "Shelf", False)
    assert call("get", "/wallet", who="stranger").json()["held"] == 10
    seen = call("get", f"/trades/{trade['id']}").json()
    assert (seen["gets_credits"], seen["is_our_turn"], seen["moves"][0]["message"]) == (10, True, "Ten?")
    terms = {"number": 1, "given": [shelf["curriculum"]], "credits_wanted": 15}
    assert call("post", f"/trades/{trade['id']}/counter", terms).json()["number"] == 2
    assert call("post", f"/trades/{trade['id']}/accept", {"number": 1}, who="stranger").status_code == 409
    done = call("post", f"/trades/{trade['id']}/accept", {"number": 2}, who="stranger").json()
    assert done["state"] == "accepted"
    assert call("get", "/trades?is_open=true").json()["items"] == []
    assert call("get", "/wallet").json()["earned"] == 15
    assert check_books() == 100


def test_saying_no_and_taking_back(call, shelf):
    for verb, body, who in (("decline", {"number": 1}, "owner"), ("withdraw", {}, "stranger")):
        made = call("post", f"/listings/{shelf['id']}/offers", {"credits_given": 10}, who="stranger").json()
        done = call("post", f"/trades/{made['id']}/{verb}", body, who=who)
        assert done.status_code == 200, done.json()
        assert done.json()["state"] in ("declined", "withdrawn")
    assert call("get", "/wallet", who="stranger").json()["balance"] == 100


def test_cloning_and_granting_are_guarded(cast, call, shelf):
    assert call("post", f"/listings/{shelf['id']}/clone", {}, who="stranger").status_code == 422
    assert call("post", "/grants", {"amount": 5, "reason": "Me"}).status_code == 403
    cast.owner.is_staff = True
    cast.owner.save()
    assert call("post", "/grants", {"amount": 5, "reason": "Prize"}).json()["target_balance"] == 5
    assert call("post", "/grants", {"amount": -5, "reason": "Prize"}).status_code == 422


@pytest.mark.parametrize(
    "path", ["/listings?tab=x", "/listings?sort=x", "/listings?cursor=%25", "/statement?account=x"]
)
def test_bad_questions_are_named(call, path):
    assert call("get", path).status_code == 422


def test_pages_by_key_show_every_listing_once(cast, call):
    for number in range(5):
        made = curriculum_of(cast.swarm, f"c{number}")
        call("post", "/listings", {"curriculum": made.pk, "price": 10 + number // 2})
    for sort in ("month", "gain", "rating", "new", "price"):
        seen, cursor = [], ""
        while True:
            found = call("get", f"/listings?sort={sort}&limit=2&cursor={cursor}").json()
            seen += [row["title"] for row in found["items"]]
            cursor = found["next"]
            if not cursor:
                break
        assert sorted(seen) == ["C0", "C1", "C2", "C3", "C4"]
