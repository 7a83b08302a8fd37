"""The files as they are, and as they were at a commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from mythos.errors import Invalid, MythosError
from mythos.formats.codex_markdown import ClauseRecord, read_codex
from mythos.formats.prompts import kind_of, read_prompts
from mythos.formats.prompts.base import Problem
from mythos.formats.prompts.folder import read_file
from mythos.formats.prompts.git import git
from mythos.text.normalize import MAX_BYTES, decode

LINK = "120000"


@dataclass(frozen=True, slots=True)
class PromptFile:
    """One prompt: its text, and the whole file it stands in."""

    file: str
    slug: str
    text: str
    whole: str


@dataclass(frozen=True, slots=True)
class Tree:
    """The prompts and the rule book at one time; a prompt is known by its file and its slug."""

    prompts: dict[tuple[str, str], PromptFile] = field(default_factory=dict)
    clauses: dict[str, ClauseRecord] = field(default_factory=dict)
    codex_file: str = ""
    codex_text: str = ""


@dataclass(frozen=True, slots=True)
class Base:
    """A commit, unpacked into a folder; `renamed` leads from new names to old ones."""

    commit: str
    root: Path
    renamed: dict[str, str]


def read_tree(root: Path, prompts: Sequence[Path], codex: Path | None) -> Tree:
    """Everything at the paths; Invalid lists every file that cannot be read. Paths that are not there are left out."""
    found: dict[tuple[str, str], PromptFile] = {}
    problems: list[Problem] = []
    for path in prompts:
        if not path.exists() or path == codex:
            continue
        above = path if path.is_dir() else path.parent
        for item in read_prompts(path, kind="folder" if path.is_dir() else kind_of(path)):
            file = above / item.file
            name = _name(root, file)
            if isinstance(item, Problem):
                problems.append(Problem(name, item.line, item.message))
            elif file != codex:
                found[(name, item.slug)] = PromptFile(name, item.slug, item.revisions[-1].text, _read(file, name))
    if problems:
        rows = [{"file": one.file, "line": one.line, "message": one.message} for one in problems]
        raise Invalid("Some prompts cannot be read.", data={"problems": rows})
    if codex is None or not codex.exists():
        return Tree(found)
    name = _name(root, codex)
    text = _read(codex, name)
    return Tree(found, {clause.ref: clause for clause in read_codex(text, name=name).clauses}, name, text)


def _name(root: Path, file: Path) -> str:
    """The file's name for people and programs: from the root on, with forward strokes."""
    try:
        return file.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return file.as_posix()


def _read(file: Path, name: str) -> str:
    try:
        return decode(read_file(file), name=name)
    except OSError as error:
        raise Invalid(f"{name} cannot be read: {error.strerror}.", data={"file": name}) from error


def in_git(root: Path) -> bool:
    """Whether the folder belongs to a repository with a commit."""
    try:
        git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    except MythosError:
        return False
    return True


@contextmanager
def unpacked(root: Path, base: str, paths: Sequence[Path]) -> Iterator[Base]:
    """The files at `paths` as they were where the work left `base`, in a folder that is gone afterwards."""
    top = Path(git(root, "rev-parse", "--show-toplevel").decode().strip())
    commit = _start_of(root, base)
    names = [name for name in (_name(top, path) for path in paths) if name != "."]
    with TemporaryDirectory(prefix="mythos-base-") as folder:
        target = Path(folder).resolve()
        listed = git(top, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *names).decode("utf-8", "surrogateescape")
        for row in listed.split("\x00"):
            kind, _, name = row.partition("\t")
            if name and kind.split()[0] != LINK:
                _unpack(top, kind.split()[2], target / name)
        yield Base(commit, target / _name(top, root), _renamed(top, root, commit, names))


def _start_of(root: Path, base: str) -> str:
    """The commit where this work left `base`: what came to `base` since then is not this change's doing."""
    try:
        git(root, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}")
    except Invalid as error:
        raise Invalid(f"There is no commit {base!r}.", hint="In CI, fetch it first.", fields={"base": base}) from error
    try:
        return git(root, "merge-base", base, "HEAD").decode().strip()
    except Invalid:
        return git(root, "rev-parse", base).decode().strip()


def _unpack(top: Path, blob: str, file: Path) -> None:
    if int(git(top, "cat-file", "-s", blob)) > MAX_BYTES:
        return  # nothing that large is a prompt; the reader of today's file says so
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(git(top, "cat-file", "blob", blob))


def _renamed(top: Path, root: Path, commit: str, names: Sequence[str]) -> dict[str, str]:
    told = git(top, "diff", "--name-status", "-M", "-z", "--diff-filter=R", commit, "--", *names)
    parts = told.decode("utf-8", "surrogateescape").split("\x00")
    pairs = zip(parts[1::3], parts[2::3], strict=False)
    return {_name(root, top / new): _name(root, top / old) for old, new in pairs}
