"""The formulas against tables worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mythos.mentorship.trust import (
    HALF_LIFE,
    Lesson,
    decay,
    people_share,
    rings,
    score_at,
    standings,
    trust_delta,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
A, B, C, D, E, F = range(1, 7)


def lesson(mentor, mentee, delta, half_lives=0.0):
    return Lesson(mentor, mentee, NOW - half_lives * HALF_LIFE, delta)


def score(lessons, mentor):
    found = standings(lessons, NOW)
    return found[mentor].score if mentor in found else 0.0


@pytest.mark.parametrize(("days", "left"), [(0, 1.0), (90, 0.5), (180, 0.25), (45, 0.70710678), (-5, 1.0)])
def test_a_weight_halves_every_ninety_days(days, left):
    assert decay(timedelta(days=days)) == pytest.approx(left)


@pytest.mark.parametrize(
    ("voices", "share"),
    [
        ([], 0.0),
        ([2], 0.1 / 3),  # 0.1 x 1 / (1 + 2)
        ([2, 2], 0.05),  # 0.1 x 2 / 4
        ([-2], -0.1 / 3),
        ([2, -2], 0.0),
        ([1, 2], 0.0375),  # 0.1 x 1.5 / 4
        ([2] * 98, 0.098),  # 0.1 x 98 / 100
    ],
)
def test_people_move_a_trust_delta_by_a_tenth_at_most(voices, share):
    assert people_share(voices) == pytest.approx(share)


@pytest.mark.parametrize(("gain", "people", "delta"), [(0.4, 0.05, 0.45), (0.98, 0.1, 1.0), (-1.0, -0.1, -1.0)])
def test_a_trust_delta_is_gain_and_people_within_bounds(gain, people, delta):
    assert trust_delta(gain, people) == pytest.approx(delta)


@pytest.mark.parametrize(
    ("lessons", "expected"),
    [
        # 0.4 / (1 + 3)
        ([lesson(A, B, 0.4)], 0.1),
        # (0.4 + 0.2) / (2 + 3)
        ([lesson(A, B, 0.4), lesson(A, C, 0.2)], 0.12),
        # a half-life ago: 0.5 x 0.4 / (0.5 + 3)
        ([lesson(A, B, 0.4, 1)], 0.0571428571),
        # harm: (0.4 - 0.6) / (2 + 3)
        ([lesson(A, B, 0.4), lesson(A, C, -0.6)], -0.04),
        # one mentee twice, mean (0.5 x 0.3 + 1 x 0.6) / 1.5 = 0.5: 0.5 / (1 + 3)
        ([lesson(A, B, 0.3, 1), lesson(A, B, 0.6)], 0.125),
        ([], 0.0),
    ],
)
def test_the_score_is_a_shrunken_mean_that_fades(lessons, expected):
    assert score(lessons, A) == pytest.approx(expected)


def test_the_sums_alone_give_the_score_of_any_later_moment():
    lessons = [lesson(A, B, 0.4, 0.3), lesson(A, C, 0.2, 1.7), lesson(B, A, 0.1, 0.5)]
    then = standings(lessons, NOW)[A]
    later = NOW + timedelta(days=57)
    assert score_at(then.gain_sum, then.weight_sum, later - NOW) == pytest.approx(standings(lessons, later)[A].score)


def test_teaching_oneself_gains_nothing():
    assert standings([lesson(A, A, 1.0)], NOW) == {}


def test_a_ring_that_lifts_its_members_gains_nothing():
    two = [lesson(A, B, 0.5), lesson(B, A, 0.5)]
    three = [lesson(A, B, 0.9), lesson(B, C, 0.9), lesson(C, A, 0.9)]
    assert [score(two, key) for key in (A, B)] == [0.0, 0.0]
    assert [score(three, key) for key in (A, B, C)] == [0.0, 0.0, 0.0]


def test_a_ring_does_not_help_with_those_outside_it():
    honest = [lesson(A, D, 0.4)]
    alone = score(honest, A)
    assert alone == pytest.approx(0.1)
    assert score([*honest, lesson(A, B, 0.9), lesson(B, A, 0.9)], A) < alone


def test_who_gives_more_in_a_ring_than_it_takes_keeps_the_difference():
    lessons = [lesson(A, B, 0.5), lesson(B, A, 0.3)]
    # A keeps 0.5 x (1 - 0.3 / 0.5) = 0.2, B keeps nothing
    assert score(lessons, A) == pytest.approx(0.2 / 4)
    assert score(lessons, B) == 0.0


def test_harm_is_never_cut_down_and_makes_no_ring():
    lessons = [lesson(A, B, 0.5), lesson(B, A, -0.5)]
    assert score(lessons, A) == pytest.approx(0.125)
    assert score(lessons, B) == pytest.approx(-0.125)


def test_many_tiny_adoptions_are_worth_less_than_one_whole():
    whole = score([lesson(A, B, 0.3)], A)
    split = score([lesson(A, B, 0.03) for _ in range(10)], A)
    repeated = score([lesson(A, B, 0.3) for _ in range(10)], A)
    assert split == pytest.approx(whole / 10)
    assert repeated == pytest.approx(whole)


def test_rings_are_found_without_recursion():
    chain = [(key, key + 1) for key in range(20_000)]
    found = rings([*chain, (20_000, 0), (20_001, 20_000)])
    assert len({found[key] for key in range(20_001)}) == 1
    assert found[20_001] != found[0]
