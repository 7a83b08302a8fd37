"""What every reader of prompts yields."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from mythos.errors import MythosError


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
    """One prompt with its revisions, oldest first; `line` counts from 1."""

    slug: str
    title: str
    revisions: tuple[Revision, ...]
    kind: str = "system"
    tags: tuple[str, ...] = ()
    file: str = ""
    line: int = 1


@dataclass(frozen=True)
class Problem:
    """Something that could not be read; the rest goes on."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


Item = PromptRecord | Problem


def problem_of(error: MythosError, file: str, line: int = 1) -> Problem:
    """The problem an error tells of."""
    return Problem(str(error.data.get("file", file)), int(error.data.get("line", line)), error.message)


def slugify(text: str) -> str:
    """A prompt slug: lower-case letters, digits, `-`, `_` and `/`; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    parts = [re.sub(r"[^a-z0-9_]+", "-", part).strip("-_") for part in plain.split("/")]
    return "/".join(part for part in parts if part)[:160]


def title_of(slug: str) -> str:
    """A title for a prompt that only has a slug."""
    words = slug.replace("/", " / ").replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
