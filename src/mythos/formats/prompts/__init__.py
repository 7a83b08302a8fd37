"""Where prompts come from and go to. One format a file; `READERS` are the sources, `FORMATS` what a file can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from mythos.errors import Invalid
from mythos.formats.prompts import folder, git, revisions
from mythos.formats.prompts.base import Format, Item, Problem, PromptRecord, Revision
from mythos.formats.prompts.recognise import BUILT_IN, format_of

FORMATS: dict[str, Format] = {form.name: form for form in BUILT_IN}
READERS: dict[str, Callable[[Path], Iterator[Item]]] = {
    "folder": folder.read,
    "file": folder.read,
    "revisions": revisions.read,
    "git": git.read,
}
ENDINGS = (".md", ".markdown", ".txt", ".prompty", ".prompt", ".yml", ".yaml", ".csv", ".json")


def kind_of(path: Path) -> str:
    """Which reader a path is for; Invalid when there is none."""
    if path.is_dir():
        return "git" if git.is_repository(path) else "folder"
    if not path.exists():
        raise Invalid(f"{path} does not exist.", data={"file": str(path)})
    ending = path.suffix.lower()
    form = format_of(path.name, folder.read_file(path, revisions.MAX_JSON_BYTES)) if ending in ENDINGS else None
    if ending == ".json" and form is None:
        return "revisions"
    if ending not in ENDINGS or (form is None and ending in (".yml", ".yaml")):
        raise Invalid(
            f"{path.name} is no source of prompts.",
            hint=f"Give a folder, a git repository, or a file that ends in {', '.join(ENDINGS)}.",
            data={"file": path.name},
        )
    return "file"


def left_out(path: Path) -> list[str]:
    """Files of a folder that may hold prompts and are not read, each with the reason; nothing for other sources."""
    return list(folder.left_out(path)) if path.is_dir() and kind_of(path) == "folder" else []


def read_prompts(path: Path, *, kind: str | None = None) -> Iterator[Item]:
    """Prompts and problems of a source, streamed."""
    return READERS[kind or kind_of(path)](path)


__all__ = [
    "ENDINGS",
    "FORMATS",
    "READERS",
    "Format",
    "Item",
    "Problem",
    "PromptRecord",
    "Revision",
    "format_of",
    "kind_of",
    "left_out",
    "read_prompts",
]
