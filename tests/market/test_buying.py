"""Listing, buying, cloning, and taking newer versions."""

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.errors import Denied, Invalid, NotFound, Stale
from mythos.market.models import CurriculumLicense, LedgerTransfer, Listing, PromptCurriculumVault
from mythos.market.services.composing import update_curriculum
from mythos.market.services.delivery import take_update
from mythos.market.services.exporting import export_curriculum
from mythos.market.services.listings import Terms, close_listing, list_curriculum
from mythos.market.services.taking import Seen, buy_curriculum, clone_curriculum
from mythos.market.signals import curriculum_taken, listing_changed
from mythos.rituals.models import RitualCase
from tests.market.stalls import check_books, curriculum_of, grant, listed, wallet_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def sold(cast):
    """Something for 120 credits in Olympus, and 200 credits in Hades."""
    grant(cast.other_swarm, 200)
    return listed(cast.swarm, "firmness", price=120, takes_barter=True)


def buy(cast, listing, price=120, **more):
    return buy_curriculum(actor=cast.stranger, swarm=cast.other_swarm, listing_id=listing.pk, seen=Seen(price), **more)


def test_buying_moves_credits_and_brings_a_copy_with_its_origin(cast, sold):
    held = buy(cast, sold)
    assert (wallet_of(cast.other_swarm), wallet_of(cast.swarm)) == (80, 120)
    assert (held.how, held.price, held.license, held.seller, held.version) == (
        "bought",
        120,
        "MIT",
        cast.swarm,
        "1.0.0",
    )
    copy = held.copy
    assert (copy.swarm, copy.cloned_from, copy.lineage) == (cast.other_swarm, sold.curriculum, sold.curriculum.lineage)
    assert copy.origin["slug"] == "firmness"
    assert check_books() == 200


def test_sealed_cases_stay_with_the_seller(cast, sold):
    copy = buy(cast, sold).copy
    refs = RitualCase.objects.filter(ritual__curriculum_parts__curriculum=copy).values_list("ref", flat=True)
    assert list(refs) == ["calm"]
    assert copy.parts.get().sealed["count"] == 1


def test_a_price_that_changed_is_shown_and_asked_again(cast, sold):
    list_curriculum(actor=cast.owner, curriculum_id=sold.curriculum_id, terms=Terms(price=150))
    with pytest.raises(Stale, match="now 150 credits; you saw 120") as refused:
        buy(cast, sold)
    assert refused.value.data["current"]["price"] == 150
    assert wallet_of(cast.other_swarm) == 200
    assert buy(cast, sold, price=150).price == 150


def test_a_licence_that_changed_is_shown_too(cast, sold):
    seen = Seen(120, "Apache-2.0")
    with pytest.raises(Stale, match="licence of Firmness is now MIT"):
        buy_curriculum(actor=cast.stranger, swarm=cast.other_swarm, listing_id=sold.pk, seen=seen)


def test_the_same_key_buys_once(cast, sold):
    first = buy(cast, sold, key="click-1")
    assert buy(cast, sold, key="click-1") == first
    assert wallet_of(cast.other_swarm) == 80
    other = listed(cast.swarm, "calm", price=10)
    with pytest.raises(Invalid, match="another request"):
        buy(cast, other, price=10, key="click-1")


def test_nobody_pays_twice_for_the_same(cast, sold):
    buy(cast, sold)
    with pytest.raises(Invalid, match="already has"):
        buy(cast, sold)
    assert wallet_of(cast.other_swarm) == 80


def test_nobody_buys_from_oneself(cast, sold):
    with pytest.raises(Invalid, match="already has"):
        buy_curriculum(actor=cast.owner, swarm=cast.swarm, listing_id=sold.pk, seen=Seen(120))


def test_who_cannot_pay_gets_nothing(cast):
    dear = listed(cast.swarm, "dear", price=500, seats=3)
    grant(cast.other_swarm, 499)
    with pytest.raises(Invalid, match="holds 499 credits; this needs 500"):
        buy(cast, dear, price=500)
    dear.refresh_from_db()
    assert dear.seats_left == 3
    assert not CurriculumLicense.objects.exists()
    assert not PromptCurriculumVault.objects.filter(swarm=cast.other_swarm).exists()


def test_the_last_seat_is_the_last(cast):
    rare = listed(cast.swarm, "rare", price=1, seats=1)
    grant(cast.other_swarm, 5)
    buy(cast, rare, price=1)
    rare.refresh_from_db()
    assert rare.is_sold_out
    with pytest.raises(Invalid) as refused:
        list_curriculum(actor=SYSTEM, curriculum_id=rare.curriculum_id, terms=Terms(clonable="practice", seats=0))
    assert "seats" in refused.value.fields
    more = list_curriculum(actor=SYSTEM, curriculum_id=rare.curriculum_id, terms=Terms(price=1, seats=3))
    assert more.seats_left == 2


def test_what_is_off_the_market_is_not_sold(cast, sold):
    close_listing(actor=cast.owner, listing_id=sold.pk)
    with pytest.raises(Stale, match="no longer on the market"):
        buy(cast, sold)
    with pytest.raises(NotFound):
        buy_curriculum(actor=cast.stranger, swarm=cast.other_swarm, listing_id=9999, seen=Seen(1))


def test_roles_and_strangers(cast, sold):
    with pytest.raises(Denied, match="reviewer"):
        buy_curriculum(actor=cast.editor, swarm=cast.swarm, listing_id=sold.pk, seen=Seen(120))
    with pytest.raises(Denied):
        buy_curriculum(actor=cast.owner, swarm=cast.other_swarm, listing_id=sold.pk, seen=Seen(120))
    with pytest.raises(Denied):
        list_curriculum(actor=cast.viewer, curriculum_id=sold.curriculum_id, terms=Terms(price=1))
    with pytest.raises(NotFound):
        list_curriculum(actor=cast.stranger, curriculum_id=sold.curriculum_id, terms=Terms(price=1))
    with pytest.raises(NotFound):
        close_listing(actor=cast.stranger, listing_id=sold.pk)


def test_a_clone_is_free_and_keeps_its_origin(cast):
    free = listed(cast.swarm, "free", clonable="practice", license="CC-BY-4.0")
    held = clone_curriculum(actor=cast.stranger, swarm=cast.other_swarm, listing_id=free.pk, key="c")
    assert (held.how, held.price, held.copy.cloned_from) == ("cloned", 0, free.curriculum)
    assert clone_curriculum(actor=cast.stranger, swarm=cast.other_swarm, listing_id=free.pk, key="c") == held
    assert not LedgerTransfer.objects.exists()


def test_only_what_its_seller_and_its_licence_allow_is_cloned(cast, sold):
    with pytest.raises(Invalid, match="may not be cloned"):
        clone_curriculum(actor=cast.stranger, swarm=cast.other_swarm, listing_id=sold.pk)
    closed = curriculum_of(cast.swarm, "closed", license="LicenseRef-None")
    with pytest.raises(Invalid) as refused:
        list_curriculum(actor=SYSTEM, curriculum_id=closed.pk, terms=Terms(clonable="practice"))
    assert "LicenseRef-None does not let others" in refused.value.fields["clonable"]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(), "price"),
        (Terms(price=0), "price"),
        (Terms(price=10**13), "price"),
        (Terms(price=1, seats=0), "seats"),
        (Terms(price=1, clonable="everything"), "clonable"),
    ],
)
def test_terms_that_cannot_stand_are_named(cast, terms, field):
    made = curriculum_of(cast.swarm, "plain")
    with pytest.raises(Invalid) as refused:
        list_curriculum(actor=cast.owner, curriculum_id=made.pk, terms=terms)
    assert field in refused.value.fields
    assert not Listing.objects.exists()


def test_a_copy_is_traded_on_only_under_a_licence_that_lets_it(cast):
    grant(cast.other_swarm, 10)
    for slug, spdx in (("mine", "LicenseRef-None"), ("ours", "CC-BY-SA-4.0")):
        copy = buy(cast, listed(cast.swarm, slug, price=1, license=spdx), price=1).copy
        if spdx == "CC-BY-SA-4.0":
            assert list_curriculum(actor=cast.stranger, curriculum_id=copy.pk, terms=Terms(price=2)).is_open
        else:
            with pytest.raises(Invalid) as refused:
                list_curriculum(actor=cast.stranger, curriculum_id=copy.pk, terms=Terms(price=2))
            assert "does not let you trade it on" in refused.value.fields["curriculum"]


def test_newer_versions_are_offered_and_taken(cast, sold):
    held = buy(cast, sold)
    assert take_update(actor=cast.stranger, license_id=held.pk).version == "1.0.0"
    update_curriculum(actor=cast.owner, curriculum_id=sold.curriculum_id, title="Firmness, second edition")
    newer = export_curriculum(actor=SYSTEM, curriculum_id=sold.curriculum_id).version
    assert newer != "1.0.0"
    with pytest.raises(NotFound):
        take_update(actor=cast.owner, license_id=held.pk)
    held = take_update(actor=cast.stranger, license_id=held.pk)
    assert (held.version, held.copy.curriculum_title) == (newer, "Firmness, second edition")
    assert PromptCurriculumVault.objects.filter(swarm=cast.other_swarm).count() == 1


def test_news_goes_out_after_commit(cast, django_capture_on_commit_callbacks):
    news = []
    curriculum_taken.connect(lambda **said: news.append(("taken", said["license_id"])), weak=False, dispatch_uid="t1")
    listing_changed.connect(
        lambda **said: news.append((said["verb"], said["listing_id"])), weak=False, dispatch_uid="t2"
    )
    try:
        with django_capture_on_commit_callbacks(execute=True):
            listing = listed(cast.swarm, "news", price=1)
            list_curriculum(actor=SYSTEM, curriculum_id=listing.curriculum_id, terms=Terms(price=2))
            grant(cast.other_swarm, 5)
            held = buy(cast, listing, price=2)
            close_listing(actor=SYSTEM, listing_id=listing.pk)
    finally:
        curriculum_taken.disconnect(dispatch_uid="t1")
        listing_changed.disconnect(dispatch_uid="t2")
    assert news == [("opened", listing.pk), ("changed", listing.pk), ("taken", held.pk), ("closed", listing.pk)]
