"""What a call gives back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypedDict

from mythos_client.errors import HashMismatch, MissingValues

Source = Literal["server", "default", "rendered"]
Arm = Literal["a", "b"]

# The server's own rule for what a variable is: two braces, not three, and no word of another template language.
_OPEN = re.compile(r"\{{2,}")
_VARIABLE = re.compile(r"\{\{[ \t]*([A-Za-z_][\w.-]*)[ \t]*\}\}")
_FOREIGN_WORDS = frozenset({"else", "end"})


class Message(TypedDict):
    """One turn of a conversation."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Contract:
    """How the prompt's contract stood when it was last checked, and on which version of the text."""

    version: int
    type: str
    state: str
    checked_version: int | None


@dataclass(frozen=True, slots=True)
class Split:
    """Which arm of a split label a text is, and the percent of readers that get arm b."""

    arm: Arm
    share: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text ready for use. One whose hash is not exact cannot be made."""

    name: str
    label: str
    text: str
    sha256: str
    version: int | None = None
    checkpoint_sha256: str = ""
    contract: Contract | None = None
    split: Split | None = None
    role: str = "system"
    source: Source = "server"
    is_stale: bool = False
    tag: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if hash_of(self.text) != self.sha256:
            raise HashMismatch(f"The text of {self.name}@{self.label} does not have the hash {self.sha256}.")

    @property
    def arm(self) -> Arm | None:
        """The arm of a split label; none without a split."""
        return self.split.arm if self.split is not None else None

    @property
    def messages(self) -> list[Message]:
        """The text as the conversation a chat service takes."""
        return [{"role": self.role, "content": self.text}]

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the open variables, each once, in order of first use."""
        return tuple(dict.fromkeys(name for name, _, _ in _places(self.text)))

    def render(self, values: Mapping[str, object] | None = None, /, **more: object) -> Text:
        """The same with its variables filled; MissingValues names every one without a value.

        Nothing is run, and what is put in is never scanned again.
        """
        given = {**(values or {}), **more}
        missing = [name for name in self.variables if name not in given]
        if missing:
            raise MissingValues(missing)
        parts: list[str] = []
        position = 0
        for name, start, end in _places(self.text):
            parts += [self.text[position:start], str(given[name])]
            position = end
        text = "".join([*parts, self.text[position:]])
        return replace(self, text=text, sha256=hash_of(text), source="rendered")


def hash_of(text: str) -> str:
    """The sha256 the server gives a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _places(text: str) -> list[tuple[str, int, int]]:
    found = []
    position = 0
    while opening := _OPEN.search(text, position):
        position = opening.end()
        if len(opening[0]) == 2 and (place := _VARIABLE.match(text, opening.start())):
            position = place.end()
            if place[1] not in _FOREIGN_WORDS:
                found.append((place[1], place.start(), place.end()))
    return found
