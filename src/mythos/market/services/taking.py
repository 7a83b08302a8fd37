"""How a swarm comes by a curriculum: a licence and a copy, in the transaction that pays for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid, NotFound, Stale
from mythos.market.licensing import allows_copies
from mythos.market.models import BarterOffer, CurriculumLicense, LedgerTransfer, Listing, PromptCurriculumVault
from mythos.market.services.delivery import deliver
from mythos.market.services.ledger import LONGEST_KEY, Move, post, wallet
from mythos.market.signals import curriculum_taken

How = CurriculumLicense.How


@dataclass(frozen=True)
class Seen:
    """The terms the buyer saw; other terms now are shown and asked for again. None was not looked at."""

    price: int | None = None
    license: str | None = None


def buy_curriculum(*, actor: Actor, swarm: Swarm, listing_id: int, seen: Seen, key: str = "") -> CurriculumLicense:
    """Pay the price that was seen and get a licence and a copy; Stale when the terms are others by now."""
    require(actor, "market.trade", swarm)
    with transaction.atomic():
        listing = lock_listing(listing_id)
        done = _done_before(swarm, listing, key, How.BOUGHT)
        if done is not None:
            return done
        _still_stands(listing, seen)
        if listing.price is None:
            raise Invalid(f"{listing} is not sold for credits.", fields={"price": "Offer a trade, or clone it."})
        lock_receivers(swarm.pk)
        refuse_owned(swarm, listing.curriculum)
        take_seat(listing)
        reason = f"{listing.title}, to {swarm.name}"
        move = Move(LedgerTransfer.Kind.PURCHASE, wallet(swarm.pk), wallet(listing.swarm_id), listing.price, reason)
        post(moves=[move], actor=actor)
        return give(
            actor=actor, swarm=swarm, curriculum=listing.curriculum, license_=listing.license,
            way=Way(How.BOUGHT, listing.price, key=key),
        )  # fmt: skip


def clone_curriculum(
    *, actor: Actor, swarm: Swarm, listing_id: int, seen: Seen | None = None, key: str = ""
) -> CurriculumLicense:
    """Copy a curriculum whose seller and licence allow it; the copy keeps its origin."""
    require(actor, "market.trade", swarm)
    with transaction.atomic():
        listing = lock_listing(listing_id)
        done = _done_before(swarm, listing, key, How.CLONED)
        if done is not None:
            return done
        _still_stands(listing, Seen(license=seen.license if seen else None))
        if listing.clonable == Listing.Clonable.NOTHING or not allows_copies(listing.license):
            raise Invalid(
                f"{listing} may not be cloned.",
                hint="Buy it, or offer a trade.",
                fields={"license": f"Under {listing.license} only who buys it gets a copy."},
            )
        lock_receivers(swarm.pk)
        refuse_owned(swarm, listing.curriculum)
        take_seat(listing)
        return give(
            actor=actor, swarm=swarm, curriculum=listing.curriculum, license_=listing.license,
            way=Way(How.CLONED, key=key),
        )  # fmt: skip


def lock_listing(listing_id: int) -> Listing:
    """The listing, held until the transaction ends; NotFound when there is none."""
    rows = Listing.objects.select_for_update(no_key=True, of=("self",)).select_related("curriculum__swarm")
    listing = rows.defer("curriculum__exported_json").filter(pk=listing_id).first()
    if listing is None:
        raise NotFound(f"There is no listing {listing_id}.")
    return listing


def lock_receivers(*swarm_ids: int) -> None:
    """Let a swarm receive one thing at a time: what it has is checked, and its copies are named, without a race.

    Locks are taken in one order everywhere: offer, listings by number, swarms by number, accounts by number.
    """
    list(Swarm.objects.select_for_update(no_key=True).filter(pk__in=swarm_ids).order_by("pk").values_list("pk"))


def _still_stands(listing: Listing, seen: Seen) -> None:
    if not listing.is_open:
        raise Stale(f"{listing} is no longer on the market.", data={"is_open": False})
    now = {"price": listing.price, "license": listing.license}
    if seen.price is not None and listing.price is not None and seen.price != listing.price:
        raise Stale(
            f"The price of {listing} is now {listing.price:,} credits; you saw {seen.price:,}.",
            hint="Look at the new price and confirm it.",
            data={"current": now, "seen": {"price": seen.price}},
        )
    if seen.license is not None and seen.license != listing.license:
        raise Stale(
            f"The licence of {listing} is now {listing.license}; you saw {seen.license}.",
            hint="Look at the new licence and confirm it.",
            data={"current": now, "seen": {"license": seen.license}},
        )


def take_seat(listing: Listing) -> bool:
    """Use one of the seats of a locked listing; Invalid when none is left, False when they are not counted."""
    if listing.seats_left is None:
        return False
    if listing.seats_left == 0:
        raise Invalid(f"{listing} is sold out.", fields={"seats": "Every seat is taken."})
    Listing.objects.filter(pk=listing.pk).update(seats_left=F("seats_left") - 1)
    listing.seats_left -= 1
    return True


def free_seat(listing: Listing) -> None:
    """Give a seat back, unless the seller has stopped counting them."""
    if listing.seats_left is not None and listing.seats is not None and listing.seats_left < listing.seats:
        Listing.objects.filter(pk=listing.pk).update(seats_left=F("seats_left") + 1)
        listing.seats_left += 1


def has_curriculum(swarm: Swarm, curriculum: PromptCurriculumVault) -> bool:
    """Whether a swarm made this curriculum, or has a copy of it or a licence for it."""
    mine = PromptCurriculumVault.objects.filter(Q(pk=curriculum.pk) | Q(lineage=curriculum.lineage), swarm=swarm)
    return mine.exists() or CurriculumLicense.objects.filter(swarm=swarm, lineage=curriculum.lineage).exists()


def refuse_owned(swarm: Swarm, curriculum: PromptCurriculumVault) -> None:
    """Invalid when the swarm has it already: nobody pays twice."""
    if has_curriculum(swarm, curriculum):
        raise Invalid(f"{swarm} already has {curriculum}.", fields={"curriculum": "It is yours."})


def _done_before(swarm: Swarm, listing: Listing, key: str, how: str) -> CurriculumLicense | None:
    if len(key) > LONGEST_KEY:
        raise Invalid(f"A key has at most {LONGEST_KEY} characters.", fields={"key": "Too long."})
    done = CurriculumLicense.objects.filter(swarm=swarm, key=key).first() if key else None
    if done is not None and (done.lineage != listing.curriculum.lineage or done.how != how):
        raise Invalid("This key was used for another request.", fields={"key": "Use a new key."})
    return done


@dataclass(frozen=True)
class Way:
    """How a licence was come by."""

    how: str
    price: int = 0
    offer: BarterOffer | None = None
    key: str = ""
    by_name: str = ""


def give(
    *, actor: Actor, swarm: Swarm, curriculum: PromptCurriculumVault, license_: str, way: Way
) -> CurriculumLicense:
    """Write the licence and the copy; the caller holds the locks and has moved what was agreed."""
    copy = deliver(actor=actor, swarm=swarm, curriculum=curriculum)
    row = CurriculumLicense.objects.create(
        swarm=swarm,
        lineage=curriculum.lineage,
        curriculum=curriculum,
        copy=copy,
        title=curriculum.curriculum_title,
        seller=curriculum.swarm,
        seller_name=curriculum.swarm.name,
        license=license_,
        how=way.how,
        price=way.price,
        offer=way.offer,
        version=curriculum.version,
        key=way.key,
        taken_by_name=(way.by_name or actor_name(actor))[:200],
        updated_at=timezone.now(),
    )
    transaction.on_commit(partial(curriculum_taken.send_robust, CurriculumLicense, license_id=row.pk))
    return row
