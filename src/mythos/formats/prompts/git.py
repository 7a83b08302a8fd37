"""A git repository: every commit that changes a prompt file is a revision with its date, author and message."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from mythos.errors import Invalid, MythosError, NotConfigured
from mythos.formats.prompts.base import Item, PromptRecord, Revision, problem_of, title_of
from mythos.formats.prompts.markdown import slug_and_kind
from mythos.text.normalize import MAX_BYTES, decode

_FORMAT = "%x01%H%x00%aI%x00%an%x00%s%x00"


def is_repository(path: Path) -> bool:
    """Whether the folder is the top of a git repository."""
    return (path / ".git").exists()


def read(path: Path) -> Iterator[Item]:
    """Prompts of a repository, each with its whole history, in the order of their slugs."""
    history: dict[str, list[tuple[list[str], str]]] = {}
    kinds: dict[str, str] = {}
    log = git(
        path,
        "log",
        "--reverse",
        "--first-parent",
        "-m",
        "--no-renames",
        "--name-only",
        "-z",
        f"--format={_FORMAT}",
    )
    for entry in log.decode("utf-8", "replace").split("\x01")[1:]:
        commit, when, author, subject, *names = entry.split("\x00")
        for name in names:
            file = name.strip("\n")
            named = slug_and_kind(PurePosixPath(file)) if file else None
            if named is not None:
                kinds[named[0]] = named[1]
                history.setdefault(named[0], []).append(([commit, when, author, subject], file))
    for slug in sorted(history):
        yield from _record(path, slug, kinds[slug], history[slug])


def _record(path: Path, slug: str, kind: str, commits: list[tuple[list[str], str]]) -> Iterator[Item]:
    revisions = []
    for (commit, when, author, subject), file in commits:
        name = f"{file}@{commit[:12]}"
        size = _git_or_none(path, "cat-file", "-s", f"{commit}:{file}")
        if size is None:
            continue  # the commit deleted the file
        try:
            data = git(path, "cat-file", "blob", f"{commit}:{file}") if int(size) <= MAX_BYTES else bytes(MAX_BYTES + 1)
            text = decode(data, name=name)
        except MythosError as error:
            yield problem_of(error, name)
            continue
        if text.strip():
            revisions.append(Revision(text, datetime.fromisoformat(when), author, subject, commit))
    if revisions:
        yield PromptRecord(slug, title_of(slug), tuple(revisions), kind, (), commits[-1][1], 1)


def _git_or_none(path: Path, *arguments: str) -> bytes | None:
    try:
        return git(path, *arguments)
    except Invalid:
        return None


def git(path: Path, *arguments: str) -> bytes:
    """What git says; NotConfigured without git, Invalid with its own last word when it fails."""
    try:
        done = subprocess.run(["git", "-C", str(path), *arguments], capture_output=True, check=False)
    except FileNotFoundError as error:
        raise NotConfigured("Importing a repository needs git.", hint="Install git.") from error
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Invalid(f"{path} cannot be read by git: {reason[-1] if reason else 'unknown reason'}.")
    return done.stdout
