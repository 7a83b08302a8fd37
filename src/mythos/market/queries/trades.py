"""Questions about trades and what they brought: offers of a swarm, its licences, newer versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.errors import NotFound
from mythos.market.models import BarterItem, BarterMove, BarterOffer, CurriculumLicense, PromptCurriculumVault


@dataclass(frozen=True)
class Trade:
    """An offer as one of its two swarms sees it."""

    offer: BarterOffer
    other: Swarm
    is_our_turn: bool
    is_ours: bool
    gives_credits: int
    gets_credits: int
    gives: list[BarterItem]
    gets: list[BarterItem]
    last: BarterMove | None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.offer.state == BarterOffer.State.OPEN

    @property
    def expires_at(self) -> datetime:
        """When it closes by itself."""
        return self.offer.expires_at


@dataclass(frozen=True)
class Said:
    """A move with what both sides were to give under its terms, in words."""

    move: BarterMove
    proposer_gives: str
    partner_gives: str


def history_of(offer: BarterOffer) -> list[Said]:
    """Every move of a trade, oldest first."""
    goods: dict[tuple[int, int], list[str]] = {}
    for number, giver, title in BarterItem.objects.filter(offer=offer).values_list("number", "giver", "title"):
        goods.setdefault((number, giver), []).append(title)
    return [
        Said(
            move,
            _in_words(move.proposer_credits, goods.get((move.number, offer.proposer_id), [])),
            _in_words(move.partner_credits, goods.get((move.number, offer.partner_id), [])),
        )
        for move in offer.moves.all()
    ]


def _in_words(credits: int, titles: list[str]) -> str:
    return " and ".join(([f"{credits:,} credits"] if credits else []) + titles)


def offers_of(actor: Actor, swarm: Swarm, *, is_open: bool | None = None) -> QuerySet[BarterOffer]:
    """Offers a swarm made or got, newest first."""
    rows = BarterOffer.objects.filter(Q(proposer=swarm) | Q(partner=swarm), Q(_mine(actor)))
    if is_open is not None:
        state = Q(state=BarterOffer.State.OPEN)
        rows = rows.filter(state if is_open else ~state)
    items = Prefetch("items", BarterItem.objects.filter(number=F("offer__number")).order_by("id"))
    moves = Prefetch("moves", BarterMove.objects.select_related("swarm").order_by("id"))
    rows = rows.select_related("proposer", "partner", "author", "listing")
    return rows.prefetch_related(items, moves).order_by("-id")


def open_trades(actor: Actor, swarm: Swarm, most: int = 5) -> list[Trade]:
    """What is open, what waits for the swarm's own answer first."""
    found = [trade_of(row, swarm) for row in offers_of(actor, swarm, is_open=True)[:200]]
    return sorted(found, key=lambda trade: (not trade.is_our_turn, trade.expires_at))[:most]


def open_trade_count(actor: Actor, swarm: Swarm) -> int:
    """How many trades are open."""
    return offers_of(actor, swarm, is_open=True).count()


def get_trade(actor: Actor, offer_id: int, swarm: Swarm | None = None) -> Trade:
    """One trade, seen from the swarm given, else from that of the actor; NotFound for others."""
    mine = swarms_of(actor)
    mine = mine.filter(pk=swarm.pk) if swarm else mine
    for side in mine.filter(Q(offers_made=offer_id) | Q(offers_received=offer_id)).order_by("id"):
        row = offers_of(actor, side).filter(pk=offer_id).first()
        if row is not None:
            return trade_of(row, side)
    raise NotFound(f"There is no trade {offer_id}.")


def trade_of(offer: BarterOffer, swarm: Swarm) -> Trade:
    """An offer from one side; items and moves have been fetched."""
    is_ours = offer.proposer_id == swarm.pk
    items, moves = list(offer.items.all()), list(offer.moves.all())
    ours, theirs = (
        (offer.proposer_credits, offer.partner_credits) if is_ours else (offer.partner_credits, offer.proposer_credits)
    )
    return Trade(
        offer=offer,
        other=offer.partner if is_ours else offer.proposer,
        is_our_turn=offer.state == BarterOffer.State.OPEN and offer.author_id != swarm.pk,
        is_ours=is_ours,
        gives_credits=ours,
        gets_credits=theirs,
        gives=[item for item in items if item.giver_id == swarm.pk],
        gets=[item for item in items if item.giver_id != swarm.pk],
        last=moves[-1] if moves else None,
    )


def licenses_of(actor: Actor, swarm: Swarm | None = None) -> QuerySet[CurriculumLicense]:
    """What the actor's swarms bought, bartered or cloned."""
    rows = CurriculumLicense.objects.filter(swarm__in=swarms_of(actor))
    rows = rows.filter(swarm=swarm) if swarm else rows
    return rows.select_related("swarm", "seller", "copy", "curriculum").defer(
        "copy__exported_json", "curriculum__exported_json"
    )


def get_license(actor: Actor, license_id: int) -> CurriculumLicense:
    """One licence, or NotFound."""
    row = licenses_of(actor).filter(pk=license_id).first()
    if row is None:
        raise NotFound(f"There is no licence {license_id} of yours.")
    return row


def updates_for(actor: Actor, swarm: Swarm) -> QuerySet[CurriculumLicense]:
    """Licences whose seller has exported another version since."""
    rows = licenses_of(actor, swarm).filter(curriculum__isnull=False)
    return rows.exclude(curriculum__version=F("version"))


def tradable(actor: Actor, swarm: Swarm) -> QuerySet[PromptCurriculumVault]:
    """Curricula a swarm could list or put on the table: exported ones of its own."""
    rows = PromptCurriculumVault.objects.filter(swarm=swarm, swarm__in=swarms_of(actor)).exclude(version="")
    return rows.select_related("listing").defer("exported_json").order_by("curriculum_title", "id")


def _mine(actor: Actor) -> Q:
    mine = swarms_of(actor)
    return Q(proposer__in=mine) | Q(partner__in=mine)
