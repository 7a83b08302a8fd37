"""Putting a curriculum on the market, changing its terms, taking it off."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name
from mythos.accounts.permissions import require
from mythos.accounts.queries import swarms_of
from mythos.errors import Invalid, NotFound
from mythos.market.licensing import allows_copies, allows_selling_on
from mythos.market.models import Listing, PromptCurriculumVault
from mythos.market.services.ledger import MOST_CREDITS
from mythos.market.signals import listing_changed

MOST_SEATS = 1_000_000


@dataclass(frozen=True)
class Terms:
    """How a curriculum may be had; seats counts everybody who ever gets it."""

    price: int | None = None
    takes_barter: bool = False
    clonable: str = Listing.Clonable.NOTHING
    seats: int | None = None


def list_curriculum(*, actor: Actor, curriculum_id: int, terms: Terms) -> Listing:
    """Put a curriculum on the market under these terms, or change the terms it stands under."""
    curriculum = _own(actor, curriculum_id)
    require(actor, "market.publish", curriculum)
    fields = problems_of(curriculum, terms)
    if fields:
        raise Invalid("The curriculum cannot be listed.", fields=fields)
    with transaction.atomic():
        PromptCurriculumVault.objects.select_for_update(no_key=True).get(pk=curriculum.pk)
        listing = Listing.objects.select_for_update(no_key=True).filter(curriculum=curriculum).first()
        verb = "changed" if listing and listing.is_open else "opened"
        if listing is None:
            listing = Listing(curriculum=curriculum, swarm=curriculum.swarm, listed_by_name=actor_name(actor)[:200])
        _set(listing, terms)
        _describe(listing, curriculum)
        listing.save()
        transaction.on_commit(partial(listing_changed.send_robust, Listing, listing_id=listing.pk, verb=verb))
    return listing


def close_listing(*, actor: Actor, listing_id: int) -> Listing:
    """Take a curriculum off the market; open trades about it stay open until they are answered."""
    found = Listing.objects.filter(swarm__in=swarms_of(actor), pk=listing_id).first()
    if found is None:
        raise NotFound(f"There is no listing {listing_id} of yours.")
    require(actor, "market.publish", found)
    with transaction.atomic():
        closed = Listing.objects.filter(pk=found.pk, is_open=True).update(is_open=False, updated_at=timezone.now())
        if closed:
            transaction.on_commit(partial(listing_changed.send_robust, Listing, listing_id=found.pk, verb="closed"))
    found.refresh_from_db()
    return found


def problems_of(curriculum: PromptCurriculumVault, terms: Terms) -> dict[str, str]:
    """Field -> why these terms cannot stand."""
    fields: dict[str, str] = {}
    if not curriculum.version:
        fields["curriculum"] = "Export it first: buyers get the last export."
    if terms.price is not None and not 0 < terms.price <= MOST_CREDITS:
        fields["price"] = f"A whole number from 1 to {MOST_CREDITS:,}; leave it empty to take no credits."
    if terms.clonable not in Listing.Clonable.values:
        fields["clonable"] = f"One of {', '.join(Listing.Clonable.values)}."
    elif terms.clonable != Listing.Clonable.NOTHING and not allows_copies(curriculum.license):
        fields["clonable"] = f"The licence {curriculum.license} does not let others copy and change it."
    if terms.seats is not None and not 0 < terms.seats <= MOST_SEATS:
        fields["seats"] = f"A whole number from 1 to {MOST_SEATS:,}; leave it empty for any number."
    if terms.price is None and not terms.takes_barter and terms.clonable == Listing.Clonable.NOTHING:
        fields["price"] = "Give a price, take trades, or let it be cloned."
    is_copy = bool(curriculum.cloned_from_id or curriculum.origin)
    if is_copy and not allows_selling_on(curriculum.license):
        fields["curriculum"] = f"It is a copy, and its licence {curriculum.license} does not let you trade it on."
    return fields


def _own(actor: Actor, curriculum_id: int) -> PromptCurriculumVault:
    rows = PromptCurriculumVault.objects.filter(swarm__in=swarms_of(actor), pk=curriculum_id)
    found = rows.select_related("swarm").first()
    if found is None:
        raise NotFound(f"There is no curriculum {curriculum_id} of yours.", fields={"curriculum": "Unknown."})
    return found


def _set(listing: Listing, terms: Terms) -> None:
    """New terms; seats that were taken stay taken."""
    taken = (listing.seats or 0) - (listing.seats_left or 0)
    if terms.seats is not None and terms.seats < taken:
        raise Invalid("The curriculum cannot be listed.", fields={"seats": f"{taken} are taken already."})
    listing.price, listing.takes_barter, listing.clonable = terms.price, terms.takes_barter, terms.clonable
    listing.seats = terms.seats
    listing.seats_left = None if terms.seats is None else terms.seats - taken
    listing.is_open = True
    listing.updated_at = timezone.now()


def _describe(listing: Listing, curriculum: PromptCurriculumVault) -> None:
    """Repeat on the listing what cards show and the search looks through."""
    listing.license = curriculum.license
    listing.title = curriculum.curriculum_title
    tags = list(curriculum.ritual_tags.values_list("tag_name", flat=True))
    words = [curriculum.curriculum_title, curriculum.description, *tags, curriculum.swarm.name]
    listing.words = " ".join(" ".join(words).lower().split())
    figures = getattr(curriculum, "figures", None)
    if figures is not None:
        listing.adopters, listing.adopters_month = figures.adopters, figures.adopters_month
        listing.gain, listing.rating = figures.gain or 0.0, figures.rating or 0.0


def refresh_cards(curriculum_ids: list[int]) -> None:
    """Bring the listings of these curricula up to date with what was measured and how they are described."""
    rows = Listing.objects.filter(curriculum__in=curriculum_ids)
    for listing in rows.select_related("curriculum__figures", "curriculum__swarm"):
        spdx = listing.license
        _describe(listing, listing.curriculum)
        listing.license = spdx  # terms change only when the seller sets them
        listing.save(update_fields=["title", "words", "adopters", "adopters_month", "gain", "rating"])
