"""Spans of time without a number, and how often something is due."""

from __future__ import annotations

import random

import pytest

from mythos.text.compare import compare
from mythos.text.detectors import quantity
from mythos.text.detectors.base import AlignedPair
from mythos.text.words import Word, words

PIECES = """
every other each once twice a the at least most about same next working day −15 15 °C 20th third of quarter if when only
unless and both either two reviewers agreed objected not , . in total immediately 1.5 % 50 12 noon midnight 0 ² ٣ é
"""


def amounts(text: str) -> list[Word]:
    return [word for word in words(text) if word.number is not None]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tell the head at once.", "Tell the head straight away."),
        ("Do it the same day.", "Do it before the day is over."),
        ("Inspect it twice a year.", "Inspect it every six months."),
        ("Test it quarterly.", "Test it once a quarter."),
        ("Clean it every second week.", "Clean it every other week."),
        ("Open one in every case within the hour.", "Open one in every case within an hour."),
        ("Check every third parcel.", "Check every 3rd parcel."),
        ("Send it by 12 noon.", "Send it by noon."),
        ("Ask in every other case of 3.", "Ask in all other cases of 3."),
        ("A fifth of the plot is grass.", "20 % of the plot is grass."),
    ],
)
def test_two_ways_to_say_one_span(one: str, other: str) -> None:
    assert [word.stem for word in amounts(one)] == [word.stem for word in amounts(other)] != []


def test_delays_are_ordered() -> None:
    said = ["immediately", "the same day", "overnight", "the next working day", "the same week", "the following month"]
    lengths = [amounts(f"It is repaired {phrase}.")[0].number or 0 for phrase in said]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize(
    ("old", "new", "direction", "words_gone", "words_new"),
    [
        ("Report it at once.", "Report it within two days.", "weaker", "at once", "two days"),
        (
            "Report it on the next working day.",
            "Report it the same day.",
            "stronger",
            "the next working day",
            "the same day",
        ),
        ("Hold the transfer for 24 hours.", "Hold the transfer overnight.", "weaker", "24 hours", "overnight"),
        ("Report it the same day.", "Report it.", "weaker", "the same day", ""),
        ("Report it.", "Report it at once.", "stronger", "", "at once"),
        ("Test it once a quarter.", "Test it every other quarter.", "weaker", "once a quarter", "every other quarter"),
        ("Test it weekly.", "Test it every day.", "stronger", "weekly", "every day"),
        (
            "Rent rises at most once a year.",
            "Rent rises at most twice a year.",
            "weaker",
            "once a year",
            "twice a year",
        ),
        ("Refuse it above −18 °C.", "Refuse it above −12 °C.", "weaker", "−18", "−12"),
        ("Two reviewers sign.", "A reviewer signs.", "weaker", "Two", "A"),
    ],
)
def test_a_span_that_moved(old: str, new: str, direction: str, words_gone: str, words_new: str) -> None:
    (finding,) = quantity.find(AlignedPair(old, new))
    assert (finding.direction, finding.old_text, finding.new_text) == (direction, words_gone, words_new)
    for text, span, shown in ((old, finding.old_span, words_gone), (new, finding.new_span, words_new)):
        assert text[slice(*span)] == shown if span else not shown
    assert finding.reason.endswith((".", "!"))


@pytest.mark.parametrize(
    ("old", "new", "direction", "reason"),
    [
        (
            "Keep it for at least five years.",
            "Keep it for at most five years.",
            "reversed",
            "“at least” became “at most”, and five years bounds the other way now.",
        ),
        (
            "The till holds no more than 500 euros.",
            "The till holds about 500 euros.",
            "weaker",
            "“500 euros” is only meant roughly now.",
        ),
        ("Give it around 20 minutes.", "Give it 20 minutes.", "stronger", "“20 minutes” is meant exactly now."),
        (
            "If the score is 4 or higher, call the doctor.",
            "If the score is higher than 4, call the doctor.",
            "neutral",
            "“or higher” became “higher than” where 4 is set.",
        ),
        (
            "It may stand for 30 minutes in total.",
            "It may stand for 30 minutes at a time.",
            "neutral",
            "It is counted otherwise now: “in total” became “at a time”.",
        ),
        (
            "Costs up to 120 euros excluding VAT are paid.",
            "Costs up to 120 euros including VAT are paid.",
            "neutral",
            "It is counted otherwise now: “excluding” became “including”.",
        ),
    ],
)
def test_the_same_amount_bound_or_counted_otherwise(old: str, new: str, direction: str, reason: str) -> None:
    (finding,) = quantity.find(AlignedPair(old, new))
    assert (finding.direction, finding.reason) == (direction, reason)
    assert finding.old_text in old
    assert finding.new_text in new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Report it immediately.", "Report it without delay."),
        ("30 minutes in total.", "All told, 30 minutes."),
        ("Keep it for at least five years.", "Keep it for no less than five years."),
        ("Two reviewers sign each of 3 pages.", "Each of 3 pages is signed by two reviewers."),
    ],
)
def test_other_words_for_one_span_are_no_change(old: str, new: str) -> None:
    assert quantity.find(AlignedPair(old, new)) == []


def test_amounts_in_any_order_are_read_with_their_places() -> None:
    pieces = PIECES.split()
    rng = random.Random(5)
    for _ in range(150):
        old = " ".join(rng.choices(pieces, k=rng.randint(1, 25)))
        new = " ".join(rng.choices(pieces, k=4)) + old[rng.randint(0, len(old)) :]
        for finding in compare(old, new, use_embeddings=False, measure_similarity=False).findings:
            assert finding.old_span is None or old[slice(*finding.old_span)] == finding.old_text
            assert finding.new_span is None or new[slice(*finding.new_span)] == finding.new_text


def test_a_temperature_may_cross_zero() -> None:
    found = compare("Keep it at −18 °C.", "Keep it at 5 °C.", use_embeddings=False, measure_similarity=False)
    assert [finding.reason for finding in found.findings if finding.kind == "quantity"] == ["−18 became 5."]
