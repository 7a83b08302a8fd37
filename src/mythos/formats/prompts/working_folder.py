"""A folder that is kept in step with a swarm: its prompt files, its state, and writing that is never half done."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from mythos.errors import Invalid, MythosError
from mythos.formats.prompts import table
from mythos.formats.prompts.base import Format, Problem, PromptRecord, refuse
from mythos.formats.prompts.bounds import needed, read_json
from mythos.formats.prompts.folder import files_of, read_inside, read_one
from mythos.formats.prompts.front_matter import keep_header
from mythos.formats.prompts.losses import essence
from mythos.formats.prompts.recognise import format_of
from mythos.text.normalize import decode

STATE = PurePosixPath(".mythos/sync.json")
STATE_FORMAT = 1
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Known:
    """How a prompt stood when folder and swarm last agreed: its file, the hash of what it says, its version."""

    file: str
    sha: str
    version: int


@dataclass(frozen=True)
class State:
    """What was agreed, by slug."""

    swarm: str = ""
    prompts: dict[str, Known] = field(default_factory=dict)


@dataclass(frozen=True)
class FolderFile:
    """A prompt file as it is now."""

    file: str
    form: Format
    record: PromptRecord


def sha_of(record: PromptRecord | None) -> str:
    """The hash of everything a prompt says; empty for none."""
    if record is None:
        return ""
    plain = essence(record)
    said = [plain.title, plain.kind, list(plain.tags), plain.text, plain.metadata]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read_folder(folder: Path, slugs: Mapping[str, str]) -> tuple[dict[str, FolderFile], list[Problem]]:
    """The prompt files by slug, and those that cannot be read or say a slug twice. Files of many prompts stay out.

    `slugs` says by file which prompt it was when folder and swarm last agreed; a format may hold only part of a slug.
    """
    found: dict[str, FolderFile] = {}
    problems: list[Problem] = []
    for relative in files_of(folder):
        if relative.suffix.lower() == table.SUFFIX:
            continue
        items = list(read_one(folder, relative))
        problems += [item for item in items if isinstance(item, Problem)]
        records = [item for item in items if isinstance(item, PromptRecord)]
        if len(items) > 1:
            problems.append(Problem(str(relative), 1, "It holds several prompts; bring it in with “mythos import”."))
        elif records:
            record = replace(records[0], slug=slugs.get(relative.as_posix(), records[0].slug))
            form = format_of(relative.as_posix(), read_inside(folder, relative))
            assert form is not None
            if record.slug in found:
                other = found[record.slug].file
                problems.append(Problem(str(relative), 1, f"The prompt {record.slug} stands in {other} as well."))
            else:
                found[record.slug] = FolderFile(relative.as_posix(), form, record)
    return found, problems


def read_state(folder: Path) -> State:
    """What was agreed; empty for a new folder, Invalid for a state nobody here wrote."""
    _refuse_links(folder, STATE)
    try:
        text = decode(read_inside(folder, STATE), name=str(STATE))
    except FileNotFoundError:
        return State()
    except OSError as error:
        raise refuse(str(STATE), f"it cannot be read: {error.strerror}.") from error
    given = needed(read_json(text, str(STATE)), dict, str(STATE), "file")
    if given.get("format") != STATE_FORMAT:
        raise refuse(str(STATE), "it is of a format that is not known.", field="format")
    rows = needed(given.get("prompts"), dict, str(STATE), "prompts")
    swarm = needed(given.get("swarm"), str, str(STATE), "swarm")
    return State(swarm, {slug: _known(slug, row) for slug, row in rows.items()})


def _known(slug: str, row: Any) -> Known:
    place, name = f"prompts.{slug}", str(STATE)
    row = needed(row, dict, name, place)
    file = needed(row.get("file"), str, name, f"{place}.file")
    inside(PurePosixPath(file))
    if not _SHA.fullmatch(needed(row.get("sha"), str, name, f"{place}.sha")):
        raise refuse(name, "expected a sha256.", field=f"{place}.sha")
    return Known(file, row["sha"], needed(row.get("version"), int, name, f"{place}.version"))


def write_state(folder: Path, state: State) -> None:
    """Keep what was agreed, a prompt a line, so that a changed prompt is a changed line."""
    rows = [
        f"  {json.dumps(slug)}: {json.dumps(vars(known), sort_keys=True)}"
        for slug, known in sorted(state.prompts.items())
    ]
    body = ",\n".join(rows)
    head = f'{{"format": {STATE_FORMAT}, "swarm": {json.dumps(state.swarm)}, "prompts": {{'
    text = f"{head}\n{body}\n}}}}\n" if rows else f"{head}}}}}\n"
    write_file(folder, STATE, text.encode())


def new_bytes(folder: Path, there: FolderFile | None, form: Format, record: PromptRecord) -> bytes:
    """The file of a prompt; of the one that is there, a header that says the same is left as it was written."""
    data = form.dump([record])
    if there is None or there.form.name not in ("markdown", "prompty", "dotprompt", "skill"):
        return data
    old = decode(read_inside(folder, PurePosixPath(there.file)), name=there.file).replace("\r\n", "\n")
    try:
        kept = keep_header(old, data.decode(), there.file).encode()
        items = form.load(kept, there.file, lambda name: None)
    except MythosError:
        return data
    is_same = len(items) == 1 and isinstance(items[0], PromptRecord) and sha_of(items[0]) == sha_of(record)
    return kept if is_same else data


def inside(relative: PurePosixPath) -> PurePosixPath:
    """A path that stays below the folder; Invalid otherwise."""
    parts = relative.parts
    if relative.is_absolute() or not parts or ".." in parts or "\\" in str(relative) or "\x00" in str(relative):
        raise Invalid(f"{relative} is not a path inside the folder.", data={"file": str(relative), "line": 1})
    return relative


def write_file(folder: Path, relative: PurePosixPath, data: bytes) -> None:
    """Put a file in place at once: readers see the old one or the new one, and a link is never followed."""
    _refuse_links(folder, inside(relative))
    target = folder / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    _refuse_links(folder, relative)
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".mythos-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, target.stat().st_mode & 0o777 if target.exists() else 0o644)
        os.replace(draft, target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def remove_file(folder: Path, relative: PurePosixPath) -> None:
    """Take a file away."""
    _refuse_links(folder, inside(relative))
    (folder / relative).unlink(missing_ok=True)


def _refuse_links(folder: Path, relative: PurePosixPath) -> None:
    path = folder
    for part in relative.parts:
        path = path / part
        if path.is_symlink():
            raise Invalid(
                f"{relative} is behind a link; nothing is read or written there.",
                data={"file": str(relative), "line": 1},
            )
