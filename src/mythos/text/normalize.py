"""Line endings, edges and the content hash: what makes two texts the same text."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from mythos.errors import Invalid

MAX_BYTES = 5_000_000

_BREAKS = re.compile(r"\r\n?")
# NUL and the other C0 controls except tab, newline, form feed and carriage return never occur in real text.
_BINARY = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def normalize(text: str) -> str:
    """BOM off, one kind of line end, no trailing spaces, no outer blank lines, composed characters."""
    text = unicodedata.normalize("NFC", _BREAKS.sub("\n", text.lstrip("\ufeff")))
    return "\n".join(map(str.rstrip, text.split("\n"))).strip("\n")


def content_hash(text: str) -> str:
    """sha256 of the text as it is stored; normalise first if two spellings should hash alike."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def decode(data: bytes, *, name: str, limit: int = MAX_BYTES) -> str:
    """Bytes of a file -> str, or Invalid naming the file and the line where it stops being text."""
    if len(data) > limit:
        raise Invalid(
            f"{name} is too large: {len(data):,} bytes, the limit is {limit:,}.",
            hint="Split the file, or raise the limit.",
            data={"file": name, "bytes": len(data), "limit": limit},
        )
    if b"\x00" in data[:8192]:
        raise _not_text(name, 1, "is a binary file, not text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _not_text(name, line, f"is not UTF-8 text (line {line})") from error
    control = _BINARY.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise _not_text(name, line, f"is a binary file, not text (control character in line {line})")
    return text


def _not_text(name: str, line: int, what: str) -> Invalid:
    return Invalid(f"{name} {what}.", hint="Save it as UTF-8 text.", data={"file": name, "line": line})
