"""What a format cannot hold of a prompt: found by writing it, reading it back and comparing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from mythos.errors import MythosError
from mythos.formats.prompts.base import Format, PromptRecord, Revision, no_file
from mythos.text.normalize import normalize

_ABSENT = object()
_BLOCKS = ("{%", "{{#")


@dataclass(frozen=True)
class Loss:
    """One field that is not what it was on the other side, and why."""

    field: str
    reason: str


@dataclass(frozen=True)
class Written:
    """A prompt as a file of a format, and what of it is lost."""

    format: str
    file: str
    data: bytes
    losses: tuple[Loss, ...]


def write(record: PromptRecord, form: Format) -> Written:
    """The prompt as a file with its losses; never raises for a prompt that MythOS holds."""
    data = form.dump([record])
    back = read_back(record, form, data)
    if back is None:
        lost = [Loss("text", f"{form.title} cannot hold it; the file could not be read back.")]
    else:
        lost = [*differences(record, back, form), *_not_run(record, form)]
    return Written(form.name, file_of(record.slug, form), data, tuple(lost))


def file_of(slug: str, form: Format) -> str:
    """Where the file of a prompt is in a folder."""
    return f"{slug}{form.suffix}"


def read_back(record: PromptRecord, form: Format, data: bytes) -> PromptRecord | None:
    """The prompt that the file holds; None when it is none."""
    try:
        items = form.load(data, file_of(record.slug, form), no_file)
    except MythosError:
        return None
    return next((item for item in items if isinstance(item, PromptRecord)), None)


def through(record: PromptRecord, form: Format) -> PromptRecord | None:
    """The prompt as it comes back from a file of the format."""
    return read_back(record, form, form.dump([record]))


def differences(record: PromptRecord, back: PromptRecord, form: Format) -> Iterator[Loss]:
    """Every field that differs, by its path."""
    for field in ("slug", "title", "kind", "tags"):
        before, after = getattr(record, field), getattr(back, field)
        if before != after:
            yield Loss(field, _reason(before, after if after else _ABSENT, form))
    if normalize(record.text) != normalize(back.text):
        yield Loss("text", f"{form.title} writes it in another way.")
    yield from _apart(record.metadata, back.metadata, "", form)


def _apart(before: Any, after: Any, path: str, form: Format) -> Iterator[Loss]:
    if (before == after and type(before) is type(after)) or (after is _ABSENT and _is_empty(before)):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            inner = f"{path}.{key}" if path else key
            yield from _apart(before.get(key, _ABSENT), after.get(key, _ABSENT), inner, form)
    else:
        yield Loss(path, _reason(before, after, form))


def _is_empty(value: Any) -> bool:
    """Whether an object says nothing, however deep."""
    return isinstance(value, dict) and all(map(_is_empty, value.values()))


def _reason(before: Any, after: Any, form: Format) -> str:
    if after is _ABSENT:
        return f"{form.title} has no place for it."
    if before is _ABSENT:
        return f"{form.title} adds {_short(after)}."
    return f"It becomes {_short(after)}."


def _short(value: Any) -> str:
    shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"“{shown[:60]}…”" if len(shown) > 60 else f"“{shown}”"


def _not_run(record: PromptRecord, form: Format) -> Iterator[Loss]:
    if form.blocks is None:
        return
    text = record.text
    for mark in _BLOCKS:
        if mark in text and mark not in form.blocks:
            yield Loss("text", f"It holds {mark} … blocks, which {form.title} does not run.")
    if "{{>" in text:
        yield Loss("text", f"It includes other prompts with {{{{> … }}}}; {form.title} does not have them.")


def same(one: PromptRecord | None, other: PromptRecord | None) -> bool:
    """Whether both say the same, wherever they were read."""
    if one is None or other is None:
        return one is other
    return essence(one) == essence(other)


def essence(record: PromptRecord) -> PromptRecord:
    """A prompt without where it was read."""
    return replace(record, revisions=(Revision(normalize(record.text)),), file="", line=1, notes=())
