"""A file or a folder of prompt files of any format; `<name>/system.md` is the prompt `<name>`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mythos.errors import MythosError
from mythos.formats.prompts.base import Format, Item, OpenFile, Problem, problem_of
from mythos.formats.prompts.recognise import format_of, why_left_out
from mythos.text.normalize import MAX_BYTES, decode

MOST_FILES = 50_000


def read_file(path: Path, most: int = MAX_BYTES) -> bytes:
    """Bytes of a file, never more than one past the limit: a huge file must not fill the memory."""
    with path.open("rb") as file:
        return file.read(most + 1)


def read(path: Path) -> Iterator[Item]:
    """Prompts of a file or folder in the order of their names."""
    if path.is_file():
        yield from read_one(path.parent, PurePosixPath(path.name), follow=True)
        return
    for relative in files_of(path):
        yield from read_one(path, relative)


def files_of(folder: Path) -> Iterator[PurePosixPath]:
    """Relative paths of the files below a folder, in order; links and hidden names are left out."""
    found: list[PurePosixPath] = []
    for top, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(top) / name
            if not name.startswith(".") and not path.is_symlink() and path.is_file():
                found.append(PurePosixPath(path.relative_to(folder).as_posix()))
    yield from sorted(found)[:MOST_FILES]
    if len(found) > MOST_FILES:
        yield PurePosixPath(f"… and {len(found) - MOST_FILES} more")


def left_out(folder: Path) -> Iterator[str]:
    """The files of a folder that may hold prompts and are not read, each with the reason."""
    for relative in files_of(folder):
        try:
            why = why_left_out(relative.as_posix(), read_inside(folder, relative))
        except OSError:
            continue  # the reader of the folder says so
        if why:
            yield f"{relative} was left out: {why}"


def read_one(folder: Path, relative: PurePosixPath, *, follow: bool = False) -> Iterator[Item]:
    """The prompts of one file; nothing when it is no prompt file, a problem when it is a bad one."""
    shown = relative.as_posix()
    if shown.startswith("…"):
        yield Problem(shown, 1, f"Only the first {MOST_FILES:,} files of a folder are read.")
        return
    form: Format | None = None
    try:
        data = read_inside(folder, relative, follow=follow)
        form = format_of(shown, data, alone=follow)
        if form is None:
            return
        if len(data) > MAX_BYTES and not form.holds_many:
            decode(data, name=shown)
        yield from form.load(data, shown, _beside(folder, relative))
    except MythosError as error:
        if follow and form is not None and form.holds_many:
            raise  # a table that cannot be read has no other rows to go on with
        yield problem_of(error, shown)
    except OSError as error:
        yield Problem(shown, 1, f"The file cannot be read: {error.strerror}.")


def read_inside(folder: Path, relative: PurePosixPath, *, follow: bool = False) -> bytes:
    """Bytes of a file below a folder; a link is refused by the system itself."""
    path = folder / relative
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(None, "it is no file")
        return file.read(MAX_BYTES + 1)


def _beside(folder: Path, relative: PurePosixPath) -> OpenFile:
    """Opens files that a document refers to, when they stand in its own folder or below it."""

    def open_file(name: str) -> str | None:
        wanted = PurePosixPath(name)
        if wanted.is_absolute() or ".." in wanted.parts or not wanted.parts:
            return None
        top = folder / relative.parent
        path = top / wanted
        if any(part.is_symlink() for part in [path, *path.parents] if part.is_relative_to(top) and part != top):
            return None
        try:
            return decode(read_inside(top, wanted), name=wanted.as_posix())
        except (OSError, ValueError):
            return None

    return open_file
