"""A file or a folder of Markdown and text files; `<name>/system.md` is the prompt `<name>`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mythos.errors import MythosError
from mythos.formats.prompts.base import Item, Problem, PromptRecord, Revision, problem_of, slugify, title_of
from mythos.text.normalize import MAX_BYTES, decode

ENDINGS = (".prompt.md", ".md", ".markdown", ".txt")
_SKIPPED_NAMES = {"readme", "license", "changelog", "contributing"}


def slug_and_kind(path: PurePosixPath) -> tuple[str, str] | None:
    """Slug and kind of a prompt file by its relative path; None when it is no prompt file."""
    name = path.name
    ending = next((e for e in ENDINGS if name.lower().endswith(e)), None)
    if ending is None or any(part.startswith(".") for part in path.parts):
        return None
    stem = name[: -len(ending)]
    if stem.lower() in _SKIPPED_NAMES:
        return None
    if stem == "system" and len(path.parts) > 1:
        return slugify(path.parent.as_posix()), "system"
    slug = slugify((path.parent / stem).as_posix())
    return (slug, "user" if stem == "user" else "system") if slug else None


def read_file(path: Path) -> bytes:
    """Bytes of a file, never more than one past the limit: a huge file must not fill the memory."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def read(path: Path) -> Iterator[Item]:
    """Prompts of a file or folder in the order of their names."""
    if path.is_file():
        yield _record(path, PurePosixPath(path.name))
        return
    for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink()):
        relative = PurePosixPath(file.relative_to(path).as_posix())
        if slug_and_kind(relative) is not None:
            yield _record(file, relative)


def _record(file: Path, relative: PurePosixPath) -> Item:
    named = slug_and_kind(relative)
    slug, kind = named or (slugify(relative.stem), "system")
    shown = relative.as_posix()
    if not slug:
        return Problem(shown, 1, "No slug can be made from the file's name.")
    try:
        if file.stat().st_size > MAX_BYTES:
            decode(b"\n" * (MAX_BYTES + 1), name=shown)
        text = decode(read_file(file), name=shown)
    except MythosError as error:
        return problem_of(error, shown)
    except OSError as error:
        return Problem(shown, 1, f"The file cannot be read: {error.strerror}.")
    if not text.strip():
        return Problem(shown, 1, "The file is empty.")
    return PromptRecord(slug, title_of(slug), (Revision(text),), kind, (), shown, 1)
