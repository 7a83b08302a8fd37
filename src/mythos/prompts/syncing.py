"""How a folder of prompt files and a swarm differ, seen from where both last agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.formats.prompts import FORMATS, Format, Problem, PromptRecord
from mythos.formats.prompts.losses import Loss, differences, file_of, through, write
from mythos.formats.prompts.working_folder import FolderFile, Known, State, read_folder, read_state, sha_of
from mythos.prompts.files import record_of
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.queries import visible_prompts
from mythos.text.diff import merge3
from mythos.text.normalize import normalize

Side = Literal["same", "here", "there", "both"]


@dataclass(frozen=True)
class SyncRow:
    """One prompt in both places: the file here, the prompt there, and on which side it changed since they agreed.

    `told` is what the prompt says as its file can hold it; `merged` the text of both sides, with marks of conflict.
    """

    slug: str
    file: str
    side: Side
    form: Format
    here: FolderFile | None
    there: Prompt | None
    told: PromptRecord | None
    known: Known | None
    losses: tuple[Loss, ...] = ()
    merged: str = ""
    fields: tuple[str, ...] = ()
    is_clean: bool = False


@dataclass(frozen=True)
class SyncPlan:
    """Every prompt of folder and swarm in the order of slugs, and files that cannot be read."""

    swarm: Swarm
    folder: Path
    state: State
    rows: tuple[SyncRow, ...]
    problems: tuple[Problem, ...] = field(default=())


def plan_sync(*, actor: Actor, swarm: Swarm, folder: Path, form: Format) -> SyncPlan:
    """Compare a folder with a swarm; prompts that have no file yet would get one of the format."""
    require(actor, "swarm.view", swarm)
    if form.holds_many:
        raise Invalid(f"{form.title} holds many prompts in one file; a folder wants one each.")
    if not folder.is_dir():
        raise Invalid(f"{folder} is no folder.", data={"file": str(folder), "line": 1})
    state = read_state(folder)
    if state.swarm not in ("", swarm.slug):
        raise Invalid(
            f"The folder belongs to the swarm {state.swarm}, not {swarm.slug}.",
            hint="Name that swarm with --swarm, or take another folder.",
        )
    files, problems = read_folder(folder, {known.file: slug for slug, known in state.prompts.items()})
    prompts = {prompt.slug: prompt for prompt in visible_prompts(actor, swarm)}
    unreadable = {problem.file for problem in problems}
    rows = []
    for slug in sorted({*files, *prompts, *state.prompts}):
        known = state.prompts.get(slug)
        if known and known.file in unreadable:
            continue  # told as a problem; taking it for a removed file would remove the prompt
        row = _row(slug, files.get(slug), prompts.get(slug), known, form)
        if row.here is None and row.there is not None and (folder / row.file).exists():
            problems.append(Problem(row.file, 1, f"It stands where the file of {slug} belongs."))
        elif row.here is not None or row.there is not None or row.known is not None:
            rows.append(row)
    return SyncPlan(swarm, folder, state, tuple(rows), tuple(problems))


def _row(slug: str, here: FolderFile | None, there: Prompt | None, known: Known | None, wanted: Format) -> SyncRow:
    form = here.form if here else wanted
    file = here.file if here else known.file if known else file_of(slug, form)
    if here is None and known is not None:
        form = next((f for f in _formats() if PurePosixPath(file).as_posix().endswith(f.suffix)), wanted)
    record = record_of(there) if there else None
    told = through(record, form) if record else None
    side = side_of(sha_of(here.record if here else None), sha_of(told), known.sha if known else None)
    losses = write(record, form).losses if record and side != "same" else ()
    row = SyncRow(slug, file, side, form, here, there, told, known, losses)
    return _with_conflict(row) if side == "both" and here and told else row


def _formats() -> Iterator[Format]:
    from_longest = sorted(FORMATS.values(), key=lambda form: -len(form.suffix))
    yield from (form for form in from_longest if not form.holds_many)


def side_of(here: str, there: str, agreed: str | None) -> Side:
    """Where a prompt changed, by the hashes of what it says in both places and of what both said last."""
    if here == there:
        return "same"
    if agreed is None:
        return "here" if not there else "there" if not here else "both"
    if here == agreed:
        return "there"
    return "here" if there == agreed else "both"


def _with_conflict(row: SyncRow) -> SyncRow:
    """Both changed: the texts merged from the version they agreed on, and every other field that differs."""
    assert row.here is not None
    assert row.there is not None
    assert row.told is not None
    mine, theirs = normalize(row.here.record.text), normalize(row.told.text)
    base = _agreed_text(row)
    merge = merge3(base + "\n", mine + "\n", theirs + "\n")
    differing = {loss.field for loss in differences(row.told, row.here.record, row.form)} - {"slug"}
    is_clean = not merge.conflicts and row.known is not None and differing <= {"text"} and bool(base)
    fields = tuple(sorted(differing))
    return replace(row, merged=merge.text.strip("\n"), fields=fields, is_clean=is_clean)


def _agreed_text(row: SyncRow) -> str:
    """The text of the version both had; empty when there never was one."""
    if row.known is None:
        return ""
    found = PromptCheckpoint.objects.filter(prompt=row.there, version=row.known.version).values_list("text", flat=True)
    return found.first() or ""
