"""Where prompts come from: files, folders, tables, revision logs, git repositories. One reader a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from mythos.errors import Invalid
from mythos.formats.prompts import folder, git, revisions, table
from mythos.formats.prompts.base import Item, Problem, PromptRecord, Revision

READERS: dict[str, Callable[[Path], Iterator[Item]]] = {
    "folder": folder.read,
    "file": folder.read,
    "csv": table.read,
    "revisions": revisions.read,
    "git": git.read,
}


def kind_of(path: Path) -> str:
    """Which reader a path is for; Invalid when there is none."""
    if path.is_dir():
        return "git" if git.is_repository(path) else "folder"
    if not path.exists():
        raise Invalid(f"{path} does not exist.", data={"file": str(path)})
    ending = path.suffix.lower()
    known = {".csv": "csv", ".json": "revisions"} | dict.fromkeys([".md", ".txt", ".markdown"], "file")
    if ending not in known:
        raise Invalid(
            f"{path.name} is no source of prompts.",
            hint="Give a folder, a git repository, or a .md, .txt, .csv or .json file.",
            data={"file": path.name},
        )
    return known[ending]


def read_prompts(path: Path, *, kind: str | None = None) -> Iterator[Item]:
    """Prompts and problems of a source, streamed."""
    return READERS[kind or kind_of(path)](path)


__all__ = ["READERS", "Item", "Problem", "PromptRecord", "Revision", "kind_of", "read_prompts"]
