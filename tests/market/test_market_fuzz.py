"""Random trading with crashes between any two statements; `bench/fuzz_market.py` does it ten thousand times."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bench.fuzz_market import Fair, check_history, check_laws

VERBS = [
    "grant",
    "list",
    "change",
    "close",
    "buy",
    "clone",
    "offer",
    "counter",
    "accept",
    "decline",
    "withdraw",
    "expire",
]


class Market(RuleBasedStateMachine):
    """Hypothesis chooses the verbs, the crash and the dice; each example leaves nothing behind."""

    fair: Fair | None = None

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()

    @initialize(seed=st.integers(0, 10_000))
    def open_the_market(self, seed: int) -> None:
        self.fair = Fair(seed)
        for verb in (self.fair.list, self.fair.list, self.fair.offer):
            self.fair.attempt(verb, None)

    @rule(verb=st.sampled_from(VERBS), crash=st.none() | st.integers(1, 60))
    def trade(self, verb: str, crash: int | None) -> None:
        self.fair.attempt(getattr(self.fair, verb), crash)

    @invariant()
    def no_credit_is_made_or_lost_and_no_trade_is_half(self) -> None:
        if self.fair is not None:
            check_laws()

    def teardown(self) -> None:
        try:
            check_history()
        finally:  # whatever an example found, the next test gets the database as it was
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)


@pytest.mark.both_databases
@pytest.mark.django_db
def test_no_order_of_trades_and_crashes_breaks_the_books():
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Market,
        settings=settings(max_examples=4, stateful_step_count=20, suppress_health_check=checks),
    )


@pytest.mark.django_db
def test_a_crash_before_the_first_statement_of_an_operation_spoils_nothing():
    fair = Fair(3)
    with transaction.atomic():
        fair.attempt(fair.list, None)
        for verb in VERBS:
            fair.attempt(getattr(fair, verb), 1)
            check_laws()
    check_history()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_hundred_operations_committed_for_real():
    fair = Fair(7)
    for _ in range(100):
        fair.step()
        check_laws()
    check_history()
    done = {name for name in fair.counts if name.endswith("done")}
    assert {"buy done", "offer done", "accept done", "list done"} <= done
    assert any(name.endswith("killed") for name in fair.counts)
