"""Exact token counts without a network."""

from __future__ import annotations

import time

import pytest

from mythos.errors import Invalid
from mythos.text.tokens import ENCODINGS, count_tokens


@pytest.mark.parametrize(
    ("text", "o200k", "cl100k"),
    [
        ("", 0, 0),
        ("hello world", 2, 2),
        ("tiktoken is great!", 6, 6),
        ("antidisestablishmentarianism", 6, 6),
        ("お誕生日おめでとう", 8, 9),
        ("2 + 2 = 4", 7, 7),
    ],
)
def test_counts_are_those_of_the_published_vocabularies(text: str, o200k: int, cl100k: int) -> None:
    assert (count_tokens(text), count_tokens(text, "cl100k_base")) == (o200k, cl100k)


def test_special_token_spellings_are_plain_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


def test_a_long_run_of_one_letter_is_fast() -> None:
    count_tokens("warm")
    started = time.process_time()
    assert count_tokens("a" * 200_000) == 25_000
    assert time.process_time() - started < 1


def test_an_unknown_encoding_is_refused_with_the_known_ones() -> None:
    assert ENCODINGS == ("o200k_base", "cl100k_base")
    with pytest.raises(Invalid) as caught:
        count_tokens("x", "gpt-9")
    assert "o200k_base" in caught.value.hint
