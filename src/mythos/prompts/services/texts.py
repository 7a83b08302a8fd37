"""The one write path for prompt texts. Everything here ends in `record`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.errors import Invalid, NotFound, Stale
from mythos.prompts.chain import lock_chain, stamp_of
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.queries import prompt_to_change
from mythos.prompts.rendering import refuse_cycles
from mythos.prompts.services.measure import measured
from mythos.prompts.services.recording import Origin, clean_tags, plant, record

RESERVED = {"new", "import", "checkpoints", "package"}
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]|/(?=[a-z0-9]))*")


def create_prompt(
    *,
    actor: Actor,
    swarm: Swarm,
    slug: str,
    text: str,
    title: str = "",
    kind: str = Prompt.Kind.SYSTEM,
    tags: Sequence[str] = (),
    metadata: dict[str, Any] | None = None,
    assistant: Assistant | None = None,
    message: str = "",
    source: str = "web",
    created_at: datetime | None = None,
    author_name: str = "",
) -> PromptCheckpoint:
    """Add a prompt with its first checkpoint."""
    require(actor, "prompts.create", swarm)
    fields = problems_of(slug, title, kind, assistant, swarm)
    if fields:
        raise Invalid("The prompt cannot be made.", fields=fields)
    content = measured(text)
    origin = Origin(actor, source, message, created_at, author_name)
    with transaction.atomic():
        lock_chain(swarm.pk)
        _refuse_taken(swarm, slug)
        refuse_cycles(swarm, slug, content.text)
        prompt = plant(
            swarm=swarm,
            slug=slug,
            title=title.strip() or slug,
            kind=kind,
            tags=clean_tags(tags),
            metadata=metadata or {},
            assistant=assistant,
            created_by=person(actor),
            created_at=created_at or timezone.now(),
        )
        return record(prompt, content, origin, None)


def revise_prompt(
    *,
    actor: Actor,
    prompt_id: int,
    text: str,
    base: int | None,
    reason: str = "",
    source: str,
    created_at: datetime | None = None,
    author_name: str = "",
) -> PromptCheckpoint:
    """Save a new text on top of version `base`; an unchanged text writes nothing and returns the current one."""
    prompt = prompt_to_change(actor, prompt_id)
    require(actor, "prompts.revise", prompt)
    content = measured(text)
    origin = Origin(actor, source, reason, created_at, author_name)
    with transaction.atomic():
        locked, current = lock_prompt(prompt)
        if source != "import" or base is not None:
            refuse_stale(locked, current, base, content.text)
        if content.sha256 == current.sha256:
            return current
        refuse_cycles(locked.swarm, locked.slug, content.text)
        return record(locked, content, origin, current)


def fork_prompt(
    *,
    actor: Actor,
    prompt_id: int,
    slug: str,
    title: str = "",
    reason: str = "",
    source: str = "web",
    version: int | None = None,
    assistant: Assistant | None = None,
) -> PromptCheckpoint:
    """Copy a prompt's current text, or an older version's, into a new prompt that remembers its parent.

    The fork belongs to the parent's assistant unless another is named.
    """
    parent = prompt_to_change(actor, prompt_id)
    require(actor, "prompts.create", parent)
    owner = assistant or parent.assistant
    fields = problems_of(slug, title, parent.kind, owner, parent.swarm)
    if fields:
        raise Invalid("The fork cannot be made.", fields=fields)
    before = parent.current if version is None else parent.checkpoints.filter(version=version).first()
    if before is None:
        raise NotFound(f"{parent.slug} has no version {version}.", fields={"version": "Unknown version."})
    content = measured(before.text)
    with transaction.atomic():
        lock_chain(parent.swarm_id)
        _refuse_taken(parent.swarm, slug)
        fork = plant(
            swarm=parent.swarm,
            slug=slug,
            title=title.strip() or f"{parent.title} (fork)",
            kind=parent.kind,
            tags=parent.tags,
            metadata=parent.metadata,
            assistant=owner,
            parent=parent,
            created_by=person(actor),
        )
        return record(fork, content, Origin(actor, source, reason), before, derived_from=before)


def restore_checkpoint(
    *, actor: Actor, prompt_id: int, version: int, base: int, reason: str = "", source: str = "restore"
) -> PromptCheckpoint:
    """Copy an old text forward as a new checkpoint; history is never rewound."""
    prompt = prompt_to_change(actor, prompt_id)
    require(actor, "prompts.revise", prompt)
    old = prompt.checkpoints.filter(version=version).first()
    if old is None:
        raise NotFound(f"{prompt.slug} has no version {version}.", fields={"version": "Unknown version."})
    content = measured(old.text)
    with transaction.atomic():
        locked, current = lock_prompt(prompt)
        refuse_stale(locked, current, base, content.text)
        if content.sha256 == current.sha256:
            return current
        origin = Origin(actor, source, reason or f"Restored version {version}")
        return record(locked, content, origin, current, derived_from=old)


def lock_prompt(prompt: Prompt) -> tuple[Prompt, PromptCheckpoint]:
    """The prompt as it is now with its current checkpoint, held until the transaction ends."""
    lock_chain(prompt.swarm_id)
    locked = prompt
    if stamp_of(prompt.pk) != (prompt.stamp, prompt.current_id):  # somebody was here since it was read
        locked = Prompt.objects.select_related("current").get(pk=prompt.pk)
        locked.swarm = prompt.swarm
    assert locked.current is not None
    locked.current.prompt = locked
    return locked, locked.current


def refuse_stale(prompt: Prompt, current: PromptCheckpoint, base: int | None, text: str) -> None:
    """Raise Stale, with both texts, unless the edit began from the newest version."""
    if base == current.version:
        return
    raise Stale(
        f"{prompt.slug} is at version {current.version}, not {base}."
        if base is not None
        else f"Say which version of {prompt.slug} you edited.",
        hint="Look at the newer text, then save on top of it.",
        data={
            "base": base,
            "current_version": current.version,
            "current_text": current.text,
            "your_text": text,
        },
    )


def _refuse_taken(swarm: Swarm, slug: str) -> None:
    taken = Prompt.objects.filter(swarm=swarm, slug=slug).only("deleted_at").first()
    if taken is not None:
        why = "Another prompt has this slug." if taken.deleted_at is None else "A prompt in the trash has this slug."
        raise Invalid(f"There already is a prompt {slug!r}.", fields={"slug": why})


def problems_of(slug: str, title: str, kind: str, assistant: Assistant | None, swarm: Swarm) -> dict[str, str]:
    """What is wrong with the particulars of a new prompt, by field."""
    fields: dict[str, str] = {}
    if not _SLUG.fullmatch(slug) or len(slug) > 160:
        fields["slug"] = "Lower-case letters, digits, -, _ and / between them; at most 160."
    elif slug in RESERVED or slug.isdigit():
        fields["slug"] = f"“{slug}” is the name of a page here; choose another."
    if len(title) > 200:
        fields["title"] = "At most 200 characters."
    if kind not in Prompt.Kind.values:
        fields["kind"] = f"One of {', '.join(Prompt.Kind.values)}."
    if assistant is not None and assistant.swarm_id != swarm.pk:
        fields["assistant"] = "Unknown assistant."
    return fields
