"""Records of prompts become rows, many at a time: measured one by one, written a batch in one transaction."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.assistants.models import Assistant
from mythos.errors import Invalid, MythosError
from mythos.formats.prompts.base import Item, Problem, PromptRecord, Revision, problem_of
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.services.batches import Arrival, Text, write_batch
from mythos.prompts.services.details import update_details
from mythos.prompts.services.measure import MOST_CHARACTERS, measured
from mythos.prompts.services.recording import Origin
from mythos.prompts.services.texts import create_prompt, problems_of, revise_prompt
from mythos.text.measuring import Handed, Measurer
from mythos.text.normalize import content_hash, normalize
from mythos.text.template import includes

BATCH = 400
AHEAD = 2  # batches that are measured before the first of them is written
AT_ONCE = 200  # changes of one import that are compared as they come in; the worker compares the rest


@dataclass(frozen=True)
class PlanRow:
    """What the import does with one record: `new`, `revised`, `described` or `same`, and the checkpoints it adds."""

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
    notes: list[str] = field(default_factory=list)
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
    def described(self) -> list[str]:
        """Slugs of prompts whose text stayed and whose metadata changed."""
        return self._slugs("described")

    @property
    def unchanged(self) -> list[str]:
        """Slugs of prompts that already had everything."""
        return self._slugs("same")

    @property
    def checkpoints(self) -> int:
        """How many checkpoints the import adds."""
        return sum(row.checkpoints for row in self.rows)


class Intake:
    """Gathers records into batches; one that cannot be written is told and never spoils the others.

    Batches are measured while those before them are written: two ahead, so that the other process never waits for work.
    """

    def __init__(
        self,
        actor: Actor,
        swarm: Swarm,
        assistant: Assistant | None,
        report: ImportReport,
        measurer: Measurer,
    ) -> None:
        self.actor, self.swarm, self.assistant, self.report = actor, swarm, assistant, report
        self.measurer = measurer
        self.waiting: dict[str, PromptRecord] = {}
        self.begun: deque[tuple[dict[str, PromptRecord], Handed]] = deque()
        self.texts = 0
        self.compared = 0

    def take(self, record: Item) -> None:
        """Add a record; a full batch is written."""
        if isinstance(record, Problem):
            self.report.problems.append(record)
            return
        if record.slug in self.waiting or any(record.slug in records for records, _ in self.begun):
            self.finish()
        self.report.notes += [f"{record.file}: {note.removeprefix(f'{record.file}, ')}" for note in record.notes]
        self.waiting[record.slug] = record
        self.texts += len(record.revisions)
        if self.texts >= BATCH:
            self._begin()
            if len(self.begun) > AHEAD:
                self._write(*self.begun.popleft())

    def finish(self) -> None:
        """Write all that was gathered."""
        self._begin()
        while self.begun:
            self._write(*self.begun.popleft())

    def _begin(self) -> None:
        """Have what was gathered measured."""
        if not self.waiting:
            return
        self.begun.append((self.waiting, self.measurer.hand(_new_texts(self.swarm, self.waiting))))
        self.waiting, self.texts = {}, 0

    def _write(self, records: Mapping[str, PromptRecord], handed: Handed) -> None:
        prompts = _stored(self.swarm, list(records))
        arrivals, described = [], []
        for record in records.values():
            try:
                arrival = self._arrival(record, handed, *prompts.get(record.slug, (None, [])))
                if _includes_something(arrival):
                    self._one_by_one(arrival, record)
                else:
                    arrivals.append(arrival)
            except MythosError as error:
                self.report.problems.append(problem_of(error, record.file, record.line))
                continue
            action = _action(arrival)
            if action != "new" and _is_described_anew(arrival):
                described.append(arrival)
            self.report.rows.append(PlanRow(record.slug, action, len(arrival.texts), record.file, record.line))
        if not self.report.dry_run:
            self.compared += write_batch(self.actor, self.swarm, arrivals, max(0, AT_ONCE - self.compared))
            for arrival in described:
                assert arrival.prompt is not None
                update_details(actor=self.actor, prompt_id=arrival.prompt.pk, metadata=arrival.metadata)
        handed.drop()

    def _arrival(self, record: PromptRecord, handed: Handed, prompt: Prompt | None, hashes: Sequence[str]) -> Arrival:
        """What of a record is new, measured; Invalid when it cannot be taken."""
        missing = _missing(prompt, hashes, record.revisions)
        if prompt is None:
            fields = problems_of(record.slug, record.title, record.kind, self.assistant, self.swarm)
            if fields:
                raise Invalid("The prompt cannot be made.", fields=fields)
        elif prompt.deleted_at is not None:
            raise Invalid(f"{record.slug} is in the trash.", fields={"slug": "Restore or purge it first."})
        texts = [
            Text(
                measured(revision.text, handed.take),
                Origin(self.actor, "import", revision.message, when, revision.author),
            )
            for revision, when in _dated(missing)
        ]
        return Arrival(
            record.slug, record.title, record.kind, record.tags, self.assistant, prompt, texts, metadata=record.metadata
        )

    def _one_by_one(self, arrival: Arrival, record: PromptRecord) -> None:
        """A text with includes is looked at by the verbs people use: they know which circles there are."""
        if self.report.dry_run:
            return
        prompt_id = arrival.prompt.pk if arrival.prompt else None
        for text in arrival.texts:
            by = text.origin
            if prompt_id is None:
                made = create_prompt(
                    actor=self.actor,
                    swarm=self.swarm,
                    slug=record.slug,
                    text=text.content.text,
                    title=record.title,
                    kind=record.kind,
                    tags=record.tags,
                    metadata=record.metadata,
                    assistant=self.assistant,
                    message=by.reason,
                    source="import",
                    created_at=by.created_at,
                    author_name=by.author_name,
                )
                prompt_id = made.prompt_id
                continue
            revise_prompt(
                actor=self.actor,
                prompt_id=prompt_id,
                text=text.content.text,
                base=None,
                reason=by.reason,
                source="import",
                created_at=by.created_at,
                author_name=by.author_name,
            )


def _action(arrival: Arrival) -> str:
    if arrival.prompt is None:
        return "new"
    return "revised" if arrival.texts else "described" if _is_described_anew(arrival) else "same"


def _is_described_anew(arrival: Arrival) -> bool:
    """A source that says nothing beside the text leaves what is known of it."""
    return arrival.prompt is not None and bool(arrival.metadata) and arrival.metadata != arrival.prompt.metadata


def _includes_something(arrival: Arrival) -> bool:
    return any(includes(text.content.text) for text in arrival.texts)


def _new_texts(swarm: Swarm, records: Mapping[str, PromptRecord]) -> list[str]:
    """The texts of prompts that are not there yet: of the others most have been measured long ago."""
    known = set(Prompt.objects.filter(swarm=swarm, slug__in=list(records)).values_list("slug", flat=True))
    texts = (revision.text for slug, record in records.items() if slug not in known for revision in record.revisions)
    return [text for text in map(normalize, texts) if text.strip() and len(text) <= MOST_CHARACTERS]


def _stored(swarm: Swarm, slugs: Sequence[str]) -> dict[str, tuple[Prompt, list[str]]]:
    """The prompts that are there, each with the hashes of its texts, oldest first."""
    found = Prompt.objects.filter(swarm=swarm, slug__in=slugs).select_related("current")
    prompts = {prompt.pk: (prompt, list[str]()) for prompt in found}
    hashes = PromptCheckpoint.objects.filter(prompt__in=list(prompts)).order_by("prompt", "version")
    for prompt_id, sha in hashes.values_list("prompt_id", "sha256"):
        prompts[prompt_id][1].append(sha)
    return {prompt.slug: (prompt, hashes) for prompt, hashes in prompts.values()}


def _missing(prompt: Prompt | None, stored: Sequence[str], revisions: Sequence[Revision]) -> list[Revision]:
    """Revisions that are not there yet: those after the last text the prompt already has from this history."""
    texts = [normalize(revision.text) for revision in revisions]
    changed = [place for place, text in enumerate(texts) if place == 0 or text != texts[place - 1]]
    steps = [revisions[place] for place in changed]
    if prompt is None:
        return steps
    hashes = [content_hash(texts[place]) for place in changed]
    known = 0
    for sha in stored:
        if known < len(hashes) and sha == hashes[known]:
            known += 1
    if known == 0:  # another beginning: go on after the newest text both have
        known = max((index + 1 for index, sha in enumerate(hashes) if sha in stored), default=0)
    left = steps[known:]
    if left and stored and content_hash(normalize(left[0].text)) == stored[-1]:
        return left[1:]  # the newest text already says so
    return left


def _dated(revisions: Sequence[Revision]) -> Iterator[tuple[Revision, datetime | None]]:
    """Each revision with its time; dates may have day precision, so equal ones are told apart to keep the order."""
    last: datetime | None = None
    for revision in revisions:
        when = revision.created_at
        if when is not None and last is not None and when <= last:
            when = last + timedelta(microseconds=1)
        last = when or last
        yield revision, when
