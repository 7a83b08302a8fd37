"""A conversation as one text: each turn begins with a line such as `user:`, as Prompty writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mythos.formats.prompts.base import PromptRecord, refuse
from mythos.text.normalize import normalize

ROLES = ("system", "developer", "user", "assistant", "tool", "placeholder")
PLACEHOLDER = "placeholder"
CHAT = "chat"
MOST_ABOUT = 200
_ABOUT = rf"\[[^\]\n]{{0,{MOST_ABOUT}}}\]"
_OWN = ("role", "content", "type")

_PAIR = re.compile(r"([A-Za-z_]\w{0,40})=(?:\"([^\"\[\]\n]{0,60})\"|(true|false|0|-?[1-9][0-9]{0,14}))")


@cache
def _mark(roles: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"({'|'.join(roles)})({_ABOUT})?:")


@cache
def _escaped(roles: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\\+(?:{'|'.join(roles)})(?:{_ABOUT})?:")


@cache
def _loose(roles: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"[ \t]*#?[ \t]*({'|'.join(roles)})[ \t]*({_ABOUT})?[ \t]*:[ \t]*", re.IGNORECASE)


@dataclass(frozen=True)
class Turn:
    """What one role says; `about` is what stands in brackets after the role."""

    role: str
    content: str
    about: str = ""


def split_turns(text: str, *, first: str = "system", roles: tuple[str, ...] = ROLES) -> list[Turn]:
    """The turns of a text; what stands before the first mark is said by `first`. Only `roles` are marks."""
    turns, role, about, lines = [], first, "", list[str]()
    begun = False
    for line in [*text.split("\n"), None]:
        mark = _mark(roles).fullmatch(line) if line is not None else None
        if line is None or mark:
            content = "\n".join(lines).strip("\n")
            if begun or content:
                turns.append(Turn(role, content, about))
        if mark:
            role, about, lines, begun = mark[1], mark[2] or "", [], True
        elif line is not None:
            lines.append(line[1:] if _escaped(roles).fullmatch(line) else line)
    return turns


def join_turns(turns: Sequence[Turn], *, roles: tuple[str, ...] = ROLES) -> str:
    """The text of turns; a line of a content that looks like a mark gets a backslash."""
    parts = []
    for turn in turns:
        lines = [
            f"\\{line}" if _mark(roles).fullmatch(line) or _escaped(roles).fullmatch(line) else line
            for line in normalize(turn.content).split("\n")
        ]
        parts.append("\n".join([f"{turn.role}{turn.about}:", *lines]).rstrip("\n"))
    return "\n\n".join(parts)


def tidy_marks(text: str, roles: tuple[str, ...] = ROLES) -> str:
    """Marks in the loose spelling other readers allow, in ours."""
    lines = []
    for line in text.split("\n"):
        loose = _loose(roles).fullmatch(line)
        lines.append(f"{loose[1].lower()}{loose[2] or ''}:" if loose else line)
    return "\n".join(lines)


def said(turns: Sequence[Turn], name: str) -> tuple[str, str, dict[str, Any]]:
    """Text, kind and metadata of a conversation; one turn of the system or the user is a text without marks."""
    if not any(turn.content.strip() for turn in turns):
        raise refuse(name, "it says nothing.")
    only = turns[0]
    if len(turns) == 1 and only.role in ("system", "user") and not only.about:
        return normalize(only.content), only.role, {}
    return normalize(join_turns(turns)), "system", {"form": CHAT}


def turns_of(record: PromptRecord) -> list[Turn]:
    """What a prompt says, turn by turn."""
    text = normalize(record.text)
    if record.metadata.get("form") == CHAT:
        return split_turns(text)
    return [Turn("user" if record.kind == "user" else "system", text)]


def in_roles(turns: Sequence[Turn], known: Sequence[str]) -> list[Turn]:
    """The turns in the roles a format knows: a developer speaks as the system, a tool as the user."""
    other = {"developer": "system", "tool": "user"}
    return [
        turn if turn.role in known else Turn(other.get(turn.role, turn.role), turn.content, turn.about)
        for turn in turns
    ]


def from_messages(value: Any, name: str, field: str, notes: list[str]) -> list[Turn]:
    """Turns of a list of `{role, content}`; Invalid names the entry, `notes` what of it is not kept."""
    if not isinstance(value, list) or not value:
        raise refuse(name, "expected a list of messages.", field=field)
    turns = []
    for number, entry in enumerate(value):
        where = f"{field}[{number}]"
        if isinstance(entry, dict) and entry.get("type") == "placeholder" and isinstance(entry.get("name"), str):
            turns.append(Turn("placeholder", entry["name"]))
            continue
        if not isinstance(entry, dict) or not isinstance(entry.get("content"), str):
            raise refuse(name, "a message needs a role and a content that is text.", field=where)
        role = "assistant" if entry.get("role") == "model" else entry.get("role")
        if role not in ROLES:
            raise refuse(name, f"the role must be one of {', '.join(ROLES)}.", field=f"{where}.role")
        about, lost = _about({key: entry[key] for key in entry if key not in _OWN})
        notes += [f"{name}, {where}.{key}: it is not kept." for key in lost]
        turns.append(Turn(role, entry["content"], about))
    return turns


def _about(beside: dict[str, Any]) -> tuple[str, list[str]]:
    """What a message says beside its content as the brackets of a mark, and the keys that do not fit in there."""
    pairs, lost = "", []
    for key, value in beside.items():
        said = f'"{value}"' if isinstance(value, str) else json.dumps(value)
        more = f"{pairs} {key}={said}".strip()
        if _PAIR.fullmatch(f"{key}={said}") and len(more) <= MOST_ABOUT:
            pairs = more
        else:
            lost.append(key)
    return f"[{pairs}]" if pairs else "", lost


def as_messages(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """Turns as `{role, content}`, and what else stands in the brackets of a mark."""
    return [
        {"type": "placeholder", "name": turn.content}
        if turn.role == PLACEHOLDER
        else {"role": turn.role, "content": turn.content} | _beside(turn.about)
        for turn in turns
    ]


def _beside(about: str) -> dict[str, Any]:
    pairs = (found.groups() for found in _PAIR.finditer(about))
    return {key: json.loads(bare) if bare else quoted for key, quoted, bare in pairs if key not in _OWN}
