"""Credits are neither made nor lost, and no account goes below zero."""

import pytest
from django.db import IntegrityError, transaction

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_token
from mythos.errors import Denied, Invalid
from mythos.market.models import LedgerAccount, LedgerTransfer
from mythos.market.services.ledger import Move, grant_credits, post, wallet
from tests.market.stalls import check_books, grant, wallet_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def move(source, target, amount):
    with transaction.atomic():
        return post(moves=[Move("purchase", wallet(source.pk), wallet(target.pk), amount, "A try")], actor=SYSTEM)


def test_a_grant_is_matched_by_what_was_issued(cast):
    done = grant_credits(actor=SYSTEM, swarm=cast.swarm, amount=100, reason="Welcome")
    assert wallet_of(cast.swarm) == 100
    assert LedgerAccount.objects.get(kind="issuance").balance == -100
    assert (done.reason, done.source_balance, done.target_balance) == ("Welcome", -100, 100)
    assert check_books() == 100


def test_a_transfer_has_both_balances_and_both_sides(cast):
    grant(cast.swarm, 100)
    (done,) = move(cast.swarm, cast.other_swarm, 30)
    assert (done.source_balance, done.target_balance) == (70, 30)
    assert (wallet_of(cast.swarm), wallet_of(cast.other_swarm)) == (70, 30)
    assert check_books() == 100


def test_nobody_spends_what_is_not_there(cast):
    grant(cast.swarm, 10)
    with pytest.raises(Invalid, match="holds 10 credits; this needs 11") as refused:
        move(cast.swarm, cast.other_swarm, 11)
    assert refused.value.data["balance"] == 10
    assert LedgerTransfer.objects.count() == 1
    assert check_books() == 10


def test_the_database_itself_refuses_a_balance_below_zero(cast):
    grant(cast.swarm, 10)
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerAccount.objects.filter(kind="wallet").update(balance=-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerAccount.objects.create(swarm=None, kind="wallet")


@pytest.mark.parametrize("amount", [0, -5])
def test_the_database_itself_refuses_an_empty_transfer(cast, amount):
    grant(cast.swarm, 10)
    one, other = LedgerAccount.objects.order_by("id")
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerTransfer.objects.create(
            kind="grant", source=one, target=other, amount=amount, source_balance=0, target_balance=0, reason="x"
        )


def test_transfers_are_written_once(cast):
    grant(cast.swarm, 10)
    row = LedgerTransfer.objects.get()
    for change in (row.save, row.delete, LedgerTransfer.objects.all().delete):
        with pytest.raises(TypeError, match="history"):
            change()
    with pytest.raises(TypeError, match="history"):
        LedgerTransfer.objects.update(amount=99)


def test_only_an_administrator_grants(cast):
    with pytest.raises(Denied, match="administrator"):
        grant_credits(actor=cast.owner, swarm=cast.swarm, amount=5, reason="For me")
    cast.owner.is_staff = True
    cast.owner.save()
    assert grant_credits(actor=cast.owner, swarm=cast.other_swarm, amount=5, reason="Thanks").made_by == cast.owner
    token = create_token(actor=cast.owner, swarm=cast.swarm, name="robot", role="editor").token_row
    with pytest.raises(Denied, match="role owner"):
        grant_credits(actor=token, swarm=cast.swarm, amount=5, reason="By robot")
    assert check_books() == 5


@pytest.mark.parametrize(
    ("amount", "reason", "field"),
    [(0, "why", "amount"), (-1, "why", "amount"), (10**13, "why", "amount"), (5, " ", "reason")],
)
def test_a_grant_says_what_is_wrong_with_it(cast, amount, reason, field):
    with pytest.raises(Invalid) as refused:
        grant_credits(actor=SYSTEM, swarm=cast.swarm, amount=amount, reason=reason)
    assert field in refused.value.fields
    assert not LedgerAccount.objects.exists()


def test_a_grant_with_a_key_is_done_once(cast):
    first = grant_credits(actor=SYSTEM, swarm=cast.swarm, amount=5, reason="Prize", key="k1")
    again = grant_credits(actor=SYSTEM, swarm=cast.swarm, amount=5, reason="Prize", key="k1")
    assert first == again
    assert wallet_of(cast.swarm) == 5
    with pytest.raises(Invalid, match="another grant"):
        grant_credits(actor=SYSTEM, swarm=cast.swarm, amount=6, reason="Prize", key="k1")


def test_a_grant_costs_few_statements(cast, django_assert_max_num_queries):
    grant(cast.swarm, 1)
    with django_assert_max_num_queries(14):
        grant(cast.swarm, 1)
