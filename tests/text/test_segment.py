"""Sentences with offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mythos.text.segment import segment

MARKDOWN = st.lists(
    st.sampled_from(
        ["# T", "- item. Two", "1. one", "> q", "| a |", "```", "Dr. A said e.g. this. Next!", "", " ", "x"]
    ),
    max_size=12,
).map("\n".join)


@given(st.one_of(st.text(), MARKDOWN))
def test_every_sentence_stands_where_it_says(text: str) -> None:
    position = 0
    for sentence in segment(text):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text.strip()
        assert sentence.start >= position
        position = sentence.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", [("prose", "One."), ("prose", "Two!"), ("prose", "Three?")]),
        ("Use e.g. this. Ask Dr. Who.", [("prose", "Use e.g. this."), ("prose", "Ask Dr. Who.")]),
        ("# Head\ntext\nmore", [("heading", "Head"), ("prose", "text\nmore")]),
        ("- a\n* b\n2. c", [("item", "a"), ("item", "b"), ("item", "c")]),
        ("- a\n  goes on\n\nnew", [("item", "a\n  goes on"), ("prose", "new")]),
        (
            "```py\nx = 1\n\n# not a heading\n```\nend",
            [("code", "x = 1"), ("code", "# not a heading"), ("prose", "end")],
        ),
        ("> said\n\n| a | b |", [("quote", "said"), ("table", "| a | b |")]),
        ("version 1.5 is out", [("prose", "version 1.5 is out")]),
        ("这是一。这是二。", [("prose", "这是一。"), ("prose", "这是二。")]),
        ("", []),
    ],
)
def test_structure_decides_where_a_sentence_ends(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(s.kind, s.text) for s in segment(text)] == expected


def test_lines_are_counted_from_one() -> None:
    assert [s.line for s in segment("# a\n\nbb. Cc\ndd. Ee\n- f")] == [1, 3, 3, 4, 5]
