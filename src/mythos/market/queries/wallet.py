"""Questions about credits: what a swarm has, every posting of its accounts, and whether the books balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Sum
from django.utils import timezone

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.errors import Invalid, NotFound
from mythos.market.models import LedgerAccount, LedgerTransfer

Kind = LedgerAccount.Kind
EARNING = (LedgerTransfer.Kind.PURCHASE, LedgerTransfer.Kind.BARTER)
STATEMENT_PAGE = 50


@dataclass(frozen=True)
class WalletSummary:
    """What a swarm may spend, what is held for open trades, and what came in and went out by trading this month."""

    balance: int
    held: int
    earned: int
    spent: int
    month: datetime


@dataclass(frozen=True)
class StatementLine:
    """One posting of an account: what changed, what it was for, and the balance afterwards."""

    id: int
    at: datetime
    kind: str
    kind_name: str
    change: int
    balance: int
    other: str
    reason: str
    made_by_name: str


@dataclass(frozen=True)
class Statement:
    """A page of postings, newest first; `next` is the number to go on before."""

    account: str
    balance: int
    lines: list[StatementLine]
    next: int | None


def wallet_balance(actor: Actor, swarm: Swarm) -> int:
    """What a swarm the actor is in may spend, in credits."""
    _see(actor, swarm)
    found: int | None = (
        LedgerAccount.objects.filter(swarm=swarm, kind=Kind.WALLET).values_list("balance", flat=True).first()
    )
    return found or 0


def wallet_summary(actor: Actor, swarm: Swarm) -> WalletSummary:
    """The wallet of a swarm the actor is in."""
    _see(actor, swarm)
    accounts = {row.kind: row for row in LedgerAccount.objects.filter(swarm=swarm)}
    ids = [row.pk for row in accounts.values()]
    month = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    traded = LedgerTransfer.objects.filter(kind__in=EARNING, created_at__gte=month).order_by()
    earned = traded.filter(target__in=ids).aggregate(sum=Sum("amount"))["sum"]
    spent = traded.filter(source__in=ids).aggregate(sum=Sum("amount"))["sum"]
    wallet, held = accounts.get(Kind.WALLET), accounts.get(Kind.HELD)
    return WalletSummary(wallet.balance if wallet else 0, held.balance if held else 0, earned or 0, spent or 0, month)


def statement(
    actor: Actor, swarm: Swarm, account: str = Kind.WALLET, *, before: int | None = None, most: int = STATEMENT_PAGE
) -> Statement:
    """The postings of a swarm's wallet, or of what it holds; their changes add up to the balance."""
    _see(actor, swarm)
    if account not in (Kind.WALLET, Kind.HELD):
        raise Invalid("There is no such account.", fields={"account": "wallet or held."})
    row = LedgerAccount.objects.filter(swarm=swarm, kind=account).first()
    if row is None:
        return Statement(account, 0, [], None)
    found: list[LedgerTransfer] = []
    for side in ({"source": row}, {"target": row}):
        rows = LedgerTransfer.objects.filter(**side)
        rows = rows.filter(pk__lt=before) if before else rows
        found += rows.select_related("source__swarm", "target__swarm").order_by("-id")[: most + 1]
    found.sort(key=lambda transfer: -transfer.pk)
    lines = [_line(transfer, row) for transfer in found[:most]]
    return Statement(account, row.balance, lines, lines[-1].id if len(found) > most else None)


def _line(transfer: LedgerTransfer, account: LedgerAccount) -> StatementLine:
    goes_out = transfer.source_id == account.pk
    across = transfer.target if goes_out else transfer.source
    return StatementLine(
        id=transfer.pk,
        at=transfer.created_at,
        kind=transfer.kind,
        kind_name=transfer.get_kind_display(),
        change=-transfer.amount if goes_out else transfer.amount,
        balance=transfer.source_balance if goes_out else transfer.target_balance,
        other=_name(across, account),
        reason=transfer.reason,
        made_by_name=transfer.made_by_name,
    )


def _name(across: LedgerAccount, account: LedgerAccount) -> str:
    if across.swarm_id == account.swarm_id:
        return "Held for a trade" if across.kind == Kind.HELD else "Your wallet"
    return across.swarm.name if across.swarm else "This instance"


def _see(actor: Actor, swarm: Swarm) -> None:
    if not swarms_of(actor).filter(pk=swarm.pk).exists():
        raise NotFound("There is no such wallet.")


@dataclass(frozen=True)
class Books:
    """All accounts of the instance against all transfers; `problems` is empty when they agree."""

    issued: int
    in_wallets: int
    held: int
    transfers: int
    problems: list[str]


def check_books() -> Books:
    """Add every transfer up again and hold the sums against the balances."""
    accounts = list(LedgerAccount.objects.all())
    incoming = dict(LedgerTransfer.objects.order_by().values_list("target").annotate(Sum("amount")))
    outgoing = dict(LedgerTransfer.objects.order_by().values_list("source").annotate(Sum("amount")))
    problems = []
    for account in accounts:
        added_up = incoming.get(account.pk, 0) - outgoing.get(account.pk, 0)
        if account.balance != added_up:
            problems.append(f"The {account} says {account.balance:,}; its transfers add up to {added_up:,}.")
        if account.balance < 0 and account.kind != Kind.ISSUANCE:
            problems.append(f"The {account} is below zero.")
    totals = {kind: sum(row.balance for row in accounts if row.kind == kind) for kind in Kind.values}
    if sum(totals.values()):
        problems.append(f"All balances together are {sum(totals.values()):,}, not 0.")
    odd = LedgerTransfer.objects.exclude(amount__gt=0) | LedgerTransfer.objects.filter(source=F("target"))
    problems += [f"Transfer {pk} moves nothing." for pk in odd.values_list("pk", flat=True)[:20]]
    return Books(
        -totals[Kind.ISSUANCE], totals[Kind.WALLET], totals[Kind.HELD], LedgerTransfer.objects.count(), problems
    )
