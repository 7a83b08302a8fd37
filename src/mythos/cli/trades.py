"""`mythos trade`: offer, counter, accept, decline, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.errors import Invalid, NotFound
from mythos.market.models import PromptCurriculumVault
from mythos.market.queries.listings import get_listing
from mythos.market.queries.trades import Trade, get_trade, offers_of, trade_of
from mythos.market.services import bartering

Command = Callable[..., Any]


def exchange_options(command: Command) -> Command:
    """What both sides give."""
    for option in reversed(
        [
            click.option("--give-credits", type=int, default=0),
            click.option("--want-credits", type=int, default=0),
            click.option("--give", multiple=True, help="A curriculum of yours, by slug; may be given several times."),
            click.option("--want", multiple=True, help="A curriculum of theirs, by slug; may be given several times."),
            click.option("--message", default=""),
            click.option("--days", type=int, default=3, show_default=True, help="How long it stays open."),
        ]
    ):
        command = option(command)
    return command


@click.group("trade")
def group() -> None:
    """Trades with other swarms: credits, curricula or both, on both sides."""


@group.command("list")
@click.option("--all", "with_closed", is_flag=True, help="Closed ones too.")
@swarm_option
@json_option
def list_trades(with_closed: bool, swarm_slug: str, as_json: bool) -> int:
    """Trades of the swarm, newest first."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    rows = offers_of(SYSTEM, swarm, is_open=None if with_closed else True)[:200]
    _say([trade_of(row, swarm) for row in rows], as_json)
    return 0


@group.command("offer")
@click.argument("listing", type=int)
@exchange_options
@click.option("--key", default="", help="The same key is done once.")
@swarm_option
@json_option
def offer(listing: int, key: str, swarm_slug: str, as_json: bool, **terms: Any) -> int:
    """Offer a trade for LISTING; what you give is held until it is answered."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    exchange = _exchange(swarm, get_listing(SYSTEM, listing).swarm, terms)
    made = bartering.offer_trade(actor=SYSTEM, swarm=swarm, listing_id=listing, exchange=exchange, key=key)
    _say([get_trade(SYSTEM, made.pk, swarm)], as_json)
    return 0


@group.command("counter")
@click.argument("trade", type=int)
@click.option("--number", type=int, required=True, help="Of the terms you answer.")
@exchange_options
@swarm_option
@json_option
def counter(trade: int, number: int, swarm_slug: str, as_json: bool, **terms: Any) -> int:
    """Answer TRADE with other terms."""
    prepare()
    seen = _in_turn(trade, swarm_slug)
    exchange = _exchange(chosen_swarm(swarm_slug), seen.other, terms)
    bartering.counter_offer(actor=SYSTEM, offer_id=trade, number=number, exchange=exchange)
    _say([get_trade(SYSTEM, trade, chosen_swarm(swarm_slug))], as_json)
    return 0


@group.command("accept")
@click.argument("trade", type=int)
@click.option("--number", type=int, required=True, help="Of the terms you accept.")
@swarm_option
@json_option
def accept(trade: int, number: int, swarm_slug: str, as_json: bool) -> int:
    """Take the standing terms of TRADE: both sides move, or neither."""
    prepare()
    _in_turn(trade, swarm_slug)
    bartering.accept_offer(actor=SYSTEM, offer_id=trade, number=number)
    _say([get_trade(SYSTEM, trade, chosen_swarm(swarm_slug))], as_json)
    return 0


@group.command("decline")
@click.argument("trade", type=int)
@click.option("--number", type=int, required=True, help="Of the terms you decline.")
@swarm_option
@json_option
def decline(trade: int, number: int, swarm_slug: str, as_json: bool) -> int:
    """Say no to TRADE; what was held goes back."""
    prepare()
    _in_turn(trade, swarm_slug)
    bartering.decline_offer(actor=SYSTEM, offer_id=trade, number=number)
    _say([get_trade(SYSTEM, trade, chosen_swarm(swarm_slug))], as_json)
    return 0


@group.command("withdraw")
@click.argument("trade", type=int)
@swarm_option
@json_option
def withdraw(trade: int, swarm_slug: str, as_json: bool) -> int:
    """Take the swarm's own terms of TRADE back; what was held comes back."""
    prepare()
    seen = get_trade(SYSTEM, trade, chosen_swarm(swarm_slug))
    if seen.is_our_turn:
        raise Invalid("The terms are the other side's.", hint="Decline them.")
    bartering.withdraw_offer(actor=SYSTEM, offer_id=trade)
    _say([get_trade(SYSTEM, trade, chosen_swarm(swarm_slug))], as_json)
    return 0


def _in_turn(trade: int, swarm_slug: str) -> Trade:
    """The trade, when it is for the chosen swarm to answer: the machine may act for everybody, but asks for whom."""
    seen = get_trade(SYSTEM, trade, chosen_swarm(swarm_slug))
    if seen.is_open and not seen.is_our_turn:
        raise Invalid("It is the other side's turn.", hint="Wait, or withdraw the offer.")
    return seen


def _exchange(swarm: Swarm, other: Swarm, terms: dict[str, Any]) -> bartering.Exchange:
    return bartering.Exchange(
        credits_given=terms["give_credits"],
        credits_wanted=terms["want_credits"],
        given=_curricula(swarm, terms["give"]),
        wanted=_curricula(other, terms["want"]),
        message=terms["message"],
        open_for=timedelta(days=min(max(terms["days"], 0), 10_000)),
    )


def _curricula(swarm: Swarm, slugs: tuple[str, ...]) -> tuple[int, ...]:
    rows = dict(PromptCurriculumVault.objects.filter(swarm=swarm, slug__in=slugs).values_list("slug", "pk"))
    missing = [slug for slug in slugs if slug not in rows]
    if missing:
        raise NotFound(f"{swarm} has no curriculum {missing[0]!r}.", fields={"curriculum": "Unknown."})
    return tuple(rows[slug] for slug in slugs)


def _say(trades: list[Trade], as_json: bool) -> None:
    if as_json:
        print_json([_data(trade) for trade in trades])
        return
    for trade in trades:
        turn = "your turn" if trade.is_our_turn else f"waits for {trade.other}" if trade.is_open else trade.offer.state
        click.echo(f"{trade.offer.pk:>6}  {side(trade, ours=True)} for {side(trade, ours=False)}")
        click.echo(f"        with {trade.other}, terms {trade.offer.number}: {turn}")


def side(trade: Trade, *, ours: bool) -> str:
    """What one side gives, in words."""
    amount = trade.gives_credits if ours else trade.gets_credits
    goods = [item.title for item in (trade.gives if ours else trade.gets)]
    return " + ".join(([f"{amount:,} credits"] if amount else []) + goods)


def _data(trade: Trade) -> dict[str, Any]:
    offer = trade.offer
    return {
        "id": offer.pk, "other": trade.other.slug, "state": offer.state, "number": offer.number,
        "is_our_turn": trade.is_our_turn, "gives": side(trade, ours=True), "gets": side(trade, ours=False),
        "expires_at": offer.expires_at,
    }  # fmt: skip
