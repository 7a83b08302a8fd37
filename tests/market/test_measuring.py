"""The formulas: tables of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mythos.market.measuring import Proof, adoption, holding, median_gain, rating

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def proof(first: int, last: int, passes: bool = True) -> Proof:
    return Proof(NOW - timedelta(days=first), NOW - timedelta(days=last), passes)


@pytest.mark.parametrize(
    ("proofs", "value"),
    [
        ([], 0.0),
        ([proof(40, 0)], 1.0),
        ([proof(30, 0)], 1.0),
        ([proof(29, 0)], 0.0),
        ([proof(200, 90)], 0.5),
        ([proof(40, 0), proof(200, 90)], 0.5),
        ([proof(40, 0), proof(40, 0, False)], 0.0),
        ([Proof(None, None, False)], 0.0),
    ],
)
def test_an_assistant_counts_as_much_as_it_holds_everything(proofs: list[Proof], value: float) -> None:
    assert holding(proofs, NOW) == pytest.approx(value)


def test_adoption_is_a_share_of_those_who_could() -> None:
    assert (adoption([1.0, 0.5], 6), adoption([], 0), adoption([1.0], 1)) == (0.25, 0.0, 1.0)


def test_the_median_has_an_interval_once_there_is_enough_to_hold_it() -> None:
    assert median_gain([]).value is None
    few = median_gain([0.1, 0.3, 0.2])
    assert (few.value, few.low, few.count) == (0.2, None, 3)
    six = median_gain([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert (six.value, six.low, six.high) == (pytest.approx(0.35), 0.1, 0.6)
    twenty = median_gain([n / 20 for n in range(20)])
    assert (twenty.low, twenty.high) == (5 / 20, 14 / 20)


def test_a_rating_is_shrunk_towards_the_middle_and_ignores_who_had_nothing_to_gain() -> None:
    assert rating([(1.0, 1.0)]).value is None
    one = rating([(0.0, 1.0), (1.0, 1.0)])
    assert (one.value, one.count) == (pytest.approx(1 + 4 * 2.5 / 4), 1)
    worse = rating([(0.5, 0.2)])
    assert worse.value == pytest.approx(1 + 4 * 1.5 / 4)
    many = rating([(0.2, 1.0)] * 40)
    assert many.value > 4.8
    assert (many.low, many.high) == (5.0, 5.0)
