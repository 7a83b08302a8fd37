"""Trades: both sides move, or neither; what is offered is held until it is answered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mythos.accounts.actors import SYSTEM
from mythos.errors import Denied, Invalid, NotFound, Stale
from mythos.market.models import BarterOffer, CurriculumLicense
from mythos.market.services.bartering import (
    EXPIRE_JOB,
    Exchange,
    accept_offer,
    counter_offer,
    decline_offer,
    expire_offer,
    offer_trade,
    withdraw_offer,
)
from mythos.market.services.listings import Terms, list_curriculum
from mythos.work.models import Job
from mythos.work.services import claim, run
from tests.market.stalls import check_books, curriculum_of, grant, held_of, listed, wallet_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def world(cast):
    """Olympus lists a curriculum for trades; Hades has 100 credits and a curriculum of its own."""
    grant(cast.swarm, 50)
    grant(cast.other_swarm, 100)
    return cast


@pytest.fixture
def sought(world):
    return listed(world.swarm, "sought", takes_barter=True, seats=2)


@pytest.fixture
def own(world):
    return curriculum_of(world.other_swarm, "own")


def offer(cast, listing, key="", **exchange):
    exchange = Exchange(**exchange)
    return offer_trade(actor=cast.stranger, swarm=cast.other_swarm, listing_id=listing.pk, exchange=exchange, key=key)


def test_an_offer_holds_what_it_gives(world, sought):
    made = offer(world, sought, credits_given=40)
    assert (wallet_of(world.other_swarm), held_of(world.other_swarm)) == (60, 40)
    assert (made.state, made.number, made.author) == ("open", 1, world.other_swarm)
    assert check_books() == 150


def test_accepting_moves_both_sides(world, sought, own):
    made = offer(world, sought, credits_given=40, given=(own.pk,), credits_wanted=5)
    done = accept_offer(actor=world.owner, offer_id=made.pk, number=1)
    assert done.state == "accepted"
    assert (wallet_of(world.swarm), wallet_of(world.other_swarm)) == (50 + 40 - 5, 100 - 40 + 5)
    assert held_of(world.other_swarm) == 0
    taken = {(row.swarm_id, row.title, row.how) for row in CurriculumLicense.objects.all()}
    assert taken == {(world.other_swarm.pk, "Sought", "bartered"), (world.swarm.pk, "Own", "bartered")}
    sought.refresh_from_db()
    assert sought.seats_left == 1
    assert check_books() == 150


def test_when_one_side_cannot_give_neither_moves(world, sought, own):
    made = offer(world, sought, given=(own.pk,), credits_wanted=51)
    with pytest.raises(Invalid, match="holds 50 credits; this needs 51"):
        accept_offer(actor=world.owner, offer_id=made.pk, number=1)
    made.refresh_from_db()
    sought.refresh_from_db()
    assert (made.state, sought.seats_left) == ("open", 2)
    assert not CurriculumLicense.objects.exists()
    assert (wallet_of(world.swarm), wallet_of(world.other_swarm)) == (50, 100)


def test_a_counter_gives_back_and_holds_the_other_side(world, sought, own):
    made = offer(world, sought, credits_given=40)
    terms = Exchange(credits_given=10, given=(sought.curriculum_id,), credits_wanted=60)
    made = counter_offer(actor=world.owner, offer_id=made.pk, number=1, exchange=terms)
    assert (made.number, made.author, made.proposer_credits, made.partner_credits) == (2, world.swarm, 60, 10)
    assert (held_of(world.swarm), held_of(world.other_swarm), wallet_of(world.other_swarm)) == (10, 0, 100)
    sought.refresh_from_db()
    assert sought.seats_left == 1
    with pytest.raises(Stale, match="changed the terms"):
        accept_offer(actor=world.stranger, offer_id=made.pk, number=1)
    accept_offer(actor=world.stranger, offer_id=made.pk, number=2)
    assert (wallet_of(world.swarm), wallet_of(world.other_swarm)) == (100, 50)
    sought.refresh_from_db()
    assert sought.seats_left == 1
    assert [move.verb for move in made.moves.all()] == ["offer", "counter", "accept"]
    assert check_books() == 150


@pytest.mark.parametrize("end", ["decline", "withdraw", "expire"])
def test_whatever_ends_an_offer_gives_back_what_was_held(world, sought, own, end):
    rare = list_curriculum(actor=SYSTEM, curriculum_id=own.pk, terms=Terms(price=9, seats=1))
    made = offer(world, sought, credits_given=40, given=(own.pk,))
    rare.refresh_from_db()
    assert rare.seats_left == 0
    if end == "decline":
        decline_offer(actor=world.owner, offer_id=made.pk, number=1)
    elif end == "withdraw":
        withdraw_offer(actor=world.stranger, offer_id=made.pk)
    else:
        assert expire_offer(offer_id=made.pk, now=made.expires_at + timedelta(seconds=1))
    made.refresh_from_db()
    rare.refresh_from_db()
    assert made.state == {"decline": "declined", "withdraw": "withdrawn", "expire": "expired"}[end]
    assert (wallet_of(world.other_swarm), held_of(world.other_swarm), rare.seats_left) == (100, 0, 1)
    with pytest.raises(Stale):
        accept_offer(actor=world.owner, offer_id=made.pk, number=1)
    assert check_books() == 150


def test_the_worker_closes_what_nobody_answered(world, sought):
    made = offer(world, sought, credits_given=1, open_for=timedelta(days=2))
    job = Job.objects.get(kind=EXPIRE_JOB)
    assert job.not_before == made.expires_at
    assert not expire_offer(offer_id=made.pk)
    Job.objects.filter(kind=EXPIRE_JOB).update(not_before=timezone.now())
    BarterOffer.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert run(claim(worker="test"))
    made.refresh_from_db()
    assert (made.state, held_of(world.other_swarm)) == ("expired", 0)


def test_an_offer_that_ran_out_is_not_accepted(world, sought):
    made = offer(world, sought, credits_given=1)
    BarterOffer.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Stale, match="has run out"):
        accept_offer(actor=world.owner, offer_id=made.pk, number=1)


def test_one_answers_only_in_turn(world, sought):
    made = offer(world, sought, credits_given=1)
    for answer in (accept_offer, decline_offer):
        with pytest.raises(Invalid, match="other side's turn"):
            answer(actor=world.stranger, offer_id=made.pk, number=1)
    with pytest.raises(Denied):
        withdraw_offer(actor=world.owner, offer_id=made.pk)
    with pytest.raises(Denied):
        accept_offer(actor=world.editor, offer_id=made.pk, number=1)


def test_a_third_swarm_does_not_see_the_trade(world, sought, django_user_model):
    made = offer(world, sought, credits_given=1)
    alone = django_user_model.objects.create_user("third@example.org", "x")
    with pytest.raises(NotFound):
        accept_offer(actor=alone, offer_id=made.pk, number=1)


def test_one_offers_only_what_one_has(world, sought, own):
    theirs = curriculum_of(world.swarm, "unlisted")
    for exchange, field in (
        ({"given": (theirs.pk,)}, "given"),
        ({"credits_given": 1, "wanted": (theirs.pk,)}, "wanted"),
        ({"credits_given": -1}, "credits_given"),
        ({}, "given"),
        ({"credits_given": 1, "open_for": timedelta(days=31)}, "days"),
    ):
        with pytest.raises(Invalid) as refused:
            offer(world, sought, **exchange)
        assert field in refused.value.fields
    with pytest.raises(Invalid, match="holds 100"):
        offer(world, sought, credits_given=101)
    assert not BarterOffer.objects.exists()


def test_only_what_takes_trades_is_asked_for(world):
    for_credits = listed(world.swarm, "only-credits", price=5)
    with pytest.raises(Invalid) as refused:
        offer(world, for_credits, credits_given=1)
    assert "wanted" in refused.value.fields


def test_the_same_key_offers_once(world, sought):
    first = offer(world, sought, credits_given=10, key="k")
    assert offer(world, sought, credits_given=10, key="k") == first
    assert held_of(world.other_swarm) == 10
