"""Equal amounts compare equal, whichever way they are written; others do not."""

from __future__ import annotations

import pytest

from mythos.text.words import words


def stems(text: str) -> list[str]:
    return sorted(word.stem for word in words(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("24 hours", "one day"),
        ("a dozen eggs", "12 eggs"),
        ("half a dozen", "6"),
        ("a fortnight", "14 days"),
        ("a decade", "ten years"),
        ("a couple of days", "two days"),
        ("a third of an hour", "20 minutes"),
        ("three at the most", "at most 3"),
        ("twelve and under", "12 or under"),
        ("limited to 5", "at most five"),
        ("half a year", "6 months"),
        ("every quarter of an hour", "every 15 minutes"),
        ("one and a half hours", "90 minutes"),
        ("a year and a half", "18 months"),
        ("two full days", "48 hours"),
        ("inspected weekly", "inspected every 7 days"),
        ("half of the fee", "50 % of the fee"),
        ("three quarters of it", "75 per cent of it"),
        ("two hundred and fifty", "250"),
        ("one thousand two hundred", "1,200"),
        ("10k users", "10,000 users"),
        ("€1.5 million", "1,500,000 euros"),
        ("thirty (30) days", "30 days"),
        ("three business days", "3 working days"),
        ("5-10 days", "five days-ten days"),
        ("5:30 p.m.", "17:30"),
        ("noon", "12:00"),
        ("1 May 2024", "2024-05-01"),
        ("the 3rd of March", "the March 3"),
        ("within 3 days", "no later than 3 days"),
        ("a minimum of 5", "at least five"),
        ("5 or fewer", "at most 5"),
        ("16 or older", "not under 16"),
        ("half a litre", "500 ml"),
        ("four miles per hour", "4 mph"),
        ("the other three quarters", "the other 75 %"),
        ("two thirds are banked", "67 % are banked"),
        ("one reminder", "1 reminder"),
    ],
)
def test_one_amount_in_two_spellings(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 days", "5 business days"),
        ("at least 5", "at most 5"),
        ("1 May 2024", "5 January 2024"),
        ("1 May 2024", "1 May"),
        ("5 am", "5 pm"),
        ("1234567 rows", "1234568 rows"),
        ("three, four", "34"),
        ("one month", "four weeks"),
        ("for three quarters", "for 75 %"),
        ("two reminders", "1 reminder"),
    ],
)
def test_other_amounts_stay_other(one: str, other: str) -> None:
    assert stems(one) != stems(other)


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Pay thirty (30) days after it.", ["thirty (30) days"]),
        ("Once the case is closed, she may leave.", []),
        ("Ask at 25:99 on 31 February.", []),
        ("Use two thousand five hundred words or less.", ["two thousand five hundred"]),
    ],
)
def test_amounts_know_where_they_stand(text: str, amounts: list[str]) -> None:
    assert [text[w.start : w.end] for w in words(text) if w.number is not None] == amounts
