"""Shapes of the market: listings, trades, licences, wallets."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body
from mythos.market.models import BarterItem, CurriculumLicense, Listing
from mythos.market.queries.trades import Trade


class WalletOut(Schema):
    swarm: str
    balance: int = Field(description="What may be spent.")
    held: int = Field(description="Held for open trades.")
    earned: int = Field(description="By selling and trading since the first of the month.")
    spent: int


class LineOut(Schema):
    id: int
    at: datetime
    kind: str = Field(description="grant, purchase, hold, release or barter.")
    change: int
    balance: int = Field(description="Of the account, afterwards.")
    other: str = Field(description="Where the credits came from or went to.")
    reason: str
    made_by_name: str


class StatementOut(Schema):
    account: str
    balance: int
    lines: list[LineOut]
    next: int | None = Field(None, description="Pass as `before` for older lines.")


class GrantIn(Body):
    amount: int
    reason: str
    key: str = Field("", description="The same key grants once.")


class GrantOut(Schema):
    id: int
    amount: int
    reason: str
    target_balance: int
    created_at: datetime


class ListingOut(Schema):
    id: int
    curriculum: int
    title: str
    description: str
    seller: str
    version: str
    price: int | None = Field(description="In credits; null: not for credits.")
    takes_barter: bool
    clonable: str = Field(description="nothing, or practice: parts with their practice cases.")
    license: str = Field(description="An SPDX expression.")
    seats: int | None
    seats_left: int | None
    is_open: bool
    adopters: int
    adopters_month: int
    gain: float
    rating: float
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_curriculum(listing: Listing) -> int:
        return listing.curriculum_id

    @staticmethod
    def resolve_description(listing: Listing) -> str:
        return listing.curriculum.description

    @staticmethod
    def resolve_version(listing: Listing) -> str:
        return listing.curriculum.version

    @staticmethod
    def resolve_seller(listing: Listing) -> str:
        return listing.swarm.slug


class ListingPageOut(Schema):
    items: list[ListingOut]
    next: str | None = Field(None, description="Pass as `cursor` for the next page.")


class ListingIn(Body):
    curriculum: int
    price: int | None = Field(None, description="In credits; leave it out to take none.")
    takes_barter: bool = False
    clonable: str = Listing.Clonable.NOTHING
    seats: int | None = Field(None, description="How many may ever get it; leave it out for any number.")


class BuyIn(Body):
    price: int = Field(description="The price you saw; 409 with both when it is another by now.")
    license: str | None = Field(None, description="The licence you saw.")
    key: str = Field("", description="The same key buys once.")


class CurriculumCloneIn(Body):
    license: str | None = Field(None, description="The licence you saw.")
    key: str = Field("", description="The same key clones once.")


class LicenseOut(Schema):
    id: int
    title: str
    seller_name: str
    license: str = Field(description="An SPDX expression.")
    how: str = Field(description="bought, bartered or cloned.")
    price: int
    version: str = Field(description="Of the copy.")
    newest: str = Field(description="What the seller exported last.")
    curriculum: int | None = Field(description="The copy in your swarm.")
    trade: int | None
    taken_by_name: str
    created_at: datetime

    @staticmethod
    def resolve_newest(row: CurriculumLicense) -> str:
        return row.curriculum.version if row.curriculum else row.version

    @staticmethod
    def resolve_curriculum(row: CurriculumLicense) -> int | None:
        return row.copy_id

    @staticmethod
    def resolve_trade(row: CurriculumLicense) -> int | None:
        return row.offer_id


class LicensePage(Schema):
    items: list[LicenseOut]
    next: str | None = None


class ExchangeIn(Body):
    credits_given: int = 0
    credits_wanted: int = 0
    given: list[int] = Field([], description="Curricula of yours, by number.")
    wanted: list[int] = Field([], description="Further curricula of theirs.")
    message: str = ""
    days: int = Field(3, description="How long it stays open, 1 to 30.")


class TradeOfferIn(ExchangeIn):
    key: str = Field("", description="The same key offers once.")


class CounterIn(ExchangeIn):
    number: int = Field(description="Of the terms you answer; 409 when others stand by now.")


class AnswerIn(Body):
    number: int = Field(description="Of the terms you answer; 409 when others stand by now.")


class GoodOut(Schema):
    curriculum: int | None
    title: str


class TradeOut(Schema):
    id: int
    other: str = Field(description="The swarm across.")
    state: str
    number: int = Field(description="Of the standing terms.")
    is_our_turn: bool
    gives_credits: int
    gets_credits: int
    gives: list[GoodOut]
    gets: list[GoodOut]
    message: str
    expires_at: datetime
    moves: list[dict[str, Any]]


class TradePage(Schema):
    items: list[TradeOut]
    next: str | None = None


def trade_out(trade: Trade) -> dict[str, Any]:
    """A trade as its reader's swarm sees it."""
    offer = trade.offer
    return {
        "id": offer.pk,
        "other": trade.other.slug,
        "state": offer.state,
        "number": offer.number,
        "is_our_turn": trade.is_our_turn,
        "gives_credits": trade.gives_credits,
        "gets_credits": trade.gets_credits,
        "gives": [_good(item) for item in trade.gives],
        "gets": [_good(item) for item in trade.gets],
        "message": offer.message,
        "expires_at": offer.expires_at,
        "moves": [
            {
                "verb": move.verb,
                "swarm": move.swarm.slug if move.swarm else None,
                "number": move.number,
                "message": move.message,
                "at": move.created_at,
            }
            for move in offer.moves.all()
        ],
    }


def _good(item: BarterItem) -> dict[str, Any]:
    return {"curriculum": item.curriculum_id, "title": item.title}
