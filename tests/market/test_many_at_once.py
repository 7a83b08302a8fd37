"""Sixty-four buyers and barterers on one stock: as many get it as there are seats, and no credit goes missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm
from mythos.assistants.services import create_assistant
from mythos.errors import Invalid, Stale
from mythos.market.models import BarterOffer, CurriculumLicense, Listing
from mythos.market.services.bartering import Exchange, accept_offer, counter_offer, offer_trade
from mythos.market.services.ledger import grant_credits
from mythos.market.services.taking import Seen, buy_curriculum
from tests.market.stalls import check_books, grant, listed, wallet_of

PEOPLE, SEATS, PRICE = 64, 12, 10


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_sixty_four_buyers_and_barterers_on_one_stock(cast):
    stock = listed(cast.swarm, "stock", price=PRICE, takes_barter=True, seats=SEATS)
    grant(cast.swarm, 1)
    people = [create_swarm(actor=SYSTEM, slug=f"p{n}", name=f"Person {n}") for n in range(PEOPLE)]
    for swarm in people:
        create_assistant(actor=SYSTEM, swarm=swarm, slug="iris", name="Iris")
        grant(swarm, 25)
    start = Barrier(PEOPLE)

    def take(number: int) -> str:
        swarm = people[number]
        try:
            start.wait(60)
            if number % 2:
                buy_curriculum(actor=SYSTEM, swarm=swarm, listing_id=stock.pk, seen=Seen(PRICE))
                return "bought"
            terms = Exchange(credits_given=PRICE + 5)
            made = offer_trade(actor=SYSTEM, swarm=swarm, listing_id=stock.pk, exchange=terms)
            if number % 4 == 0:  # the seller asks for more first; that holds a seat
                dearer = Exchange(given=(stock.curriculum_id,), credits_wanted=PRICE + 7)
                made = counter_offer(actor=SYSTEM, offer_id=made.pk, number=1, exchange=dearer)
            accept_offer(actor=SYSTEM, offer_id=made.pk, number=made.number)
            return "bartered"
        except (Invalid, Stale) as refused:
            return refused.message
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PEOPLE) as pool:
        outcomes = list(pool.map(take, range(PEOPLE)))
    took = [outcome for outcome in outcomes if outcome in ("bought", "bartered")]
    assert len(took) == SEATS
    assert {outcome for outcome in outcomes if outcome not in ("bought", "bartered")} == {"Stock is sold out."}
    assert Listing.objects.get().seats_left == 0
    assert CurriculumLicense.objects.count() == SEATS
    assert CurriculumLicense.objects.exclude(copy=None).count() == SEATS
    assert BarterOffer.objects.filter(state="accepted").count() == took.count("bartered")
    paid = sum(25 - wallet_of(swarm) for swarm in people if CurriculumLicense.objects.filter(swarm=swarm).exists())
    assert wallet_of(cast.swarm) == 1 + paid
    assert check_books() == 1 + PEOPLE * 25


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_the_same_click_twice_at_once_pays_once(cast):
    stock = listed(cast.swarm, "stock", price=PRICE)
    grant(cast.other_swarm, 100)
    start = Barrier(8)

    def click(_: int) -> int:
        try:
            start.wait(30)
            held = buy_curriculum(
                actor=SYSTEM, swarm=cast.other_swarm, listing_id=stock.pk, seen=Seen(PRICE), key="click"
            )
            grant_credits(actor=SYSTEM, swarm=cast.other_swarm, amount=3, reason="Prize", key="prize")
            return held.pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(click, range(8)))) == 1
    assert wallet_of(cast.other_swarm) == 100 - PRICE + 3
    assert check_books() == 103


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_trades_about_the_same_seats_never_lock_in_a_circle(cast):
    one = listed(cast.swarm, "one", takes_barter=True, seats=50)
    two = listed(cast.other_swarm, "two", takes_barter=True, seats=50)
    grant(cast.swarm, 100)
    grant(cast.other_swarm, 100)
    start = Barrier(6)

    def haggle(number: int) -> int:
        swarm, theirs, ours = (cast.swarm, two, one) if number % 2 else (cast.other_swarm, one, two)
        moves = 0
        try:
            terms = Exchange(credits_given=1, given=(ours.curriculum_id,))
            start.wait(30)
            made = offer_trade(actor=SYSTEM, swarm=swarm, listing_id=theirs.pk, exchange=terms)
            for _ in range(4):
                answer = Exchange(credits_given=1, given=(theirs.curriculum_id,), wanted=(ours.curriculum_id,))
                if made.author_id != swarm.pk:
                    answer = Exchange(credits_given=1, given=(ours.curriculum_id,), wanted=(theirs.curriculum_id,))
                made = counter_offer(actor=SYSTEM, offer_id=made.pk, number=made.number, exchange=answer)
                moves += 1
        finally:
            connections.close_all()
        return moves

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(haggle, range(6))) == [4] * 6
    assert check_books() == 200
