"""Bring prompts in with their history: idempotent, one bad record never spoils the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.errors import Invalid, MythosError
from mythos.formats.prompts.base import Item, Problem, PromptRecord, Revision, problem_of
from mythos.prompts.models import Prompt
from mythos.prompts.services.texts import create_prompt, revise_prompt
from mythos.text.normalize import content_hash, normalize

Progress = Callable[[int, str], None]


@dataclass(frozen=True)
class PlanRow:
    """What the import does with one record: `new`, `revised` or `same`, and how many checkpoints it adds."""

    slug: str
    action: str
    checkpoints: int
    file: str
    line: int


@dataclass
class ImportReport:
    """What was (or, in a dry run, would be) written, and what could not be read."""

    rows: list[PlanRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    dry_run: bool = False

    def _slugs(self, action: str) -> list[str]:
        return [row.slug for row in self.rows if row.action == action]

    @property
    def created(self) -> list[str]:
        """Slugs of new prompts."""
        return self._slugs("new")

    @property
    def revised(self) -> list[str]:
        """Slugs of prompts that got new checkpoints."""
        return self._slugs("revised")

    @property
    def unchanged(self) -> list[str]:
        """Slugs of prompts that already had everything."""
        return self._slugs("same")

    @property
    def checkpoints(self) -> int:
        """How many checkpoints the import adds."""
        return sum(row.checkpoints for row in self.rows)


def import_prompts(
    *,
    actor: Actor,
    swarm: Swarm,
    records: Iterable[Item],
    strict: bool = False,
    dry_run: bool = False,
    assistant: Assistant | None = None,
    on_progress: Progress | None = None,
) -> ImportReport:
    """Write each record in a transaction of its own; `strict` writes all of them or none."""
    require(actor, "prompts.create", swarm)
    report = ImportReport(dry_run=dry_run)
    with transaction.atomic() if strict and not dry_run else nullcontext():
        for number, record in enumerate(records, start=1):
            _take(actor, swarm, record, assistant, report)
            if on_progress:
                on_progress(number, getattr(record, "slug", ""))
        if strict and report.problems:
            raise Invalid(
                f"{len(report.problems)} record(s) cannot be imported; nothing was written.",
                hint="Mend them, or import without --strict to take the others.",
                data={"problems": [vars(problem) for problem in report.problems]},
            )
    return report


def _take(actor: Actor, swarm: Swarm, record: Item, assistant: Assistant | None, report: ImportReport) -> None:
    if isinstance(record, Problem):
        report.problems.append(record)
        return
    try:
        with nullcontext() if report.dry_run else transaction.atomic():
            report.rows.append(_import_one(actor, swarm, record, assistant, report.dry_run))
    except MythosError as error:
        report.problems.append(problem_of(error, record.file, record.line))


def _import_one(
    actor: Actor, swarm: Swarm, record: PromptRecord, assistant: Assistant | None, dry_run: bool
) -> PlanRow:
    prompt = Prompt.objects.filter(swarm=swarm, slug=record.slug).first()
    missing = _missing(prompt, record.revisions)
    action = "new" if prompt is None else "revised" if missing else "same"
    if not dry_run:
        _write(actor, swarm, record, assistant, prompt, missing)
    return PlanRow(record.slug, action, len(missing), record.file, record.line)


def _missing(prompt: Prompt | None, revisions: Sequence[Revision]) -> list[Revision]:
    """Revisions that are not there yet: those after the last text the prompt already has from this history."""
    steps = [revisions[0]]
    for revision in revisions[1:]:
        if normalize(revision.text) != normalize(steps[-1].text):
            steps.append(revision)
    if prompt is None:
        return steps
    stored = list(prompt.checkpoints.order_by("version").values_list("sha256", flat=True))
    hashes = [content_hash(normalize(step.text)) for step in steps]
    known = 0
    for sha in stored:
        if known < len(hashes) and sha == hashes[known]:
            known += 1
    if known == 0:  # another beginning: go on after the newest text both have
        known = max((index + 1 for index, sha in enumerate(hashes) if sha in stored), default=0)
    return steps[known:]


def _write(
    actor: Actor,
    swarm: Swarm,
    record: PromptRecord,
    assistant: Assistant | None,
    prompt: Prompt | None,
    missing: Sequence[Revision],
) -> None:
    prompt_id = prompt.pk if prompt else None
    last: datetime | None = None
    for revision in missing:
        when = revision.created_at
        if when is not None and last is not None and when <= last:
            when = last + timedelta(microseconds=1)  # dates may have day precision: keep the order
        last = when or last
        if prompt_id is None:
            made = create_prompt(
                actor=actor,
                swarm=swarm,
                slug=record.slug,
                text=revision.text,
                title=record.title,
                kind=record.kind,
                tags=record.tags,
                assistant=assistant,
                message=revision.message,
                source="import",
                created_at=when,
                author_name=revision.author,
            )
            prompt_id = made.prompt_id
            continue
        revise_prompt(
            actor=actor,
            prompt_id=prompt_id,
            text=revision.text,
            base=None,
            reason=revision.message,
            source="import",
            created_at=when,
            author_name=revision.author,
        )
