"""The pages of wallet and trade, without any script."""

import re

import pytest

from mythos.market.models import BarterOffer, CurriculumLicense, Listing
from mythos.market.services.listings import Terms, list_curriculum
from tests.market.stalls import check_books, curriculum_of, grant, held_of, listed, wallet_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(cast, client, tmp_path, settings):
    settings.HOME = tmp_path
    grant(cast.other_swarm, 100)
    client.force_login(cast.stranger)
    return cast


def text(answer):
    return answer.content.decode()


def test_list_a_curriculum_change_its_terms_and_close_it(world, client):
    client.force_login(world.owner)
    assert "No curriculum has been exported" in text(client.get("/market/list"))
    curriculum_of(world.swarm, "calm", license="LicenseRef-None")
    answer = client.post("/market/list", {"curriculum": "calm", "price": ""})
    assert answer.status_code == 422
    assert "Give a price, take trades" in text(answer)
    assert "A whole number, as in 120" in text(client.post("/market/list", {"curriculum": "calm", "price": "much"}))
    client.post("/market/list", {"curriculum": "calm", "price": "1,200", "takes_barter": "1", "seats": "3"})
    listing = Listing.objects.get()
    assert (listing.price, listing.takes_barter, listing.seats_left) == (1200, True, 3)
    page = text(client.get("/market/list?curriculum=calm"))
    assert 'value="1200"' in page
    assert "does not let others copy" in page
    assert "Calm" in text(client.get("/market/trades"))
    client.post(f"/market/listings/{listing.pk}/close")
    assert not Listing.objects.get().is_open


def test_a_price_that_changes_between_view_and_buy_is_asked_again(world, client):
    listing = listed(world.swarm, "firm", price=40)
    page = text(client.get(f"/market/listings/{listing.pk}/take"))
    assert "Pay 40 credits" in page
    assert re.search(r"Your wallet afterwards</dt><dd>60", page)
    typed = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    list_curriculum(actor=world.owner, curriculum_id=listing.curriculum_id, terms=Terms(price=55))
    answer = client.post(f"/market/listings/{listing.pk}/take", typed)
    assert answer.status_code == 409
    assert "now 55 credits; you saw 40" in text(answer)
    assert "Pay 55 credits" in text(answer)
    assert wallet_of(world.other_swarm) == 100
    typed = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text(answer)))
    for _ in range(2):  # a double click
        assert client.post(f"/market/listings/{listing.pk}/take", typed).status_code == 302
    assert CurriculumLicense.objects.count() == 1
    assert wallet_of(world.other_swarm) == 45
    assert "Owned" in text(client.get(f"/market/listings/{listing.pk}/take"))
    assert "Firm" in text(client.get("/market/trades"))


def test_who_cannot_pay_is_told_before(world, client):
    listing = listed(world.swarm, "dear", price=400, takes_barter=True)
    page = text(client.get(f"/market/listings/{listing.pk}/take"))
    assert "Not enough credits" in page
    assert "Pay 400" not in page


def test_cloning_asks_once_more(world, client):
    listing = listed(world.swarm, "free", clonable="practice")
    page = text(client.get(f"/market/listings/{listing.pk}/take?how=clone"))
    typed = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert client.post(f"/market/listings/{listing.pk}/take", typed).status_code == 302
    assert CurriculumLicense.objects.get().how == "cloned"


def test_offer_counter_and_accept(world, client):
    listing = listed(world.swarm, "sought", takes_barter=True)
    own = curriculum_of(world.other_swarm, "own")
    url = f"/market/listings/{listing.pk}/offer"
    answer = client.post(url, {"credits_given": "500"})
    assert answer.status_code == 422
    assert "this needs 500" in text(answer)
    answer = client.post(url, {"credits_given": "30", "given": [own.pk], "message": "<b>Fair?</b>", "days": "2"})
    offer = BarterOffer.objects.get()
    assert answer["Location"] == f"/market/trades/{offer.pk}"
    page = text(client.get(answer["Location"]))
    assert "Withdraw" in page
    assert "&lt;b&gt;Fair?" in page
    assert held_of(world.other_swarm) == 30

    client.force_login(world.owner)
    assert "Your turn" in text(client.get("/market/trades"))
    page = text(client.get(f"/market/trades/{offer.pk}"))
    assert "Accept" in page
    assert "Answer with other terms" in page
    terms = {"number": 1, "given": [listing.curriculum_id], "wanted": [own.pk], "credits_wanted": "35"}
    assert client.post(f"/market/trades/{offer.pk}/counter", terms).status_code == 302
    assert client.post(f"/market/trades/{offer.pk}/accept", {"number": 2}).status_code == 422

    client.force_login(world.stranger)
    assert client.post(f"/market/trades/{offer.pk}/accept", {"number": 1}).status_code == 409
    assert client.post(f"/market/trades/{offer.pk}/accept", {"number": 2}).status_code == 302
    assert (wallet_of(world.swarm), wallet_of(world.other_swarm)) == (35, 65)
    assert "This trade is accepted." in text(client.get(f"/market/trades/{offer.pk}"))
    assert check_books() == 100


def test_withdraw_and_decline_on_the_page(world, client):
    listing = listed(world.swarm, "sought", takes_barter=True)
    url = f"/market/listings/{listing.pk}/offer"
    client.post(url, {"credits_given": "30"})
    first = BarterOffer.objects.get()
    client.post(f"/market/trades/{first.pk}/withdraw")
    client.post(url, {"credits_given": "30"})
    client.force_login(world.owner)
    second = BarterOffer.objects.first()
    client.post(f"/market/trades/{second.pk}/decline", {"number": 1})
    assert set(BarterOffer.objects.values_list("state", flat=True)) == {"withdrawn", "declined"}
    assert client.post(f"/market/trades/{second.pk}/sell", {"number": 1}).status_code == 404
    assert wallet_of(world.other_swarm) == 100


def test_others_do_not_see_a_trade(world, client, django_user_model):
    listing = listed(world.swarm, "sought", takes_barter=True)
    client.post(f"/market/listings/{listing.pk}/offer", {"credits_given": "1"})
    offer = BarterOffer.objects.get()
    other = django_user_model.objects.create_user("third@example.org", "x")
    client.force_login(other)
    assert client.get(f"/market/trades/{offer.pk}").status_code == 404
    assert client.post(f"/market/trades/{offer.pk}/accept", {"number": 1}).status_code == 404


def test_the_statement_adds_up_and_pages(world, client):
    for number in range(55):
        grant(world.other_swarm, number + 1)
    page = text(client.get("/market/wallet"))
    assert page.count("Granted") == 50
    assert "Grant credits" not in page
    older = re.search(r"before=(\d+)", page).group(1)
    assert text(client.get(f"/market/wallet?before={older}")).count("Granted") == 6
    assert "Nothing has moved yet" in text(client.get("/market/wallet?account=held"))
    assert client.post("/market/wallet", {"amount": "5", "reason": "Me"}).status_code == 403


def test_an_administrator_grants_on_the_page(world, client):
    world.owner.is_staff = True
    world.owner.save()
    client.force_login(world.owner)
    assert "Grant credits" in text(client.get("/market/wallet"))
    answer = client.post("/market/wallet", {"swarm": "hades", "amount": "7", "reason": "Prize"})
    assert answer.status_code == 302
    assert wallet_of(world.other_swarm) == 107
    wrong = client.post("/market/wallet", {"swarm": "hades", "amount": "", "reason": ""})
    assert wrong.status_code == 422
    assert "Say why" in text(wrong)
    assert "Unknown swarm" in text(client.post("/market/wallet", {"swarm": "x", "amount": "7", "reason": "P"}))


def test_ten_more_trades_cost_no_more_questions(world, client, django_assert_max_num_queries):
    listings = [listed(world.swarm, f"s{n}", takes_barter=True) for n in range(6)]
    client.get("/market/trades")
    client.post(f"/market/listings/{listings[0].pk}/offer", {"credits_given": "1"})
    with django_assert_max_num_queries(100) as few:
        client.get("/market/trades")
    most = len(few.captured_queries)
    for listing in listings[1:]:
        client.post(f"/market/listings/{listing.pk}/offer", {"credits_given": "1"})
    with django_assert_max_num_queries(most):
        client.get("/market/trades")
