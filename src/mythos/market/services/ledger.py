"""The one way credits move: between two accounts, all of a request or nothing, each account locked in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction

from mythos.accounts.actors import Actor, System, actor_name, person
from mythos.accounts.models import ApiToken, Swarm, User
from mythos.accounts.permissions import require
from mythos.errors import Denied, Invalid
from mythos.market.models import LedgerAccount, LedgerTransfer
from mythos.market.signals import credits_granted

Kind = LedgerTransfer.Kind
MOST_CREDITS = 1_000_000_000_000
LONGEST_KEY = 200
LONGEST_REASON = 300


@dataclass(frozen=True)
class Place:
    """An account by whose it is and its kind; the issuance account is nobody's."""

    swarm_id: int | None
    kind: str


@dataclass(frozen=True)
class Move:
    """Credits from one account to another."""

    kind: str
    source: Place
    target: Place
    amount: int
    reason: str


def wallet(swarm_id: int) -> Place:
    """What a swarm may spend."""
    return Place(swarm_id, LedgerAccount.Kind.WALLET)


def held(swarm_id: int) -> Place:
    """What a swarm holds for open trades."""
    return Place(swarm_id, LedgerAccount.Kind.HELD)


ISSUANCE = Place(None, LedgerAccount.Kind.ISSUANCE)


def post(*, moves: Sequence[Move], actor: Actor, key: str = "") -> list[LedgerTransfer]:
    """Write transfers inside the caller's transaction; Invalid when an account would go below zero."""
    moves = [move for move in moves if move.amount]
    accounts = _locked({place for move in moves for place in (move.source, move.target)})
    written = []
    for move in moves:
        source, target = accounts[move.source], accounts[move.target]
        if source.kind != LedgerAccount.Kind.ISSUANCE and source.balance < move.amount:
            raise short_of(move.amount, source.balance)
        source.balance -= move.amount
        target.balance += move.amount
        written.append(
            LedgerTransfer.objects.create(
                kind=move.kind,
                source=source,
                target=target,
                amount=move.amount,
                source_balance=source.balance,
                target_balance=target.balance,
                reason=move.reason[:LONGEST_REASON],
                key=key,
                made_by=person(actor),
                made_by_name=actor_name(actor)[:200],
            )
        )
    for account in accounts.values():
        account.save(update_fields=["balance"])
    return written


def short_of(asked: int, there: int) -> Invalid:
    """The wallet does not hold enough."""
    return Invalid(
        f"The wallet holds {there:,} credits; this needs {asked:,}.",
        hint="Ask an administrator for credits, or offer a trade.",
        fields={"credits": f"{asked - there:,} credits are missing."},
        data={"balance": there, "needed": asked},
    )


def _locked(places: set[Place]) -> dict[Place, LedgerAccount]:
    """The accounts, made on first use, locked by number: whoever needs two of the same waits, and never in a circle."""
    ids = {}
    for place in sorted(places, key=lambda place: (place.swarm_id or 0, place.kind)):
        account, _ = LedgerAccount.objects.get_or_create(swarm_id=place.swarm_id, kind=place.kind)  # type: ignore[misc]
        ids[account.pk] = place
    rows = LedgerAccount.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {ids[row.pk]: row for row in rows}


def may_grant(actor: Actor) -> bool:
    """Whether the actor administers this instance: the machine, or a person marked as its administrator."""
    behind = person(actor)
    return isinstance(actor, System) or bool(behind and behind.is_staff and behind.is_active)


def grant_credits(*, actor: Actor, swarm: Swarm, amount: int, reason: str, key: str = "") -> LedgerTransfer:
    """Issue credits to a swarm's wallet. With a key, asking again gives the first answer."""
    if isinstance(actor, (User, ApiToken)) and not may_grant(actor):
        raise Denied("Only an administrator of this instance grants credits.", hint="Ask whoever runs it.")
    if isinstance(actor, ApiToken):
        require(actor, "market.grant", actor.swarm)
    reason = reason.strip()
    fields = {}
    if not 0 < amount <= MOST_CREDITS:
        fields["amount"] = f"A whole number from 1 to {MOST_CREDITS:,}."
    if not reason or len(reason) > LONGEST_REASON:
        fields["reason"] = f"Say why, in at most {LONGEST_REASON} characters."
    if len(key) > LONGEST_KEY:
        fields["key"] = f"At most {LONGEST_KEY} characters."
    if fields:
        raise Invalid("The credits cannot be granted.", fields=fields)
    with transaction.atomic():
        _locked({ISSUANCE})
        done: LedgerTransfer | None = LedgerTransfer.objects.filter(
            kind=Kind.GRANT, target__swarm=swarm, target__kind=LedgerAccount.Kind.WALLET, key=key
        ).first()
        if key and done is not None:
            if (done.amount, done.reason) != (amount, reason):
                raise Invalid("This key was used for another grant.", fields={"key": "Use a new key."})
            return done
        transfer = post(moves=[Move(Kind.GRANT, ISSUANCE, wallet(swarm.pk), amount, reason)], actor=actor, key=key)[0]
        transaction.on_commit(partial(credits_granted.send_robust, LedgerTransfer, transfer_id=transfer.pk))
    return transfer
