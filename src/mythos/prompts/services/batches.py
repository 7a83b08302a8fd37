"""Many texts of many prompts, written in one transaction with a handful of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.errors import Stale
from mythos.prompts.bulk import insert_rows, update_rows
from mythos.prompts.chain import fasten, head_of, lock_chain
from mythos.prompts.fulltext import remember
from mythos.prompts.models import (
    Compared,
    Prompt,
    PromptCheckpoint,
    PromptMutationLog,
)
from mythos.prompts.services.measure import Measured
from mythos.prompts.services.recording import (
    POINTER,
    Origin,
    announce,
    checkpoint_row,
    clean_tags,
    compare_later,
    embed_later,
    lines_of_descent,
    measured_tags,
    mutation_row,
)


@dataclass(frozen=True)
class Text:
    """One text on its way in."""

    content: Measured
    origin: Origin


@dataclass
class Arrival:
    """The texts of one prompt that are not there yet, oldest first; `prompt` is None for a new one."""

    slug: str
    title: str
    kind: str
    tags: Sequence[str]
    assistant: Assistant | None
    prompt: Prompt | None
    texts: Sequence[Text]
    forked_from: PromptCheckpoint | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Step:
    arrival: Arrival
    text: Text
    before: PromptCheckpoint | None
    after: PromptCheckpoint


def write_batch(actor: Actor, swarm: Swarm, arrivals: Sequence[Arrival], at_once: int) -> int:
    """Write all of them; how many changes were compared at once: `at_once` at most, the worker does the others."""
    arrivals = [arrival for arrival in arrivals if arrival.texts]
    if not arrivals:
        return 0
    old = [arrival.prompt for arrival in arrivals if arrival.prompt is not None]
    if old:
        require(actor, "prompts.revise", swarm)
    with transaction.atomic():
        lock_chain(swarm.pk)
        _refuse_moved(old)
        _plant(actor, swarm, [arrival for arrival in arrivals if arrival.prompt is None])
        steps = [step for arrival in arrivals for step in _steps(arrival)]
        insert_rows([step.after for step in steps])
        remember([step.after for step in steps])
        mutations = _mutations(swarm, [step for step in steps if step.before is not None], at_once)
        _point(arrivals, steps)
        embed_later(swarm.pk)
        if any(row.compared == Compared.PENDING for row in mutations):
            compare_later(swarm.pk)
        # A new prompt has no contract yet, and a fork that comes in brings its own; nobody waits to hear of it.
        for prompt in old:
            assert prompt.current_id is not None
            announce(prompt, prompt.current_id)
    return sum(row.compared == Compared.AT_ONCE for row in mutations)


def _refuse_moved(prompts: Sequence[Prompt]) -> None:
    """Nobody may have saved a text since the batch was measured."""
    known = {prompt.pk: prompt.current_id for prompt in prompts}
    held = Prompt.objects.select_for_update(of=("self",)).filter(pk__in=list(known)).order_by("pk")
    for pk, current_id, slug in held.values_list("pk", "current_id", "slug"):
        if known[pk] != current_id:
            raise Stale(f"Somebody saved {slug} while it was imported.", hint="Import the file again.")


def _plant(actor: Actor, swarm: Swarm, arrivals: Sequence[Arrival]) -> None:
    by = person(actor)
    prompts = [
        Prompt(
            swarm=swarm,
            slug=arrival.slug,
            title=arrival.title.strip() or arrival.slug,
            kind=arrival.kind,
            tags=clean_tags(arrival.tags),
            metadata=arrival.metadata,
            assistant=arrival.assistant,
            parent=arrival.forked_from.prompt if arrival.forked_from else None,
            created_by=by,
            created_at=arrival.texts[0].origin.created_at or timezone.now(),
        )
        for arrival in arrivals
    ]
    insert_rows(prompts)
    insert_rows([line for row in prompts for line in lines_of_descent(row)])
    for arrival, row in zip(arrivals, prompts, strict=True):
        arrival.prompt = row


def _steps(arrival: Arrival) -> list[_Step]:
    assert arrival.prompt is not None
    before = arrival.prompt.current
    if before is not None:
        before.prompt = arrival.prompt
    before = before or arrival.forked_from
    steps = []
    for text in arrival.texts:
        forked = before if before is not None and before.prompt_id != arrival.prompt.pk else None
        after = checkpoint_row(arrival.prompt, text.content, text.origin, before, derived_from=forked)
        steps.append(_Step(arrival, text, before, after))
        before = after
    return steps


def _mutations(swarm: Swarm, steps: Sequence[_Step], at_once: int) -> list[PromptMutationLog]:
    rows = []
    head = head_of(swarm.pk)
    for number, step in enumerate(steps):
        assert step.arrival.prompt is not None
        assert step.before is not None
        content, origin = step.text.content, step.text.origin
        row = mutation_row(step.arrival.prompt, step.before, step.after, content, origin, compare_now=number < at_once)
        head = fasten(row, head)
        rows.append(row)
    insert_rows(rows)
    insert_rows([tag for row in rows for tag in measured_tags(row)])
    return rows


def _point(arrivals: Sequence[Arrival], steps: Sequence[_Step]) -> None:
    newest = {step.after.prompt_id: step.after for step in steps}
    prompts = [arrival.prompt for arrival in arrivals if arrival.prompt is not None]
    for prompt in prompts:
        prompt.current = newest[prompt.pk]
        prompt.updated_at = newest[prompt.pk].created_at
        prompt.stamp += 1
    values = [(prompt.current_id, prompt.updated_at, prompt.stamp, prompt.pk) for prompt in prompts]
    update_rows(Prompt, POINTER, values)
