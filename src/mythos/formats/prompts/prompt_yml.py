"""`.prompt.yml` (GitHub Models): messages and parameters; its test data is read as a ritual."""

from __future__ import annotations

from collections.abc import Sequence

from mythos.formats.prompts.base import Format, Item, OpenFile, PromptRecord
from mythos.formats.prompts.bounds import needed, read_yaml, write_yaml
from mythos.formats.prompts.particulars import (
    filled,
    our_names,
    record_of,
    slug_of_path,
    text_field,
    their_names,
)
from mythos.formats.prompts.turns import PLACEHOLDER, Turn, as_messages, from_messages, in_roles, turns_of
from mythos.text.normalize import decode

SUFFIX = ".prompt.yml"
KNOWN = ("system", "user", "assistant")
NAMES = {
    "maxTokens": "max_tokens",
    "topP": "top_p",
    "frequencyPenalty": "frequency_penalty",
    "presencePenalty": "presence_penalty",
}


def load(data: bytes, name: str, open_file: OpenFile) -> Sequence[Item]:
    """The prompt of a file."""
    fields = dict(needed(read_yaml(decode(data, name=name), name), dict, name, "messages"))
    title, description = text_field(fields, "name", name), text_field(fields, "description", name)
    parameters = needed(fields.pop("modelParameters", None) or {}, dict, name, "modelParameters")
    model = text_field(fields, "model", name)
    notes: list[str] = []
    turns = from_messages(fields.pop("messages", None), name, "messages", notes)
    metadata = {
        "description": description,
        "model": model,
        "parameters": our_names(parameters, NAMES),
        "prompt.yml": fields,
    }
    bare = name.removesuffix(".yaml").removesuffix(".yml") if not name.lower().endswith(SUFFIX) else name
    slug = slug_of_path(bare if bare == name else bare.removesuffix(".prompt") + SUFFIX, SUFFIX)
    return [record_of(name, turns, filled(metadata), slug=slug, title=title, notes=notes)]


def dump(records: Sequence[PromptRecord]) -> bytes:
    """A file that GitHub Models runs."""
    (record,) = records
    meta = record.metadata
    head = {
        "name": record.title,
        "description": meta.get("description"),
        "model": meta.get("model"),
        "modelParameters": their_names(meta.get("parameters", {}), NAMES),
        "messages": as_messages(_told(turns_of(record))),
    }
    return write_yaml(filled(head) | meta.get("prompt.yml", {})).encode()


def _told(turns: Sequence[Turn]) -> list[Turn]:
    """The turns as GitHub Models takes them: three roles, no placeholder of messages, nothing empty."""
    told = [
        Turn("user", f"{{{{{turn.content}}}}}") if turn.role == PLACEHOLDER else turn
        for turn in in_roles(turns, KNOWN)
        if turn.content.strip()
    ]
    return told or list(turns)


FORMAT = Format("prompt.yml", "GitHub Models", SUFFIX, load, dump)
