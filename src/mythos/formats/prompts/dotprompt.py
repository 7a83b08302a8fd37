"""`.prompt` (dotprompt, Genkit): YAML header, Handlebars body with `{{role "…"}}`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mythos.formats.prompts.base import Format, Item, OpenFile, PromptRecord, refuse, title_of
from mythos.formats.prompts.bounds import needed
from mythos.formats.prompts.dotprompt_inputs import taken, written
from mythos.formats.prompts.front_matter import Parts, join, split
from mythos.formats.prompts.particulars import (
    CAMEL,
    filled,
    our_names,
    record_of,
    slug_of_path,
    text_field,
    their_names,
)
from mythos.formats.prompts.turns import PLACEHOLDER, ROLES, Turn, in_roles, turns_of
from mythos.text.normalize import decode

SUFFIX = ".prompt"
# What may stand after a role: key="value" pairs, kept with the turn as other formats write them, in brackets.
_PAIRS = r"(?:\s+[A-Za-z_]\w{0,40}=(?:\"[^\"{}\[\]\n]{0,80}\"|[\w.]{1,80})){0,4}"
_ROLE = re.compile(rf"\{{\{{~?\s*role\s+[\"'](\w{{1,40}})[\"']({_PAIRS})\s*~?\}}\}}|<<<dotprompt:role:(\w{{1,40}})>>>")
# The roles its own tools render; a placeholder of messages is its helper for the conversation so far.
KNOWN = ("system", "user", "assistant", "tool")
_HISTORY = "{{history}}"
# Comments and blank lines may stand before the header.
_PREFACE = re.compile(r"(?:(?:#[^\n]*|[ \t]*)\n)+(?=---[ \t]*(?:\n|\Z))")


def load(data: bytes, name: str, open_file: OpenFile) -> Sequence[Item]:
    """The prompt of a file."""
    text, slug = decode(data, name=name), slug_of_path(name, SUFFIX)
    preface = _PREFACE.match(text.replace("\r\n", "\n"))
    parts = split(text, name, strict=not preface, start=preface[0].count("\n") if preface else 0)
    if not parts.has_header:
        parts, preface = split(text, name), None
    notes = [f"{name}: the comment before the header is not kept."] if preface and preface[0].strip() else []
    fields = dict(parts.fields)
    title, description = text_field(fields, "name", name), text_field(fields, "description", name)
    model = text_field(fields, "model", name)
    config = needed(fields.pop("config", None) or {}, dict, name, "config")
    given = dict(needed(fields.pop("input", None) or {}, dict, name, "input"))
    inputs = taken(given, name)
    # A name that says no more than the file's is written again only where it stood.
    fields |= filled({"input": given, "name": title if title == title_of(slug) else ""})
    metadata = {
        "description": description,
        "model": model,
        "parameters": our_names(config, CAMEL),
        "inputs": inputs,
        "dotprompt": fields,
    }
    return [record_of(name, _turns(parts, name), filled(metadata), slug=slug, title=title, notes=notes)]


def _turns(parts: Parts, name: str) -> list[Turn]:
    turns, role, about, position = [], "user", "", 0
    for mark in [*_ROLE.finditer(parts.body), None]:
        piece = parts.body[position : mark.start() if mark else None].rstrip()
        # A space after a mark parts the two; the indent of a line of its own belongs to it.
        content = piece.lstrip(" ") if position and piece.strip() and not piece.startswith("\n") else piece
        if content.strip() or position:
            turns.append(Turn(role, content.strip("\n"), about))
        if mark:
            role, position = mark[1] or mark[3], mark.end()
            about = f"[{mark[2].strip()}]" if mark[2] else ""
            role = "assistant" if role == "model" else role
            if role not in ROLES:
                raise refuse(name, f"there is no role {role!r}.", field=f"role {role}")
    return turns


def dump(records: Sequence[PromptRecord]) -> bytes:
    """A file with the inputs as JSON Schema, or as Picoschema where they came in one."""
    (record,) = records
    meta = record.metadata
    own = dict(meta.get("dotprompt", {}))
    is_named = own.pop("name", "") or record.title != title_of(record.slug)
    head = {
        "name": record.title if is_named else "",
        "description": meta.get("description"),
        "model": meta.get("model"),
        "config": their_names(meta.get("parameters", {}), CAMEL),
        "input": written(meta.get("inputs", {}), own.pop("input", {})),
    }
    fields, body = filled(head) | own, _body(turns_of(record))
    if fields:
        return join(fields, body).encode()
    # An empty header only where the text would be taken for one.
    return (f"---\n{{}}\n---\n{body}\n" if body.startswith("---") or _PREFACE.match(body) else f"{body}\n").encode()


def _body(turns: Sequence[Turn]) -> str:
    """The messages one below the other, each behind its mark, so that nothing else comes into their texts."""
    if len(turns) == 1 and turns[0].role == "user" and not turns[0].about:
        return turns[0].content
    parts = []
    for turn in in_roles(turns, KNOWN):
        gap = "\n" if turn.content.startswith((" ", "\t")) else ""
        parts.append(_HISTORY if turn.role == PLACEHOLDER else f"{_mark(turn)}{gap}{turn.content}")
    return "\n".join(parts)


def _mark(turn: Turn) -> str:
    role, pairs = "model" if turn.role == "assistant" else turn.role, f" {turn.about[1:-1]}" if turn.about else ""
    return f'{{{{role "{role}"{pairs if re.fullmatch(_PAIRS, pairs) else ""}}}}}'


FORMAT = Format("dotprompt", "dotprompt", SUFFIX, load, dump, blocks=("{{#",))
