"""Markdown or plain text with an optional header; the one file format that holds everything MythOS knows of a text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from mythos.formats.prompts.base import Format, Item, OpenFile, PromptRecord, Revision, refuse, slugify, title_of
from mythos.formats.prompts.bounds import check_metadata, without_secrets
from mythos.formats.prompts.front_matter import FENCE, Parts, join, split
from mythos.formats.prompts.particulars import text_field, words
from mythos.text.normalize import decode, normalize

SUFFIX = ".md"
ENDINGS = (".prompt.md", ".md", ".markdown", ".txt")
_SKIPPED_NAMES = {"readme", "license", "changelog", "contributing"}
KINDS = ("system", "user", "tool", "fragment")


def stem_of(path: PurePosixPath) -> str | None:
    """The name of a prompt file without its ending; None when it is no prompt file."""
    ending = next((e for e in ENDINGS if path.name.lower().endswith(e)), None)
    if ending is None or any(part.startswith(".") for part in path.parts):
        return None
    stem = path.name[: -len(ending)]
    return None if stem.lower() in _SKIPPED_NAMES else stem


def slug_and_kind(path: PurePosixPath) -> tuple[str, str] | None:
    """Slug and kind of a prompt file by its relative path; None when it is no prompt file, or no slug can be made."""
    stem = stem_of(path)
    if stem is None:
        return None
    if stem == "system" and len(path.parts) > 1:
        return slugify(path.parent.as_posix()), "system"
    slug = slugify((path.parent / stem).as_posix())
    return (slug, "user" if stem == "user" else "system") if slug else None


def load(data: bytes, name: str, open_file: OpenFile) -> Sequence[Item]:
    """The prompt of a file."""
    path = PurePosixPath(name)
    slug, kind = slug_and_kind(path) or (slugify(path.stem), "system")
    if not slug:
        raise refuse(name, "no slug can be made from the file's name.")
    text = decode(data, name=name)
    parts = split(text, name, strict=False) if name.lower().endswith((".md", ".markdown")) else Parts({}, text)
    if not parts.body.strip():
        raise refuse(name, "the file is empty.")
    fields = dict(parts.fields)
    title = text_field(fields, "title", name).strip() or title_of(slug)
    kind = text_field(fields, "kind", name) or kind
    if kind not in KINDS:
        raise refuse(name, f"one of {', '.join(KINDS)}.", field="kind")
    if len(title) > 200:
        raise refuse(name, "at most 200 characters.", field="title")
    tags = tuple(words(fields.pop("tags", None) or [], name, "tags"))
    kept, secrets = without_secrets(fields)
    notes = tuple(f"{place}: a secret is not kept." for place in secrets)
    return [PromptRecord(slug, title, (Revision(parts.body),), kind, tags, name, 1, check_metadata(kept, name), notes)]


def dump(records: Sequence[PromptRecord]) -> bytes:
    """Header and text; a prompt with nothing to say beside its text is only its text."""
    (record,) = records
    text = normalize(record.text)
    named = slug_and_kind(PurePosixPath(f"{record.slug}{SUFFIX}"))
    fields = {
        "title": record.title if record.title != title_of(record.slug) else None,
        "kind": record.kind if record.kind != (named[1] if named else "system") else None,
        "tags": list(record.tags) or None,
    }
    fields = {key: value for key, value in fields.items() if value} | record.metadata
    if not fields and text.startswith(FENCE):
        fields = {"title": record.title}
    return (join(fields, text) if fields else text + "\n").encode()


FORMAT = Format("markdown", "Markdown", SUFFIX, load, dump, blocks=None)
