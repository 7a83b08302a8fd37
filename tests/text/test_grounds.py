"""What a rule rests on: consent or silence, a sign or proof, every case or some."""

from __future__ import annotations

import pytest

from mythos.text.detectors import condition, tone
from mythos.text.detectors.base import AlignedPair

CHANGED = [
    (
        "Hand a parcel to others only if the addressee has agreed.",
        "Unless the addressee has objected, hand a parcel to others.",
        "Silence counts as consent",
        "It took consent (“agreed”); now it is enough that there is no objection (“objected”).",
    ),
    (
        "Subletting a room is allowed after written consent of the landlord.",
        "Subletting a room is allowed after written notice to the landlord.",
        "Consent became notice",
        "It took consent (“consent”); now word of it (“notice”) is enough.",
    ),
    (
        "Reviewers who suspect a breach stop the merge.",
        "Reviewers who have established a breach stop the merge.",
        "Proof asked for",
        "The rule went by a sign or report (“suspect”); now it wants proof (“established”).",
    ),
    (
        "Data are deleted after a day, whether or not the user asks.",
        "Data are deleted after a day once the user asks.",
        "No longer in every case",
        "“whether or not” is gone: the rule may depend on it now.",
    ),
    (
        "It stays sealed until both the examiner and a witness have signed.",
        "It stays sealed until either the examiner or a witness has signed.",
        "All became one",
        "“both” became “either”.",
    ),
]


@pytest.mark.parametrize(("old", "new", "title", "reason"), CHANGED)
def test_a_weaker_ground_is_named_with_its_words(old: str, new: str, title: str, reason: str) -> None:
    (finding,) = [found for found in condition.find(AlignedPair(old, new)) if found.title == title]
    assert (finding.direction, finding.reason) == ("weaker", reason)
    for text, span, shown in ((old, finding.old_span, finding.old_text), (new, finding.new_span, finding.new_text)):
        assert text[slice(*span)] == shown if span else not shown


@pytest.mark.parametrize(("old", "new", "title", "reason"), CHANGED[:4])
def test_read_backwards_the_ground_is_stronger(old: str, new: str, title: str, reason: str) -> None:
    assert [found.direction for found in condition.find(AlignedPair(new, old)) if found.confidence == 0.8] == [
        "stronger"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Nothing is sent until the client has agreed.", "Nothing is sent unless the client has agreed."),
        ("Refuse, even when the box is empty.", "Refuse, also when the box is empty."),
        ("Log calls, whatever the hour.", "Log calls, however late it is."),
        ("Both the cook and the host sign.", "The cook and the host both sign."),
    ],
)
def test_other_words_for_one_ground_are_no_change(old: str, new: str) -> None:
    assert [found for found in condition.find(AlignedPair(old, new)) if found.confidence == 0.8] == []


def test_a_condition_that_guarded_a_leave_is_missed() -> None:
    pair = AlignedPair("Boats may leave at night if the office knows.", "Boats may leave at night.")
    assert [found.direction for found in condition.find(pair)] == ["weaker"]
    added = condition.find(AlignedPair(pair.new.text, pair.old.text))
    assert [found.direction for found in added] == ["stronger"]


def test_whatever_the_reason_is_not_flippant() -> None:
    assert tone.find(AlignedPair("Refund day tickets.", "Refund day tickets, whatever the reason.")) == []
    (finding,) = tone.find(AlignedPair("Refund day tickets.", "Refund day tickets, whatever."))
    assert finding.new_text == "whatever"
