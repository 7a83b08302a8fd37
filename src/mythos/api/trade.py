"""The market: what is listed, buying and cloning, trades, licences, and the wallet that pays."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from mythos.accounts.models import Swarm
from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.schemas import trade as shapes
from mythos.assistants.queries import get_assistant
from mythos.market.models import BarterOffer
from mythos.market.queries.listings import ListingQuery, get_listing, listing_page
from mythos.market.queries.suiting import unsuited_for
from mythos.market.queries.trades import get_license, get_trade, licenses_of, offers_of, trade_of
from mythos.market.queries.wallet import statement, wallet_summary
from mythos.market.services import bartering
from mythos.market.services.delivery import take_update
from mythos.market.services.ledger import grant_credits
from mythos.market.services.listings import Terms, close_listing, list_curriculum
from mythos.market.services.taking import Seen, buy_curriculum, clone_curriculum

router = Router(tags=["market"])


@router.get("/wallet", response=shapes.WalletOut)
def get_wallet(request: HttpRequest, swarm: str | None = None) -> Any:
    """What the swarm may spend, what is held for open trades, and what this month brought."""
    where = swarm_of(request, swarm)
    return {"swarm": where.slug, **vars(wallet_summary(actor_of(request), where))}


@router.get("/statement", response=shapes.StatementOut)
def get_statement(
    request: HttpRequest, swarm: str | None = None, account: str = "wallet", before: int | None = None
) -> Any:
    """Every posting of the wallet (or `account=held`), newest first; the changes add up to the balance."""
    return statement(actor_of(request), swarm_of(request, swarm), account, before=before)


@router.post("/grants", response={201: shapes.GrantOut})
def grant(request: HttpRequest, body: shapes.GrantIn, swarm: str | None = None) -> Any:
    """Issue credits to a swarm; administrators of this instance only."""
    done = grant_credits(actor=actor_of(request), swarm=swarm_of(request, swarm), **body.dict())
    return Status(201, done)


@router.get("/listings", response=shapes.ListingPageOut)
def list_listings(
    request: HttpRequest,
    q: str = "",
    tab: str = "all",
    sort: str = "month",
    license: str = "",
    seller: str = "",
    assistant: str = "",
    swarm: str | None = None,
    limit: int = 24,
    cursor: str = "",
) -> Any:
    """What is on the market. `tab`: all, credits, trade, free; `sort`: month, gain, rating, new, price; `assistant`:
    without what clashes with its rules, or what it is certified by."""
    actor, unsuited = actor_of(request), frozenset[int]()
    if assistant:
        unsuited = unsuited_for(get_assistant(actor, assistant, swarm_of(request, swarm))).all
    query = ListingQuery(q=q, tab=tab, sort=sort, license=license, seller=seller, after=cursor, leave_out=unsuited)
    found = listing_page(actor, query, min(max(limit, 1), 200))
    return {"items": found.rows, "next": found.next or None}


@router.post("/listings", response={201: shapes.ListingOut})
def create_listing(request: HttpRequest, body: shapes.ListingIn) -> Any:
    """Put a curriculum on the market, or change the terms it stands under."""
    terms = Terms(body.price, body.takes_barter, body.clonable, body.seats)
    actor = actor_of(request)
    return Status(201, get_listing(actor, list_curriculum(actor=actor, curriculum_id=body.curriculum, terms=terms).pk))


@router.get("/listings/{int:listing_id}", response=shapes.ListingOut)
def one_listing(request: HttpRequest, listing_id: int) -> Any:
    """One listing."""
    return get_listing(actor_of(request), listing_id)


@router.delete("/listings/{int:listing_id}", response=shapes.ListingOut)
def delete_listing(request: HttpRequest, listing_id: int) -> Any:
    """Take a curriculum off the market."""
    actor = actor_of(request)
    return get_listing(actor, close_listing(actor=actor, listing_id=listing_id).pk)


@router.post("/listings/{int:listing_id}/buy", response={201: shapes.LicenseOut})
def buy(request: HttpRequest, listing_id: int, body: shapes.BuyIn, swarm: str | None = None) -> Any:
    """Pay the price you saw and get a licence and a copy."""
    actor, seen = actor_of(request), Seen(body.price, body.license)
    where = swarm_of(request, swarm)
    done = buy_curriculum(actor=actor, swarm=where, listing_id=listing_id, seen=seen, key=body.key)
    return Status(201, get_license(actor, done.pk))


@router.post("/listings/{int:listing_id}/clone", response={201: shapes.LicenseOut})
def clone(request: HttpRequest, listing_id: int, body: shapes.CurriculumCloneIn, swarm: str | None = None) -> Any:
    """Copy a curriculum whose seller and licence allow it."""
    actor, seen = actor_of(request), Seen(license=body.license)
    where = swarm_of(request, swarm)
    done = clone_curriculum(actor=actor, swarm=where, listing_id=listing_id, seen=seen, key=body.key)
    return Status(201, get_license(actor, done.pk))


@router.post("/listings/{int:listing_id}/offers", response={201: shapes.TradeOut})
def offer(request: HttpRequest, listing_id: int, body: shapes.TradeOfferIn, swarm: str | None = None) -> Any:
    """Offer a trade; what you give is held until it is answered."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    made = bartering.offer_trade(
        actor=actor, swarm=where, listing_id=listing_id, exchange=_exchange(body), key=body.key
    )
    return Status(201, _trade(request, made, where))


@router.get("/trades", response=shapes.TradePage)
def list_trades(
    request: HttpRequest,
    swarm: str | None = None,
    is_open: bool | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Any:
    """Trades of the swarm, newest first."""
    where = swarm_of(request, swarm)
    found = page(offers_of(actor_of(request), where, is_open=is_open), limit, cursor)
    return found | {"items": [shapes.trade_out(trade_of(row, where)) for row in found["items"]]}


@router.get("/trades/{int:offer_id}", response=shapes.TradeOut)
def one_trade(request: HttpRequest, offer_id: int, swarm: str | None = None) -> Any:
    """One trade with its history."""
    return shapes.trade_out(get_trade(actor_of(request), offer_id, swarm_of(request, swarm)))


@router.post("/trades/{int:offer_id}/counter", response=shapes.TradeOut)
def counter(request: HttpRequest, offer_id: int, body: shapes.CounterIn) -> Any:
    """Answer with other terms."""
    done = bartering.counter_offer(
        actor=actor_of(request), offer_id=offer_id, number=body.number, exchange=_exchange(body)
    )
    return _trade(request, done, done.author)


@router.post("/trades/{int:offer_id}/accept", response=shapes.TradeOut)
def accept(request: HttpRequest, offer_id: int, body: shapes.AnswerIn) -> Any:
    """Take the standing terms: both sides move, or neither."""
    done = bartering.accept_offer(actor=actor_of(request), offer_id=offer_id, number=body.number)
    return _trade(request, done, None)


@router.post("/trades/{int:offer_id}/decline", response=shapes.TradeOut)
def decline(request: HttpRequest, offer_id: int, body: shapes.AnswerIn) -> Any:
    """Say no; what was held goes back."""
    done = bartering.decline_offer(actor=actor_of(request), offer_id=offer_id, number=body.number)
    return _trade(request, done, None)


@router.post("/trades/{int:offer_id}/withdraw", response=shapes.TradeOut)
def withdraw(request: HttpRequest, offer_id: int) -> Any:
    """Take your own terms back; what was held comes back."""
    done = bartering.withdraw_offer(actor=actor_of(request), offer_id=offer_id)
    return _trade(request, done, done.author)


@router.get("/licenses", response=shapes.LicensePage)
def list_licenses(request: HttpRequest, swarm: str | None = None, limit: int = 50, cursor: str | None = None) -> Any:
    """What the swarm bought, bartered or cloned."""
    return page(licenses_of(actor_of(request), swarm_of(request, swarm)), limit, cursor)


@router.post("/licenses/{int:license_id}/update", response=shapes.LicenseOut)
def update_copy(request: HttpRequest, license_id: int) -> Any:
    """Bring the copy up to what the seller exported last."""
    actor = actor_of(request)
    return get_license(actor, take_update(actor=actor, license_id=license_id).pk)


def _exchange(body: shapes.ExchangeIn) -> bartering.Exchange:
    return bartering.Exchange(
        credits_given=body.credits_given,
        credits_wanted=body.credits_wanted,
        given=tuple(body.given),
        wanted=tuple(body.wanted),
        message=body.message,
        open_for=timedelta(days=min(max(body.days, 0), 10_000)),
    )


def _trade(request: HttpRequest, offer: BarterOffer, swarm: Swarm | None) -> dict[str, Any]:
    return shapes.trade_out(get_trade(actor_of(request), offer.pk, swarm))
