"""Which way a moved limit is better is read from the words around it."""

from __future__ import annotations

import pytest

from mythos.text.detectors import quantity
from mythos.text.detectors.base import AlignedPair


@pytest.mark.parametrize(
    ("rule", "low", "high", "higher_is"),
    [
        ("Staff must reply within {}.", "24 hours", "two days", "weaker"),
        ("Applicants receive a decision within {}.", "four weeks", "eight weeks", "weaker"),
        ("Keep audit logs for at least {}.", "one year", "five years", "stronger"),
        ("Passwords have {} or more characters.", "8", "twelve", "stronger"),
        ("Summaries have at most {} words.", "100", "150", "neutral"),
        ("Objections must be lodged within {}.", "a week", "30 days", "stronger"),
        ("Lost property is kept for {} before it is sold.", "six months", "one year", "stronger"),
        ("Guests may cancel until {} before arrival.", "one day", "three days", "weaker"),
        ("The form is valid after approval by {} witnesses.", "two", "three", "stronger"),
        ("Camera footage is deleted after {}.", "72 hours", "30 days", "weaker"),
        ("Customers may return goods within {}.", "14 days", "30 days", "stronger"),
        ("Dental treatment is covered up to {}.", "€300", "1,000 euros", "stronger"),
        ("The fee is at most {}.", "€5", "€9", "weaker"),
        ("Payments over {} need a second signature.", "€500", "€900", "weaker"),
        ("Children under {} must be accompanied.", "ten", "fourteen", "stronger"),
        ("Tenants get notice of {}.", "one month", "three months", "stronger"),
        ("Back up the data {}.", "every 6 hours", "once every two days", "weaker"),
        ("Report the loss by {}.", "1 May 2024", "2024-06-01", "weaker"),
        ("Work stops when the wind reaches force {}.", "six", "7", "weaker"),
        ("A spill of {} or more is reported.", "10 ml", "50 ml", "weaker"),
        ("If a request fails {}, stop.", "twice", "five times", "weaker"),
        ("If an employee leaves within {}, the fee is refunded.", "nine weeks", "90 days", "stronger"),
        ("A shot is released only if the score is at least {}.", "60 %", "80 %", "stronger"),
        ("Stop the order if some was bought in the previous {}.", "seven days", "14 days", "stronger"),
        ("The noise must stay below {} dB.", "80", "90", "weaker"),
        ("Never set the heating below {} °C.", "2", "5", "stronger"),
        ("Cover is suspended when the house is empty for more than {}.", "30 days", "60 days", "stronger"),
        ("We pay up to {} per claim, less an excess.", "20,000 euros", "25,000 euros", "stronger"),
        ("Any fault is mended within {}, and the tenant may ask why.", "12 hours", "three days", "weaker"),
        ("The contract runs for {}.", "two years", "three years", "neutral"),
        ("Babies under {} come first in a shortage.", "500 grams", "1,500 grams", "stronger"),
        ("The ceiling per call is {}.", "250 euros", "2,500 euros", "weaker"),
        ("Tell callers they have {} to send receipts.", "13 days", "30 days", "stronger"),
        ("A claimant has {} to correct the summary.", "one week", "four weeks", "stronger"),
        ("Complaints may be raised for {} following the verdict.", "ten days", "ninety days", "stronger"),
        ("Lamps never flash faster than {}.", "three times a second", "ten times a second", "weaker"),
    ],
)
def test_the_direction_of_a_moved_limit(rule: str, low: str, high: str, higher_is: str) -> None:
    turned = {"weaker": "stronger", "stronger": "weaker", "neutral": "neutral"}[higher_is]
    for before, after, expected in ((low, high, higher_is), (high, low, turned)):
        old, new = rule.format(before), rule.format(after)
        (finding,) = quantity.find(AlignedPair(old, new))
        assert (finding.direction, finding.old_text, finding.new_text) == (expected, before, after)
        assert (old[slice(*finding.old_span or ())], new[slice(*finding.new_span or ())]) == (before, after)
