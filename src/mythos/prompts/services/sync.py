"""Keep a folder of prompt files and a swarm in step: pull what changed there, push what changed here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import transaction

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.errors import Invalid
from mythos.formats.prompts import Format, Problem, PromptRecord, Revision
from mythos.formats.prompts.losses import Loss, through
from mythos.formats.prompts.working_folder import (
    Known,
    State,
    new_bytes,
    remove_file,
    sha_of,
    write_file,
    write_state,
)
from mythos.prompts.files import record_of
from mythos.prompts.models import Prompt
from mythos.prompts.queries import get_prompt
from mythos.prompts.services.details import update_details
from mythos.prompts.services.texts import create_prompt, revise_prompt
from mythos.prompts.services.trash import trash_prompt
from mythos.prompts.syncing import SyncPlan, SyncRow, plan_sync

PULL, PUSH = "pull", "push"


@dataclass(frozen=True)
class Synced:
    """What was, or in a dry run would be, done with one prompt.

    `same`, `new`, `changed`, `merged`, `removed`, `gone` (removed on the other side, kept here), `waits` (changed on
    this side only: the other command takes it) or `conflict`.
    """

    slug: str
    file: str
    action: str
    losses: tuple[Loss, ...] = ()
    merged: str = ""
    fields: tuple[str, ...] = ()


@dataclass
class SyncReport:
    """A pull or a push, prompt by prompt."""

    direction: str
    dry_run: bool
    rows: list[Synced] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def of(self, *actions: str) -> list[Synced]:
        """The prompts with one of these actions."""
        return [row for row in self.rows if row.action in actions]


def pull_folder(
    *,
    actor: Actor,
    swarm: Swarm,
    folder: Path,
    form: Format,
    force: bool = False,
    delete: bool = False,
    dry_run: bool = False,
) -> SyncReport:
    """Write what changed in the swarm into the folder; `force` lets the swarm win a conflict."""
    plan = plan_sync(actor=actor, swarm=swarm, folder=folder, form=form)
    report = _report(PULL, plan, force, delete, dry_run)
    if dry_run:
        return report
    agreed = dict(plan.state.prompts)
    for row, done in zip(plan.rows, report.rows, strict=True):
        if done.action in ("new", "changed", "merged"):
            _write(plan, row, done)
        elif done.action == "removed":
            remove_file(folder, PurePosixPath(row.file))
        _agree(agreed, row, done.action, row.there)
    write_state(folder, State(swarm.slug, agreed))
    return report


def push_folder(
    *,
    actor: Actor,
    swarm: Swarm,
    folder: Path,
    form: Format,
    message: str = "",
    force: bool = False,
    delete: bool = False,
    dry_run: bool = False,
) -> SyncReport:
    """Save what changed in the folder as versions of prompts, all of it or nothing; `force` lets the folder win."""
    plan = plan_sync(actor=actor, swarm=swarm, folder=folder, form=form)
    report = _report(PUSH, plan, force, delete, dry_run)
    if dry_run:
        return report
    agreed = dict(plan.state.prompts)
    with transaction.atomic():
        for row, done in zip(plan.rows, report.rows, strict=True):
            prompt = _save(actor, swarm, row, done.action, message)
            _agree(agreed, row, done.action, prompt)
    write_state(folder, State(swarm.slug, agreed))
    return report


def _report(direction: str, plan: SyncPlan, force: bool, delete: bool, dry_run: bool) -> SyncReport:
    rows = [_planned(direction, row, force, delete) for row in plan.rows]
    return SyncReport(direction, dry_run, rows, list(plan.problems))


def _planned(direction: str, row: SyncRow, force: bool, delete: bool) -> Synced:
    pulls = direction == PULL
    source, target = (row.there, row.here) if pulls else (row.here, row.there)
    action = "changed" if target is not None else "new"
    if source is None:
        action = "removed" if delete else "gone"
    if row.side == "same":
        action = "same"
    elif row.side == ("here" if pulls else "there"):
        action = "waits"
    elif row.side == "both" and not force:
        action = "merged" if pulls and row.is_clean else "conflict"
    told = action in ("conflict", "merged")
    return Synced(
        row.slug, row.file, action, row.losses if pulls else (), row.merged if told else "", row.fields if told else ()
    )


def _write(plan: SyncPlan, row: SyncRow, done: Synced) -> None:
    assert row.there is not None
    record = record_of(row.there)
    if done.action == "merged":
        record = replace(record, revisions=(Revision(done.merged),))
    write_file(plan.folder, PurePosixPath(row.file), new_bytes(plan.folder, row.here, row.form, record))


def _save(actor: Actor, swarm: Swarm, row: SyncRow, action: str, message: str) -> Prompt | None:
    if action == "removed":
        assert row.there is not None
        trash_prompt(actor=actor, prompt_id=row.there.pk)
        return None
    if action not in ("new", "changed"):
        return row.there
    assert row.here is not None
    try:
        pk = _create(actor, swarm, row.here.record, message) if row.there is None else _revise(actor, row, message)
    except Invalid as error:
        why = "; ".join(error.fields.values()) or error.message
        raise Invalid(f"{row.file}: {why}", hint="Nothing was saved.", data={**error.data, "file": row.file}) from error
    return get_prompt(actor, pk)


def _create(actor: Actor, swarm: Swarm, record: PromptRecord, message: str) -> int:
    made = create_prompt(
        actor=actor,
        swarm=swarm,
        slug=record.slug,
        text=record.text,
        title=record.title,
        kind=record.kind,
        tags=record.tags,
        metadata=record.metadata,
        message=message,
        source="cli",
    )
    return int(made.prompt_id)


def _revise(actor: Actor, row: SyncRow, message: str) -> int:
    """Save what the file changed; what its format cannot hold stays as it is."""
    assert row.here is not None
    assert row.there is not None
    assert row.there.current is not None
    mine, told, theirs = row.here.record, row.told or row.here.record, record_of(row.there)
    if mine.text != told.text:
        base = row.there.current.version
        revise_prompt(actor=actor, prompt_id=row.there.pk, text=mine.text, base=base, reason=message, source="cli")
    update_details(
        actor=actor,
        prompt_id=row.there.pk,
        title=mine.title if mine.title != told.title else theirs.title,
        kind=mine.kind if mine.kind != told.kind else theirs.kind,
        tags=mine.tags if mine.tags != told.tags else theirs.tags,
        metadata=_taken(mine.metadata, told.metadata, theirs.metadata),
    )
    return row.there.pk


def _taken(mine: dict[str, Any], told: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Their metadata with every key that the file changed."""
    keys: Iterable[str] = dict.fromkeys([*theirs, *mine])
    winner = {key: theirs if mine.get(key) == told.get(key) else mine for key in keys}
    return {key: side[key] for key, side in winner.items() if key in side}


def _agree(agreed: dict[str, Known], row: SyncRow, action: str, prompt: Prompt | None) -> None:
    """Remember how the prompt stands, when both sides now say the same, or what a merge was made from."""
    if action == "removed" or (action == "same" and row.here is None):
        agreed.pop(row.slug, None)
    elif action in ("same", "new", "changed", "merged") and prompt is not None and prompt.current is not None:
        told = through(record_of(prompt), row.form)
        agreed[row.slug] = Known(row.file, sha_of(told), prompt.current.version)
