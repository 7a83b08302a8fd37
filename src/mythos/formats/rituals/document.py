"""A ritual as files hold it: what every reader yields and every writer takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mythos.errors import Invalid

# Gives the text of a file the document refers to, or None when it is not there to be read.
OpenFile = Callable[[str], str | None]
MOST_NODES = 500_000


@dataclass(frozen=True)
class CaseRecord:
    """One case; `place` says where it stands in the file."""

    ref: str = ""
    input: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, str]] = field(default_factory=list)
    expectations: list[dict[str, Any]] = field(default_factory=list)
    weight: float = 1.0
    split: str = ""
    threshold: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True)
class RitualDocument:
    """A ritual, with notes about what was understood in another way or not at all, and the file it was read from."""

    title: str
    cases: tuple[CaseRecord, ...]
    template: list[dict[str, str]] = field(default_factory=list)
    description: str = ""
    type: str = "free"
    origin: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    file: str = ""


def no_file(name: str) -> str | None:
    """There are no files beside the document."""
    return None


def refused(name: str, problems: list[tuple[str, str]]) -> Invalid:
    """The whole document is refused; each problem with its place."""
    rows = [{"file": name, "line": place, "message": message} for place, message in problems]
    return Invalid(
        f"{name} cannot be imported: {problems[0][1]}",
        hint="Nothing was written.",
        data={"file": name, "problems": rows},
    )


def bounded(value: Any, name: str) -> Any:
    """A copy as plain JSON values; a document that unfolds into too much, or not into JSON, is refused."""
    left = MOST_NODES

    def copy(node: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > 60:
            raise Invalid(f"{name} unfolds into too much.", data={"file": name})
        if isinstance(node, dict):
            return {str(key): copy(inner, depth + 1) for key, inner in node.items()}
        if isinstance(node, (list, tuple)):
            return [copy(inner, depth + 1) for inner in node]
        return node if node is None or isinstance(node, (str, int, float, bool)) else str(node)

    return copy(value, 0)


def turns(value: Any) -> list[dict[str, str]] | None:
    """Messages, from `{role, content}` or `{user: …}` entries; None when it is no conversation."""
    if not isinstance(value, list) or not value:
        return None
    found: list[dict[str, str]] = []
    for entry in value:
        if not isinstance(entry, dict):
            return None
        if isinstance(entry.get("role"), str) and "content" in entry:
            role, content = entry["role"], entry["content"]
        elif len(entry) == 1:
            role, content = next(iter(entry.items()))
        else:
            return None
        if role not in ("system", "user", "assistant"):
            return None
        found.append({"role": role, "content": content if isinstance(content, str) else json.dumps(content)})
    return found
