"""A folder with SKILL.md (Agent Skills): name and description, then instructions. Its other files are not read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from mythos.formats.prompts.base import Format, Item, OpenFile, PromptRecord, refuse, slugify
from mythos.formats.prompts.bounds import needed
from mythos.formats.prompts.front_matter import join, split
from mythos.formats.prompts.particulars import filled, record_of
from mythos.formats.prompts.turns import Turn, join_turns, turns_of
from mythos.text.normalize import decode

SUFFIX = "/SKILL.md"
FILE = "SKILL.md"
MOST = {"name": 64, "description": 1024, "compatibility": 500}
_NAME = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
KEYS = ("name", "description", "license", "compatibility", "metadata", "allowed-tools")


def load(data: bytes, name: str, open_file: OpenFile) -> Sequence[Item]:
    """The instructions of a skill; its name and description must keep the rules of the format."""
    parts = split(decode(data, name=name), name, words=True)
    if not parts.has_header:
        raise refuse(name, "a skill begins with a header that names it.")
    fields = dict(parts.fields)
    check(fields, name)
    slug = fields.pop("name")
    description, about = fields.pop("description"), fields.pop("metadata", {})
    title, tags = about.pop("title", ""), about.pop("tags", "").split()
    folder = PurePosixPath(name).parent.name
    notes = [f"{name}, name: the folder is called {folder!r}, not {slug!r}."] if folder and folder != slug else []
    if slugify(slug) != slug:
        notes.append(f"{name}, name: it is kept as {slugify(slug)!r}.")
    metadata = {"description": description, "skill": fields | filled({"metadata": about})}
    turns = [Turn("system", parts.body)]
    return [record_of(name, turns, filled(metadata), slug=slugify(slug), title=title, tags=tags, notes=notes)]


def check(fields: dict[str, Any], name: str) -> None:
    """Refuse a header that the format does not allow, with the field."""
    for key in ("name", "description"):
        if not needed(fields.get(key), str, name, key).strip():
            raise refuse(name, "it must not be empty.", field=key)
    for key, most in MOST.items():
        if key in fields and len(needed(fields[key], str, name, key)) > most:
            raise refuse(name, f"at most {most} characters.", field=key)
    if not _NAME.fullmatch(fields["name"]) or fields["name"] != fields["name"].lower():
        raise refuse(name, "lower-case letters, digits and single hyphens between them.", field="name")
    for key, value in needed(fields.get("metadata", {}), dict, name, "metadata").items():
        needed(value, str, name, f"metadata.{key}")


def dump(records: Sequence[PromptRecord]) -> bytes:
    """SKILL.md; what the name cannot hold is made to fit."""
    (record,) = records
    meta = record.metadata
    own = {key: value for key, value in meta.get("skill", {}).items() if key in KEYS}
    about = filled({"title": record.title, "tags": " ".join(record.tags)}) | own.pop("metadata", {})
    description = str(meta.get("description") or record.title).strip()[: MOST["description"]]
    fields = {"name": name_of(record.slug), "description": description} | own | {"metadata": about}
    turns = turns_of(record)
    body = turns[0].content if len(turns) == 1 and not turns[0].about else join_turns(turns)
    return join(fields, f"\n{body}").encode()


def name_of(slug: str) -> str:
    """The slug as the format allows a name."""
    return re.sub(r"[^a-z0-9]+", "-", slug).strip("-")[: MOST["name"]].strip("-")


FORMAT = Format("skill", "Agent Skill", SUFFIX, load, dump)
