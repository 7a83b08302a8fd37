"""One contract for every detector, built in or from outside."""

from __future__ import annotations

import pytest

from mythos.text.detectors import DETECTORS
from mythos.text.detectors.base import AlignedPair, Finding
from mythos.text.pair_features import of_pair

KINDS = {
    "negation",
    "modality",
    "quantity",
    "unit",
    "scope",
    "actor",
    "condition",
    "exception",
    "addition",
    "deletion",
    "object",
    "order",
    "tone",
}
PAIRS = [
    ("Agents must log it.", "Agents may log it."),
    ("Never do it.", "Do it unless told otherwise."),
    ("Pay 5 euros.", "Pay."),
    ("", "x"),
    ("x", ""),
    ("same", "same"),
    ("A very different thing.", "Nothing like the former at all."),
]


def check_contract(find: object, pair: AlignedPair, old: str, new: str) -> None:
    assert callable(find)
    findings = find(pair)
    assert findings == find(AlignedPair(old, new))
    for finding in findings:
        assert isinstance(finding, Finding)
        assert finding.kind in KINDS or "/" in finding.kind
        assert 0 <= finding.confidence <= 1
        assert finding.title
        assert finding.reason.endswith((".", "!"))
        for span, text, shown in (
            (finding.old_span, old, finding.old_text),
            (finding.new_span, new, finding.new_text),
        ):
            assert span is None or text[slice(*span)] == shown


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_detector_keeps_the_contract(name: str, old: str, new: str) -> None:
    check_contract(DETECTORS[name], AlignedPair(old, new), old, new)


def test_equal_sentences_have_no_findings() -> None:
    for find in DETECTORS.values():
        assert find(AlignedPair("You must not pay 5 euros.", "You must not pay 5 euros.")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Requests were refused.", "Requests were declined."),
        ("Staff remain calm.", "Employees stay calm."),
        ("The crew halts work.", "The crew stops work."),
        ("Errors are notified.", "Errors are reported."),
    ],
)
def test_words_of_like_meaning_are_no_other_matter(old: str, new: str) -> None:
    pair = AlignedPair(old, new)
    assert pair.residue == ([], [])
    assert {swap.kind for swap in pair.swaps} == {"synonym"}


@pytest.mark.parametrize(
    ("name", "old", "new", "by"),
    [
        ("stand-ins", "The nurse signs.", "The nurse or a designee signs.", 1.0),
        ("stand-ins", "The pilot or any other person checks it.", "The pilot checks it.", -1.0),
        ("asked for", "Show the price.", "Show the price on request.", 1.0),
        ("safeguards", "Take the order.", "Take the order in writing.", 1.0),
        ("choices", "Reply at once.", "Reply at once if you wish.", 1.0),
        ("permissions", "Files must be kept.", "Files must be kept but may be moved.", 1.0),
        ("by", "Bills are paid by the clerk.", "Bills are paid.", -1.0),
    ],
)
def test_a_change_is_counted_for_the_combiner(name: str, old: str, new: str, by: float) -> None:
    assert of_pair(AlignedPair(old, new))[name] == by


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        ("Wear gloves and goggles.", "Wear gloves or goggles.", "weaker"),
        ("Stop if it smokes or sparks.", "Stop if it smokes and sparks.", "weaker"),
        ("Stop if it smokes and sparks.", "Stop if it smokes or sparks.", "stronger"),
        ("You may enter if trained and rested.", "You may enter if trained or rested.", "weaker"),
    ],
)
def test_either_and_both_weigh_by_what_they_join(old: str, new: str, direction: str) -> None:
    (finding,) = DETECTORS["condition"](AlignedPair(old, new))
    assert finding.direction == direction
