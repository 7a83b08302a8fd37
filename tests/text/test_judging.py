"""A judge is asked about uncertain edits only, and its words are shown where they stand."""

from __future__ import annotations

from mythos.text.compare import Comparison
from mythos.text.detectors.base import Finding
from mythos.text.judging import Ruling, judged

OLD, NEW = "Always log the call.", "Log the call as usual."
FINDING = Finding("scope", "neutral", "warn", "T", "R.", "", "", None, (0, 3), 0.4)


class Says:
    def __init__(self, ruling: Ruling | None) -> None:
        self.ruling = ruling
        self.asked = 0

    def rule(self, old: str, new: str) -> Ruling | None:
        self.asked += 1
        return self.ruling


def found(verdict: str) -> Comparison:
    return Comparison((FINDING,), verdict, 0.56, None, 0.44)  # type: ignore[arg-type]


def test_a_ruling_settles_an_uncertain_edit_with_the_words_that_decided() -> None:
    settled = judged(
        OLD, NEW, found("uncertain"), Says(Ruling("regression", "Usual is not always.", "Always", "as usual"))
    )
    assert (settled.verdict, settled.confidence, settled.is_regression) == ("regression", 0.44, True)
    ruling = settled.findings[0]
    assert (ruling.direction, ruling.severity, ruling.reason) == ("weaker", "warn", "Usual is not always.")
    assert (OLD[slice(*ruling.old_span or ())], NEW[slice(*ruling.new_span or ())]) == ("Always", "as usual")
    assert settled.findings[1] == FINDING


def test_what_a_judge_lets_through_no_longer_warns() -> None:
    settled = judged(OLD, NEW, found("uncertain"), Says(Ruling("preserved", "Same.", "not in the text")))
    assert (settled.verdict, settled.confidence) == ("preserved", 0.56)
    assert [f.severity for f in settled.findings] == ["note", "note"]
    assert settled.findings[0].old_span is None


def test_only_uncertain_edits_are_put_to_the_judge_and_silence_changes_nothing() -> None:
    judge = Says(Ruling("preserved", "Same."))
    sure = found("regression")
    assert judged(OLD, NEW, sure, judge) is sure
    assert judge.asked == 0
    unsure = found("uncertain")
    assert judged(OLD, NEW, unsure, Says(None)) is unsure
    assert judged(OLD, NEW, unsure, None) is unsure
