"""The prompts blocks are made of: found by words, and suggested where a section is empty."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.assistants.models import Section
from mythos.drafts.composition import Part, part_of
from mythos.drafts.measures import agrees
from mythos.prompts.fulltext import matching, words_of
from mythos.prompts.models import Prompt, PromptCheckpoint

NEWEST = "newest"
LOOKED_AT = 300
# What a text of a section usually says.
TYPICAL: dict[str, re.Pattern[str]] = {
    Section.IDENTITY: re.compile(r"\byou are\b", re.IGNORECASE),
    Section.DUTIES: re.compile(
        r"\b(your (task|goal|job)|answer|explain|summari[sz]e|help|take|write)\b", re.IGNORECASE
    ),
    Section.GUARDRAILS: re.compile(r"\b(never|do not|don't|must not|mustn't|refuse)\b", re.IGNORECASE),
    Section.STYLE: re.compile(r"\b(tone|style|words|short|brief|markdown|plain|friendly|concise)\b", re.IGNORECASE),
}


@dataclass(frozen=True)
class Offer:
    """A prompt at the checkpoint one would add."""

    prompt: Prompt
    checkpoint: PromptCheckpoint


def library(actor: Actor, swarm: Swarm, q: str = "", label: str = NEWEST) -> QuerySet[PromptCheckpoint]:
    """The checkpoints one may add, one a prompt: the newest of each, or those a label points to."""
    rows = PromptCheckpoint.objects.filter(
        swarm__in=swarms_of(actor).filter(pk=swarm.pk), prompt__deleted_at=None
    ).select_related("prompt")
    rows = rows.filter(pk=F("prompt__current")) if label == NEWEST else rows.filter(labels__name=label)
    if q.strip():
        said = (
            Q(slug__icontains=q.strip()) | Q(prompt__title__icontains=q.strip()) | Q(prompt__tags__icontains=q.strip())
        )
        rows = rows.filter(said | Q(pk__in=matching(words)) if (words := words_of(q)) else said)
    return rows.order_by("slug", "id")


def suggested(
    actor: Actor,
    swarm: Swarm,
    sections: Iterable[str],
    *,
    inside: Sequence[Part],
    assistant_id: int | None,
    seconds: float,
) -> dict[str, Offer]:
    """For each of the sections a prompt whose text reads like one of it; its assistant's own first, the short first.

    What is offered disagrees neither with what is inside nor with what is offered before it. What could not be
    compared within the time given is not offered.
    """
    wanted = list(sections)
    if not wanted:
        return {}
    prompts = Prompt.objects.filter(
        swarm__in=swarms_of(actor).filter(pk=swarm.pk), deleted_at=None, current__isnull=False
    )
    until = time.monotonic() + seconds
    beside = {part.sha256: part.block.text for part in inside}
    newest = (
        prompts.exclude(pk__in=[part.prompt.pk for part in inside])
        .select_related("current")
        .order_by("-updated_at", "-id")[:LOOKED_AT]
    )
    own_first = sorted(newest, key=lambda prompt: (prompt.assistant_id != assistant_id, _tokens(prompt), prompt.slug))
    found: dict[str, Offer] = {}
    taken: set[int] = set()
    for section in wanted:
        for prompt in own_first:
            if prompt.pk in taken or not prompt.current or not TYPICAL[section].search(prompt.current.text):
                continue
            part = part_of(swarm, {"section": section, "order": 0}, prompt, prompt.current)
            if not part.problem and agrees(part.sha256, part.block.text, beside, until):
                found[section] = Offer(prompt, prompt.current)
                taken.add(prompt.pk)
                beside[part.sha256] = part.block.text
                break
    return found


def _tokens(prompt: Prompt) -> int:
    return prompt.current.token_count if prompt.current else 0
