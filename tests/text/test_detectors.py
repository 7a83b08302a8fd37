"""One contract for every detector, built in or from outside."""

from __future__ import annotations

import pytest

from mythos.text.detectors import DETECTORS
from mythos.text.detectors.base import AlignedPair, Finding

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
