"""Words in a form that compares."""

from __future__ import annotations

import pytest

from mythos.text.words import stem, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("can't", "cannot"),
        ("don't", "do not"),
        ("forty", "40"),
        ("twenty-one", "21"),
        ("2 hours", "120 minutes"),
        ("€15", "15 euros"),
        ("1,000", "one thousand"),
        ("twice", "two times"),
        ("10 %", "ten percent"),
        ("**bold**", "bold"),
        ("organise", "organize"),
        ("two weeks", "14 days"),
    ],
)
def test_different_spellings_compare_equal(one: str, other: str) -> None:
    assert [w.stem for w in words(one)] == [w.stem for w in words(other)]


@pytest.mark.parametrize(("one", "other"), [("10", "100"), ("5 euros", "5 dollars"), ("now", "not"), ("1.5", "15")])
def test_different_things_stay_different(one: str, other: str) -> None:
    assert [w.stem for w in words(one)] != [w.stem for w in words(other)]


@pytest.mark.parametrize(
    ("inflected", "base"),
    [("stopped", "stop"), ("retries", "retry"), ("logging", "log"), ("clauses", "clause")],
)
def test_inflection_is_taken_off(inflected: str, base: str) -> None:
    assert stem(inflected) == stem(base)


def test_words_know_where_they_stand() -> None:
    text = "Pay **within 24 hours**, {{name}}!"
    assert [text[w.start : w.end] for w in words(text)] == ["Pay", "within", "24 hours", "{{name}}"]
