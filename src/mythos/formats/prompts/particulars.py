"""What several formats say in their own words: parameters, inputs, and the record that is made of it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from mythos.formats.prompts.base import PromptRecord, Revision, refuse, slugify, title_of
from mythos.formats.prompts.bounds import check_metadata, needed, without_secrets
from mythos.formats.prompts.turns import Turn, said

CAMEL = {
    "maxOutputTokens": "max_tokens",
    "topP": "top_p",
    "topK": "top_k",
    "stopSequences": "stop",
    "frequencyPenalty": "frequency_penalty",
    "presencePenalty": "presence_penalty",
}


def our_names(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Parameters under our names; one whose name is already taken keeps its own."""
    return {(names[key] if names.get(key, key) not in given else key) if key in names else key: value
            for key, value in given.items()}  # fmt: skip


def their_names(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Parameters under the format's names."""
    return our_names(given, {ours: theirs for theirs, ours in names.items()})


def inputs_from(value: Any, file: str, field: str) -> dict[str, Any]:
    """Inputs by name, of a list of `{name, kind, …}` or of an object."""
    if isinstance(value, list):
        pairs = []
        for number, entry in enumerate(value):
            where = f"{field}[{number}]"
            spec = dict(needed(entry, dict, file, where))
            pairs.append((needed(spec.pop("name", None), str, file, f"{where}.name"), spec))
    else:
        pairs = list(needed(value, dict, file, field).items())
    made: dict[str, Any] = {}
    for key, spec in pairs:
        if key in made:
            raise refuse(file, f"the input {key!r} stands twice.", field=field)
        made[key] = _spec(spec)
    return made


def _spec(value: Any) -> dict[str, Any]:
    """What is said about one input; a bare value is an example of it, as Prompty reads it."""
    if not isinstance(value, dict):
        return typed(value) | {"example": value}
    return {("type" if key == "kind" and "type" not in value else key): inner for key, inner in value.items()}


def typed(value: Any) -> dict[str, Any]:
    """The type an input has by its value; a text when there is none. A list says what is in it."""
    names: dict[type, str] = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    items = {"items": {"kind": "string"}} if isinstance(value, list) else {}
    return {"type": names.get(type(value), "string")} | items


def slug_of_path(name: str, suffix: str) -> str:
    """The slug that a file's path says."""
    if suffix.startswith("/") and name.endswith(suffix):
        return slugify(name[: -len(suffix)])
    bare = name[: -len(suffix)] if name.lower().endswith(suffix) else str(PurePosixPath(name).with_suffix(""))
    return slugify(bare)


def record_of(
    name: str,
    turns: Sequence[Turn],
    metadata: Mapping[str, Any],
    *,
    slug: str,
    title: str = "",
    tags: Sequence[str] = (),
    notes: Sequence[str] = (),
    line: int = 1,
) -> PromptRecord:
    """A record with everything it says checked; empty fields are left out."""
    if not slug:
        raise refuse(name, "no slug can be made from the name.")
    text, kind, form = said(turns, name)
    kept, secrets = without_secrets(form | filled(metadata))
    told = [f"{place}: a secret is not kept; refer to it as ${{env:NAME}}." for place in secrets]
    title = title.strip() or title_of(slug)
    if len(title) > 200:
        raise refuse(name, "a title has at most 200 characters.", field="name")
    return PromptRecord(
        slug, title, (Revision(text),), kind, tuple(tags), name, line, check_metadata(kept, name), (*notes, *told)
    )


def words(value: Any, file: str, field: str) -> list[str]:
    """A list of texts."""
    return [needed(entry, str, file, f"{field}[{number}]") for number, entry in
            enumerate(needed(value, list, file, field))]  # fmt: skip


def text_field(fields: dict[str, Any], key: str, file: str) -> str:
    """A text taken out of the fields; empty when it is not there."""
    value = fields.pop(key, None)
    return "" if value is None else str(needed(value, str, file, key))


def filled(pairs: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {key: value for key, value in pairs.items() if value not in (None, "", {}, [], ())}
