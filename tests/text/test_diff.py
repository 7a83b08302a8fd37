"""Differences as data, and the three-way merge."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mythos.text.diff import merge3, word_diff

TEXT = st.one_of(st.text(), st.lists(st.sampled_from(["a ", "b ", "c", "\n", ". ", "the "]), max_size=40).map("".join))
LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=8).map("".join)


@given(TEXT, TEXT)
@settings(max_examples=50)
def test_the_sides_of_a_difference_join_to_the_texts(old: str, new: str) -> None:
    spans = word_diff(old, new)
    assert "".join(span.old for span in spans) == old
    assert "".join(span.new for span in spans) == new
    for span in spans:
        assert (span.op == "equal") == (span.old == span.new)
        assert (span.op == "insert") == (not span.old)
        assert (span.op == "delete") == (not span.new)


def test_one_changed_word_is_one_replacement() -> None:
    spans = [span for span in word_diff("You must log it.", "You may log it.") if span.op != "equal"]
    assert [(span.op, span.old.strip(), span.new.strip()) for span in spans] == [("replace", "must", "may")]


@pytest.mark.parametrize("separator", ["\n", " "])
def test_large_different_texts_take_under_two_seconds(separator: str) -> None:
    rng = random.Random(7)
    old = [f"word{rng.randint(0, 5000)} must not change this {rng.randint(0, 9)}" for _ in range(6500)]
    new = [line if rng.random() < 0.7 else line + " ever" for line in old]
    rng.shuffle(new[:800])
    before, after = separator.join(old), separator.join(new)
    assert len(before) > 200_000
    started = time.process_time()
    spans = word_diff(before, after)
    assert time.process_time() - started < 2
    assert "".join(span.new for span in spans) == after


def test_changes_in_different_places_merge() -> None:
    merge = merge3("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n")
    assert merge.text == "A\nb\nc\nD\n"
    assert merge.conflicts == []


def test_changes_in_one_place_conflict_and_keep_all_three_sides() -> None:
    merge = merge3("a\nb\nc\n", "a\nmine\nc\n", "a\ntheirs\nc\n")
    (conflict,) = merge.conflicts
    assert (conflict.base, conflict.mine, conflict.theirs, conflict.line) == ("b\n", "mine\n", "theirs\n", 2)
    assert "<<<<<<< mine\nmine\n" in merge.text
    assert ">>>>>>> theirs\n" in merge.text


@given(LINES, LINES)
def test_a_side_that_changed_nothing_lets_the_other_through(base: str, changed: str) -> None:
    assert merge3(base, changed, base).text == changed
    assert merge3(base, base, changed).text == changed
    assert merge3(base, changed, changed).text == changed
    assert merge3(base, changed, base).conflicts == []
