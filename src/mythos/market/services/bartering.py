"""Trading: offer, counter, accept, decline, withdraw, expire. What an author gives is held until it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from mythos.accounts.actors import SYSTEM, Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.accounts.queries import swarms_of
from mythos.errors import Invalid, NotFound, Stale
from mythos.market.models import BarterMove, BarterOffer, Listing
from mythos.market.services.goods import Side, checked_side, items_of, put_on_table
from mythos.market.services.ledger import LONGEST_KEY, Move, post
from mythos.market.services.settling import hold, lock_listings, record, release, settle
from mythos.work.services import bring_forward, enqueue

EXPIRE_JOB = "market.expire"
OPEN_FOR = timedelta(days=3)
LONGEST_OPEN = timedelta(days=30)
Verb, State = BarterMove.Verb, BarterOffer.State


@dataclass(frozen=True)
class Exchange:
    """What both sides give: credits, and curricula by number."""

    credits_given: int = 0
    credits_wanted: int = 0
    given: tuple[int, ...] = ()
    wanted: tuple[int, ...] = ()
    message: str = ""
    open_for: timedelta = OPEN_FOR


def offer_trade(*, actor: Actor, swarm: Swarm, listing_id: int, exchange: Exchange, key: str = "") -> BarterOffer:
    """Offer credits, curricula or both for a listed curriculum; what is offered is held while the offer is open."""
    require(actor, "market.trade", swarm)
    _refuse_long(exchange, key)
    try:
        return _offer(actor, swarm, listing_id, exchange, key)
    except IntegrityError:
        done = BarterOffer.objects.filter(proposer=swarm, key=key).first() if key else None
        if done is None:
            raise
        return done  # the same request came twice at the same time


def _offer(actor: Actor, swarm: Swarm, listing_id: int, exchange: Exchange, key: str) -> BarterOffer:
    listing = Listing.objects.filter(pk=listing_id).select_related("swarm").first()
    if listing is None:
        raise NotFound(f"There is no listing {listing_id}.")
    with transaction.atomic():
        done = BarterOffer.objects.filter(proposer=swarm, key=key).first() if key else None
        if done is not None:
            return done
        if listing.swarm_id == swarm.pk:
            raise Invalid("It is yours already.", fields={"listing": "A trade takes two swarms."})
        wanted = tuple(dict.fromkeys((listing.curriculum_id, *exchange.wanted)))
        offer = BarterOffer(
            proposer=swarm, partner=listing.swarm, listing=listing, author=swarm, key=key, expires_at=timezone.now()
        )
        ours = checked_side(offer, swarm, exchange.credits_given, exchange.given, is_author=True)
        theirs = checked_side(offer, listing.swarm, exchange.credits_wanted, wanted, is_author=False)
        _stand(actor, offer, ours, theirs, exchange, Verb.OFFER)
    return offer


def counter_offer(*, actor: Actor, offer_id: int, number: int, exchange: Exchange) -> BarterOffer:
    """Answer with other terms: what the other side held goes back, what this side gives is held."""
    with transaction.atomic():
        offer, swarm = _to_answer(actor, offer_id, number)
        _refuse_long(exchange, "")
        # All listings at once, in their order: two counter-offers about the same seats wait, and never in a circle.
        lock_listings([*(item.curriculum_id for item in items_of(offer)), *exchange.given])
        back = release(offer)
        other = offer.proposer if swarm.pk == offer.partner_id else offer.partner
        ours = checked_side(offer, swarm, exchange.credits_given, exchange.given, is_author=True)
        theirs = checked_side(offer, other, exchange.credits_wanted, exchange.wanted, is_author=False)
        offer.author, offer.number = swarm, offer.number + 1
        _stand(actor, offer, ours, theirs, exchange, Verb.COUNTER, back)
    return offer


def accept_offer(*, actor: Actor, offer_id: int, number: int) -> BarterOffer:
    """Take the terms with this number: both sides move, or neither; Stale when other terms stand by now."""
    with transaction.atomic():
        offer, _ = _to_answer(actor, offer_id, number)
        settle(actor, offer)
        _close(actor, offer, State.ACCEPTED, Verb.ACCEPT)
    return offer


def decline_offer(*, actor: Actor, offer_id: int, number: int) -> BarterOffer:
    """Say no; what was held goes back."""
    with transaction.atomic():
        offer, _ = _to_answer(actor, offer_id, number)
        post(moves=release(offer), actor=actor)
        _close(actor, offer, State.DECLINED, Verb.DECLINE)
    return offer


def withdraw_offer(*, actor: Actor, offer_id: int) -> BarterOffer:
    """Take one's own terms back; what was held comes back."""
    with transaction.atomic():
        offer = _locked(actor, offer_id)
        require(actor, "market.trade", offer.author)
        _refuse_closed(offer)
        post(moves=release(offer), actor=actor)
        _close(actor, offer, State.WITHDRAWN, Verb.WITHDRAW)
    return offer


def expire_offer(*, offer_id: int, now: datetime | None = None) -> bool:
    """Close an offer nobody answered in time; whether it was closed. One whose time has not come is looked at again."""
    now = now or timezone.now()
    with transaction.atomic():
        offer = _locked(SYSTEM, offer_id)
        if offer.state != State.OPEN:
            return False
        if offer.expires_at > now:
            _watch(offer)
            return False
        post(moves=release(offer), actor=SYSTEM)
        _close(SYSTEM, offer, State.EXPIRED, Verb.EXPIRE)
    return True


def _locked(actor: Actor, offer_id: int) -> BarterOffer:
    """The offer, held until the transaction ends; NotFound for a swarm that has no part in it."""
    rows = BarterOffer.objects.select_for_update(no_key=True, of=("self",)).filter(pk=offer_id)
    offer = rows.select_related("proposer", "partner", "author").first()
    mine = swarms_of(actor)
    if offer is None or not mine.filter(pk__in=(offer.proposer_id, offer.partner_id)).exists():
        raise NotFound(f"There is no trade {offer_id}.")
    return offer


def _to_answer(actor: Actor, offer_id: int, number: int) -> tuple[BarterOffer, Swarm]:
    """An open offer with these terms, and the swarm whose turn it is."""
    offer = _locked(actor, offer_id)
    turn = offer.proposer if offer.author_id == offer.partner_id else offer.partner
    if not swarms_of(actor).filter(pk=turn.pk).exists():
        raise Invalid("It is the other side's turn.", hint="Wait for the answer, or withdraw the offer.")
    require(actor, "market.trade", turn)
    _refuse_closed(offer)
    if offer.number != number:
        raise Stale(
            "The other side has changed the terms.",
            hint="Look at the new terms.",
            data={"current": {"number": offer.number}, "seen": {"number": number}},
        )
    if offer.expires_at <= timezone.now():
        raise Stale("The offer has run out.", hint="Make a new one.", data={"expires_at": str(offer.expires_at)})
    return offer, turn


def _refuse_closed(offer: BarterOffer) -> None:
    if offer.state != State.OPEN:
        raise Stale(f"This trade is {offer.get_state_display()}.", data={"state": offer.state})


def _refuse_long(exchange: Exchange, key: str) -> None:
    fields = {}
    if not timedelta(0) < exchange.open_for <= LONGEST_OPEN:
        fields["days"] = f"1 to {LONGEST_OPEN.days} days."
    if len(exchange.message) > 500:
        fields["message"] = "At most 500 characters."
    if len(key) > LONGEST_KEY:
        fields["key"] = f"At most {LONGEST_KEY} characters."
    if fields:
        raise Invalid("The offer cannot be made.", fields=fields)


def _stand(
    actor: Actor,
    offer: BarterOffer,
    ours: Side,
    theirs: Side,
    exchange: Exchange,
    verb: str,
    before: Sequence[Move] = (),
) -> None:
    """Write terms: what both sides give, and hold what their author gives."""
    if ours.is_empty or theirs.is_empty:
        raise Invalid("A trade needs something from both sides.", fields={"given": "Give credits or a curriculum."})
    mine = offer.author_id == offer.proposer_id
    offer.proposer_credits, offer.partner_credits = (
        (ours.credits, theirs.credits) if mine else (theirs.credits, ours.credits)
    )
    offer.message = exchange.message.strip()
    offer.expires_at = timezone.now() + exchange.open_for
    offer.updated_at = timezone.now()
    offer.save()
    put_on_table(offer, [ours, theirs])
    post(moves=[*before, *hold(offer, items_of(offer))], actor=actor)
    record(actor, offer, verb)
    _watch(offer)


def _watch(offer: BarterOffer) -> None:
    """Have a job close the offer when its time has come; one that waits for longer is told to look now."""
    job = enqueue(
        kind=EXPIRE_JOB,
        key=str(offer.pk),
        payload={"offer_id": offer.pk},
        swarm_id=offer.partner_id,
        not_before=offer.expires_at,
    )
    if job.not_before > offer.expires_at:
        bring_forward(kind=EXPIRE_JOB, key=str(offer.pk))


def _close(actor: Actor, offer: BarterOffer, state: str, verb: str) -> None:
    offer.state, offer.updated_at = state, timezone.now()
    offer.save(update_fields=["state", "updated_at"])
    record(actor, offer, verb)
