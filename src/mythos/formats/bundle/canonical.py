"""JSON with one spelling: the same value is always the same bytes, and any other spelling is refused.

Sorted keys, no blanks, UTF-8 without escapes that are not needed, no NaN. Unlike RFC 8785 a whole float keeps its
point, because a contract's fingerprint tells 1 from 1.0, and keys are sorted by code point.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, NoReturn

from mythos.errors import PackageUnreadable

MOST_DEPTH = 40
MOST_MARKS = 400_000  # commas, brackets and braces of one entry; more would unfold into too much memory
MOST_DIGITS = 15
AGAIN = "Ask the sender for the package again."
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def refused(path: str, message: str, advice: str = AGAIN) -> PackageUnreadable:
    """The error that names the entry, what is wrong with it and what to do."""
    return PackageUnreadable(
        f"{path}: {message}",
        hint=f"Nothing was written. {advice}",
        data={"problems": [{"path": path, "file": path, "line": 1, "message": message}]},
    )


def dump_json(value: Any) -> bytes:
    """The bytes of a value; TypeError or ValueError for what JSON cannot hold."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def digest(value: Any) -> str:
    """SHA-256 of a value in its one spelling."""
    return hashlib.sha256(dump_json(value)).hexdigest()


def load_json(data: bytes, path: str) -> Any:
    """The value, or PackageUnreadable naming the entry: unreadable, too much, or not in its one spelling."""
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MOST_MARKS:
        raise refused(path, "It holds too many values.")
    if b"\\u0000" in data and _NUL.search(data):
        raise refused(path, "It holds a NUL character.")
    if _depth(data) > MOST_DEPTH:
        raise refused(path, f"It is nested more than {MOST_DEPTH} deep.")
    try:
        value = _DECODER.decode(data.decode("utf-8"))
        spelled = dump_json(value)
    except _Wrong as error:
        raise refused(path, str(error)) from None
    except RecursionError:
        raise refused(path, f"It is nested more than {MOST_DEPTH} deep.") from None
    except UnicodeError:
        raise refused(path, "It is not UTF-8 text.") from None
    except ValueError as error:
        raise refused(path, f"It is not JSON: {error}.") from None
    if spelled != data:
        raise refused(path, "It was changed after MythOS wrote it: its keys, blanks or spellings are not canonical.")
    return value


class _Wrong(Exception):
    """JSON that Python would read and we do not."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Wrong(f"The key {twice[:60]!r} stands there twice.")
    return found


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > MOST_DIGITS:
        raise _Wrong("A number is too large.")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if len(text) > 30 or value in (float("inf"), float("-inf")):
        raise _Wrong("A number is too large.")
    return value


def _constant(text: str) -> NoReturn:
    raise _Wrong(f"{text} is not a number JSON knows.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_whole, parse_float=_float, parse_constant=_constant, strict=True
)
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OTHER = re.compile(rb"[^\[\]{}]+")


def _depth(data: bytes) -> int:
    """How deep brackets go outside strings, without reading the document."""
    if data.count(b"[") + data.count(b"{") <= MOST_DEPTH:
        return 0
    deep = most = 0
    for mark in _OTHER.sub(b"", _STRINGS.sub(b"", data)):
        deep += 1 if mark in b"[{" else -1
        most = max(most, deep)
        if most > MOST_DEPTH:
            break
    return most
