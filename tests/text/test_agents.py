"""Who has to do it: named or nobody in particular, and parties that took each other's part."""

from __future__ import annotations

import pytest

from mythos.text.detectors import actor
from mythos.text.detectors.base import AlignedPair

CASES = [
    ("[Somebody] logs the test.", "The engineer logs the test.", "stronger"),
    ("[Whoever is around] tests the button.", "The manager on duty tests the button.", "stronger"),
    ("The engineer logs the test.", "[Someone] logs the test.", "weaker"),
    (
        "Rollbacks are started by the on-call [engineer]; you prepare the command.",
        "Rollbacks are started by [you]; the on-call engineer prepares the command.",
        "reversed",
    ),
    (
        "The dose is set by the [doctor] and checked by the nurse.",
        "The dose is set by the [nurse] and checked by the doctor.",
        "reversed",
    ),
]


def plain(text: str) -> str:
    return text.replace("[", "").replace("]", "")


@pytest.mark.parametrize(("old", "new", "direction"), CASES)
def test_who_does_it_is_told_at_the_words(old: str, new: str, direction: str) -> None:
    (finding,) = actor.find(AlignedPair(plain(old), plain(new)))
    assert finding.direction == direction
    for text, span in ((old, finding.old_span), (new, finding.new_span)):
        marked = text[text.index("[") + 1 : text.index("]")] if "[" in text else ""
        assert (plain(text)[slice(*span)] if span else "") == marked


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Somebody may ask for a copy.", "The tenant may ask for a copy."),
        ("Nobody opens the safe.", "Somebody opens the safe."),
        ("The form is signed by the clerk.", "The form is signed by the clerk, in ink."),
        ("The dose is set by the doctor, and by nobody else.", "By the doctor, and by nobody else, the dose is set."),
    ],
)
def test_what_is_no_change_of_hands(old: str, new: str) -> None:
    assert actor.find(AlignedPair(old, new)) == []
