"""What an offer does to wallets and seats: hold, give back, settle. The caller holds the offer's row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction

from mythos.accounts.actors import Actor, actor_name
from mythos.errors import Invalid
from mythos.market.models import (
    BarterItem,
    BarterMove,
    BarterOffer,
    CurriculumLicense,
    LedgerTransfer,
    Listing,
)
from mythos.market.services.goods import items_of
from mythos.market.services.ledger import Move, held, post, wallet
from mythos.market.services.taking import Way, free_seat, give, lock_receivers, refuse_owned, take_seat
from mythos.market.signals import offer_moved

Kind = LedgerTransfer.Kind


def hold(offer: BarterOffer, items: Sequence[BarterItem]) -> list[Move]:
    """Take the seats of what the author gives; the move that holds its credits."""
    mine = [item for item in items if item.giver_id == offer.author_id]
    listings = lock_listings(item.curriculum_id for item in mine)
    for item in mine:
        listing = listings.get(item.curriculum_id or 0)
        if listing is not None and take_seat(listing):
            item.holds_seat = True
            item.save(update_fields=["holds_seat"])
    author, reason = offer.author_id, f"Held for trade {offer.pk}"
    return [Move(Kind.HOLD, wallet(author), held(author), offer.credits_of(author), reason)]


def release(offer: BarterOffer) -> list[Move]:
    """Free the seats that were held; the move that gives the author's credits back."""
    kept = [item for item in items_of(offer) if item.holds_seat]
    listings = lock_listings(item.curriculum_id for item in kept)
    for item in kept:
        listing = listings.get(item.curriculum_id or 0)
        if listing is not None:
            free_seat(listing)
        item.holds_seat = False
        item.save(update_fields=["holds_seat"])
    author, reason = offer.author_id, f"Given back from trade {offer.pk}"
    return [Move(Kind.RELEASE, held(author), wallet(author), offer.credits_of(author), reason)]


def settle(actor: Actor, offer: BarterOffer) -> None:
    """Both sides get what was agreed, in one transaction."""
    items = items_of(offer)
    if any(item.curriculum is None for item in items):
        raise Invalid("Something on the table is no longer there.", fields={"items": "A curriculum was removed."})
    listings = lock_listings([item.curriculum_id for item in items])
    lock_receivers(offer.proposer_id, offer.partner_id)
    receivers = {item.pk: offer.partner if item.giver_id == offer.proposer_id else offer.proposer for item in items}
    for item in items:
        listing = listings.get(item.curriculum_id or 0)
        if listing is not None and not item.holds_seat:
            take_seat(listing)
        if item.curriculum is not None:
            refuse_owned(receivers[item.pk], item.curriculum)
    author, taker = offer.author_id, offer.other(offer.author_id)
    reason = f"Trade {offer.pk}: {', '.join(item.title for item in items)}"
    moves = [
        Move(Kind.BARTER, held(author), wallet(taker), offer.credits_of(author), reason),
        Move(Kind.BARTER, wallet(taker), wallet(author), offer.credits_of(taker), reason),
    ]
    post(moves=moves, actor=actor)
    offered_by = offer.moves.filter(number=offer.number).values_list("made_by_name", flat=True).first() or ""
    for item in items:
        if item.curriculum is not None:
            by_name = offered_by if item.giver_id != author else ""
            way = Way(CurriculumLicense.How.BARTERED, offer=offer, by_name=by_name)
            give(
                actor=actor, swarm=receivers[item.pk], curriculum=item.curriculum,
                license_=item.curriculum.license, way=way,
            )  # fmt: skip


def record(actor: Actor, offer: BarterOffer, verb: str) -> None:
    """Write the move down, and announce it after commit."""
    by_author = verb in (BarterMove.Verb.OFFER, BarterMove.Verb.COUNTER, BarterMove.Verb.WITHDRAW)
    swarm_id = offer.author_id if by_author else offer.other(offer.author_id)
    move = BarterMove.objects.create(
        offer=offer,
        number=offer.number,
        verb=verb,
        swarm_id=None if verb == BarterMove.Verb.EXPIRE else swarm_id,
        proposer_credits=offer.proposer_credits,
        partner_credits=offer.partner_credits,
        message=offer.message if verb in (BarterMove.Verb.OFFER, BarterMove.Verb.COUNTER) else "",
        made_by_name=actor_name(actor)[:200],
    )
    transaction.on_commit(partial(offer_moved.send_robust, BarterMove, move_id=move.pk))


def lock_listings(curriculum_ids: Iterable[int | None]) -> dict[int, Listing]:
    """The listings of these curricula by curriculum, locked by number."""
    wanted = {pk for pk in curriculum_ids if pk}
    rows = Listing.objects.select_for_update(no_key=True).filter(curriculum__in=wanted).order_by("pk")
    return {row.curriculum_id: row for row in rows}
