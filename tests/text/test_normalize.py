"""What makes two texts the same text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mythos.errors import Invalid
from mythos.text.normalize import MAX_BYTES, content_hash, decode, normalize


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("\ufeffHello\r\nthere\r", "Hello\nthere"),
        ("a  \nb\t\n\n\n", "a\nb"),
        ("\n\n  indented stays", "  indented stays"),
        ("e\u0301", "é"),
        ("", ""),
        ("a\n\n\nb", "a\n\n\nb"),
    ],
)
def test_normalising_evens_out_what_nobody_sees(given_text: str, expected: str) -> None:
    assert normalize(given_text) == expected


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once


def test_hash_is_sha256_of_the_text() -> None:
    assert content_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_utf8_with_and_without_mark_is_read() -> None:
    assert decode("é\n".encode(), name="a.md") == "é\n"
    assert decode(b"\xef\xbb\xbfhi", name="a.md") == "hi"


@pytest.mark.parametrize(
    ("data", "says", "line"),
    [
        (b"ok\nok\n\xff\xfe", "not UTF-8", 3),
        (b"\x89PNG\x00\x00", "binary", 1),
        (b"one\ntwo \x01\n", "binary", 2),
    ],
)
def test_bytes_that_are_not_text_are_refused_with_the_line(data: bytes, says: str, line: int) -> None:
    with pytest.raises(Invalid) as caught:
        decode(data, name="odd.bin")
    assert says in caught.value.message
    assert caught.value.data["file"] == "odd.bin"
    assert caught.value.data["line"] == line


def test_a_file_beyond_the_limit_is_refused() -> None:
    assert MAX_BYTES == 5_000_000
    with pytest.raises(Invalid, match="too large"):
        decode(b"x" * 11, name="big.md", limit=10)
