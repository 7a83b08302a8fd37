"""What every reader of prompts yields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mythos.errors import Invalid, MythosError


@dataclass(frozen=True)
class Revision:
    """One text of a prompt; `created_at` is aware, or None when the source does not say."""

    text: str
    created_at: datetime | None = None
    author: str = ""
    message: str = ""
    origin: str = ""


@dataclass(frozen=True)
class PromptRecord:
    """One prompt with its revisions, oldest first; `line` counts from 1.

    `metadata` is what other tools keep beside a text: `description`, `model`, `parameters`, `inputs` and `authors` in
    one spelling, and under the name of a format whatever only that format knows. Plain JSON values.
    """

    slug: str
    title: str
    revisions: tuple[Revision, ...]
    kind: str = "system"
    tags: tuple[str, ...] = ()
    file: str = ""
    line: int = 1
    metadata: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The newest text."""
        return self.revisions[-1].text


@dataclass(frozen=True)
class Problem:
    """Something that could not be read; the rest goes on."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


Item = PromptRecord | Problem
# Gives the text of a file that a document refers to, or None when it is not there to be read.
OpenFile = Callable[[str], str | None]


@dataclass(frozen=True)
class Format:
    """A way to write prompts in a file; `load` raises Invalid with file, line or field, `dump` never loses silently.

    `suffix` is what follows the slug in a file's path. `blocks` are the template constructs the format's own tools run,
    None when the file only carries the text.
    """

    name: str
    title: str
    suffix: str
    load: Callable[[bytes, str, OpenFile], Sequence[Item]]
    dump: Callable[[Sequence[PromptRecord]], bytes]
    holds_many: bool = False
    blocks: tuple[str, ...] | None = ()


def no_file(name: str) -> str | None:
    """There are no files beside the document."""
    return None


def refuse(file: str, message: str, *, line: int = 1, field: str = "", hint: str = "") -> Invalid:
    """The error of a file that is not taken; it names the field or the line."""
    where = f"{file}, {field}" if field else f"{file}, line {line}"
    data = {"file": file, "line": line} | ({"field": field} if field else {})
    return Invalid(f"{where}: {message}", hint=hint, data=data)


def problem_of(error: MythosError, file: str, line: int = 1) -> Problem:
    """The problem an error tells of; its place stands beside the message, so the message does not say it again."""
    name, number = str(error.data.get("file", file)), int(error.data.get("line", line))
    lead = f"{name}, line {number}: "
    if error.message.startswith(lead):
        said = error.message.removeprefix(lead)
        return Problem(name, number, said[:1].upper() + said[1:])
    return Problem(name, number, error.message.removeprefix(f"{name}, "))


def slugify(text: str) -> str:
    """A prompt slug: lower-case letters, digits, `-`, `_` and `/`; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    parts = [re.sub(r"[^a-z0-9_]+", "-", part).strip("-_") for part in plain.split("/")]
    return "/".join(part for part in parts if part)[:160]


def title_of(slug: str) -> str:
    """A title for a prompt that only has a slug."""
    words = slug.replace("/", " / ").replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
