"""A YAML header between two lines `---`, then the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mythos.formats.prompts.base import refuse
from mythos.formats.prompts.bounds import read_yaml, write_yaml

FENCE = "---"


@dataclass(frozen=True)
class Parts:
    """The fields of a header and the body after it; `has_header` is false when the file is only a body."""

    fields: dict[str, Any]
    body: str
    header: str = ""
    has_header: bool = True


def split(text: str, name: str, *, strict: bool = True, start: int = 0, words: bool = False) -> Parts:
    """Header and body; not `strict`, a text that merely begins with a line is all body.

    `start` lines are passed over; with `words`, the header is read without numbers and the like.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[start:]
    if lines[0].rstrip() != FENCE:
        return Parts({}, "\n".join(lines), has_header=False)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        if strict:
            raise refuse(name, "the header is not closed with a line ---.", line=start + 1)
        return Parts({}, "\n".join(lines), has_header=False)
    header = "\n".join(lines[1:end])
    fields = read_yaml(header, name, first_line=start + 2, words=words)
    body = "\n".join(lines[end + 1 :])
    if fields is None and (strict or not header.strip()):
        return Parts({}, body, header)
    if not isinstance(fields, dict):
        if strict:
            raise refuse(name, "the header must name fields.", line=start + 2)
        return Parts({}, "\n".join(lines), has_header=False)
    return Parts(fields, body, header)


def join(fields: dict[str, Any], body: str) -> str:
    """A file of header and body."""
    header = write_yaml(fields) if fields else ""
    return f"{FENCE}\n{header}{FENCE}\n{body}\n"


def keep_header(old: str, new: str, name: str) -> str:
    """The new file with the old header as it was written, when both say the same: only what changed is changed."""
    before, after = split(old, name), split(new, name)
    if not (before.has_header and after.has_header) or before.fields != after.fields:
        return new
    return f"{FENCE}\n{before.header}\n{FENCE}\n{after.body}" if before.header else new
