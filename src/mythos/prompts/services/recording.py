"""How a text becomes history: the rows of a checkpoint and of the change that made it, for one text or for many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.prompts.bulk import insert_rows, new_row, update_rows
from mythos.prompts.chain import fasten, head_of
from mythos.prompts.fulltext import remember
from mythos.prompts.models import (
    CheckpointTag,
    Compared,
    Prompt,
    PromptAncestor,
    PromptCheckpoint,
    PromptMutationLog,
)
from mythos.prompts.services.measure import Measured, change
from mythos.prompts.signals import prompt_revised
from mythos.text.traits import delta
from mythos.work.services import enqueue

EMBED_JOB = "prompts.embed"
COMPARE_JOB = "prompts.compare"
TREND = 12
POINTER = ("current", "updated_at", "stamp")
GATHERING = timedelta(seconds=5)  # texts come in bursts; one job takes them together


@dataclass(frozen=True)
class Origin:
    """Who made a checkpoint, when, by which road and why."""

    actor: Actor
    source: str
    reason: str = ""
    created_at: datetime | None = None
    author_name: str = ""
    tags: Sequence[str] = ()

    @property
    def name(self) -> str:
        """How history names the author."""
        return self.author_name or actor_name(self.actor)


def plant(**columns: Any) -> Prompt:
    """A new prompt with its place among the forks; its first checkpoint follows in the same transaction."""
    prompt = Prompt.objects.create(**columns)
    PromptAncestor.objects.bulk_create(lines_of_descent(prompt))
    return prompt


def lines_of_descent(prompt: Prompt) -> list[PromptAncestor]:
    """The prompt itself, its parent, and whatever the parent descends from."""
    above: Iterable[tuple[int, int]] = ()
    if prompt.parent_id is not None:
        above = PromptAncestor.objects.filter(prompt=prompt.parent_id).values_list("ancestor_id", "depth")
    return [
        PromptAncestor(prompt=prompt, ancestor=prompt, depth=0),
        *(PromptAncestor(prompt=prompt, ancestor_id=pk, depth=depth + 1) for pk, depth in above),
    ]


def record(
    prompt: Prompt,
    content: Measured,
    origin: Origin,
    before: PromptCheckpoint | None,
    derived_from: PromptCheckpoint | None = None,
) -> PromptCheckpoint:
    """Write checkpoint, mutation and pointer; the caller holds the transaction and the locks."""
    checkpoint = checkpoint_row(prompt, content, origin, before, derived_from)
    insert_rows([checkpoint])
    remember([checkpoint])
    if before is not None:
        mutation = mutation_row(prompt, before, checkpoint, content, origin)
        fasten(mutation, head_of(prompt.swarm_id))
        insert_rows([mutation])
        insert_rows(measured_tags(mutation))
    prompt.current, prompt.updated_at, prompt.stamp = checkpoint, checkpoint.created_at, prompt.stamp + 1
    update_rows(Prompt, POINTER, [(checkpoint.pk, prompt.updated_at, prompt.stamp, prompt.pk)])
    embed_later(prompt.swarm_id)
    announce(prompt, checkpoint.pk)
    return checkpoint


def announce(prompt: Prompt, checkpoint_id: int) -> None:
    """Tell the floors above, once the text is written."""
    ids = {"prompt_id": prompt.pk, "checkpoint_id": checkpoint_id}
    where = {"swarm_id": prompt.swarm_id, "parent_id": prompt.parent_id}
    transaction.on_commit(partial(prompt_revised.send_robust, Prompt, **ids, **where))


def checkpoint_row(
    prompt: Prompt,
    content: Measured,
    origin: Origin,
    before: PromptCheckpoint | None,
    derived_from: PromptCheckpoint | None = None,
) -> PromptCheckpoint:
    """A checkpoint that is not written yet."""
    in_place = before is not None and before.prompt_id == prompt.pk
    trend = before.trend if before is not None else []
    by = person(origin.actor)
    return new_row(
        PromptCheckpoint,
        {"prompt": prompt},
        prompt_id=prompt.pk,
        swarm_id=prompt.swarm_id,
        slug=prompt.slug,
        version=before.version + 1 if before is not None and in_place else 1,
        trend=[*trend, int(content.traits["tokens"])][-TREND:],
        tags=clean_tags(origin.tags),
        message=origin.reason,
        source=origin.source,
        author_id=by.pk if by else None,
        author_name=origin.name,
        derived_from_id=derived_from.pk if derived_from else None,
        created_at=origin.created_at or timezone.now(),
        **content.columns(),
    )


def mutation_row(
    prompt: Prompt,
    before: PromptCheckpoint,
    after: PromptCheckpoint,
    content: Measured,
    origin: Origin,
    *,
    compare_now: bool = True,
) -> PromptMutationLog:
    """The change from one checkpoint to the next, not written yet and not in the chain."""
    by = person(origin.actor)
    row = new_row(
        PromptMutationLog,
        {"prompt": prompt, "from_checkpoint": before, "to_checkpoint": after},
        swarm_id=prompt.swarm_id,
        prompt_id=prompt.pk,
        parent_prompt_id=before.prompt_id,
        from_checkpoint_id=before.pk,
        to_checkpoint_id=after.pk,
        assistant_id=prompt.assistant_id,
        trait_delta=delta(before.traits, content.traits),
        compared=Compared.AT_ONCE if compare_now else Compared.PENDING,
        source=origin.source,
        reason=origin.reason,
        actor_id=by.pk if by else None,
        actor_name=origin.name,
        created_at=after.created_at,
    )
    if compare_now:
        did = change(before, content)
        row.symbolic_tags, row.findings, row.verdict = did.symbolic_tags, did.findings, did.verdict
    return row


def measured_tags(row: PromptMutationLog) -> list[CheckpointTag]:
    """The tags a change gives its checkpoint, as rows the grid can find."""
    return [
        CheckpointTag(swarm_id=row.swarm_id, checkpoint_id=row.to_checkpoint_id, name=name, created_at=row.created_at)
        for name in row.symbolic_tags
    ]


def embed_later(swarm_id: int) -> None:
    """One waiting job a swarm embeds every text that came since; one queued a moment ago still waits for certain."""
    key = f"embed-{swarm_id}"
    if cache.get(key):
        return
    enqueue(kind=EMBED_JOB, key=str(swarm_id), swarm_id=swarm_id, not_before=timezone.now() + GATHERING)
    transaction.on_commit(lambda: cache.set(key, True, GATHERING.total_seconds() / 2))


def compare_later(swarm_id: int) -> None:
    """One waiting job a swarm compares every change that was brought in unread."""
    enqueue(kind=COMPARE_JOB, key=str(swarm_id), swarm_id=swarm_id)


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Tags trimmed, each once, in order."""
    return list(dict.fromkeys(tag.strip()[:80] for tag in tags if tag.strip()))
