"""The one write path for prompt texts. Everything here ends in `_record`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.errors import Invalid, NotFound, Stale
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptMutationLog
from mythos.prompts.queries import get_prompt
from mythos.prompts.rendering import refuse_cycles
from mythos.prompts.services.measure import Measured, change, measured
from mythos.prompts.signals import prompt_revised

RESERVED = {"new", "import", "checkpoints", "package"}
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]|/(?=[a-z0-9]))*")


@dataclass(frozen=True)
class Origin:
    """Who made a checkpoint, when, by which road and why."""

    actor: Actor
    source: str
    reason: str = ""
    created_at: datetime | None = None
    author_name: str = ""
    tags: Sequence[str] = ()


def create_prompt(
    *,
    actor: Actor,
    swarm: Swarm,
    slug: str,
    text: str,
    title: str = "",
    kind: str = Prompt.Kind.SYSTEM,
    tags: Sequence[str] = (),
    assistant: Assistant | None = None,
    message: str = "",
    source: str = "web",
    created_at: datetime | None = None,
    author_name: str = "",
) -> PromptCheckpoint:
    """Add a prompt with its first checkpoint."""
    require(actor, "prompts.create", swarm)
    fields = _problems(slug, title, kind, assistant, swarm)
    if fields:
        raise Invalid("The prompt cannot be made.", fields=fields)
    content = measured(text)
    origin = Origin(actor, source, message, created_at, author_name)
    with transaction.atomic():
        _refuse_taken(swarm, slug)
        refuse_cycles(swarm, slug, content.text)
        prompt = Prompt.objects.create(
            swarm=swarm,
            slug=slug,
            title=title.strip() or slug,
            kind=kind,
            tags=clean_tags(tags),
            assistant=assistant,
            created_by=person(actor),
            created_at=created_at or timezone.now(),
        )
        return _record(prompt, content, origin, None)


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
    prompt = get_prompt(actor, prompt_id)
    require(actor, "prompts.revise", prompt)
    content = measured(text)
    origin = Origin(actor, source, reason, created_at, author_name)
    with transaction.atomic():
        locked = _lock(prompt.pk)
        current = _current(locked)
        if source != "import" or base is not None:
            _refuse_stale(locked, current, base, content.text)
        if content.sha256 == current.sha256:
            return current
        refuse_cycles(locked.swarm, locked.slug, content.text)
        return _record(locked, content, origin, current)


def fork_prompt(
    *, actor: Actor, prompt_id: int, slug: str, title: str = "", reason: str = "", source: str = "web"
) -> PromptCheckpoint:
    """Copy a prompt's current text into a new prompt that remembers its parent."""
    parent = get_prompt(actor, prompt_id)
    require(actor, "prompts.create", parent)
    fields = _problems(slug, title, parent.kind, parent.assistant, parent.swarm)
    if fields:
        raise Invalid("The fork cannot be made.", fields=fields)
    before = _current(parent)
    content = measured(before.text)
    with transaction.atomic():
        _refuse_taken(parent.swarm, slug)
        fork = Prompt.objects.create(
            swarm=parent.swarm,
            slug=slug,
            title=title.strip() or f"{parent.title} (fork)",
            kind=parent.kind,
            tags=parent.tags,
            assistant=parent.assistant,
            parent=parent,
            created_by=person(actor),
        )
        return _record(fork, content, Origin(actor, source, reason), before, derived_from=before)


def restore_checkpoint(
    *, actor: Actor, prompt_id: int, version: int, base: int, reason: str = "", source: str = "restore"
) -> PromptCheckpoint:
    """Copy an old text forward as a new checkpoint; history is never rewound."""
    prompt = get_prompt(actor, prompt_id)
    require(actor, "prompts.revise", prompt)
    old = prompt.checkpoints.filter(version=version).first()
    if old is None:
        raise NotFound(f"{prompt.slug} has no version {version}.", fields={"version": "Unknown version."})
    content = measured(old.text)
    with transaction.atomic():
        locked = _lock(prompt.pk)
        current = _current(locked)
        _refuse_stale(locked, current, base, content.text)
        if content.sha256 == current.sha256:
            return current
        origin = Origin(actor, source, reason or f"Restored version {version}")
        return _record(locked, content, origin, current, derived_from=old)


def _record(
    prompt: Prompt,
    content: Measured,
    origin: Origin,
    before: PromptCheckpoint | None,
    derived_from: PromptCheckpoint | None = None,
) -> PromptCheckpoint:
    """Write checkpoint, mutation and pointer; the caller holds the transaction and the prompt's lock."""
    when = origin.created_at or timezone.now()
    in_place = before is not None and before.prompt_id == prompt.pk
    checkpoint = PromptCheckpoint.objects.create(
        prompt=prompt,
        version=before.version + 1 if before is not None and in_place else 1,
        tags=clean_tags(origin.tags),
        message=origin.reason,
        source=origin.source,
        author=person(origin.actor),
        author_name=origin.author_name or actor_name(origin.actor),
        derived_from=derived_from,
        created_at=when,
        **content.columns(),
    )
    if before is not None:
        _log(prompt, before, checkpoint, content, origin, when)
    prompt.current = checkpoint
    prompt.updated_at = when
    prompt.save(update_fields=["current", "updated_at"])
    transaction.on_commit(partial(prompt_revised.send_robust, Prompt, prompt_id=prompt.pk, checkpoint_id=checkpoint.pk))
    return checkpoint


def _log(
    prompt: Prompt,
    before: PromptCheckpoint,
    after: PromptCheckpoint,
    content: Measured,
    origin: Origin,
    when: datetime,
) -> None:
    did = change(before, content)
    PromptMutationLog.objects.create(
        prompt=prompt,
        parent_prompt=before.prompt,
        from_checkpoint=before,
        to_checkpoint=after,
        assistant=prompt.assistant,
        symbolic_tags=did.symbolic_tags,
        trait_delta=did.trait_delta,
        findings=did.findings,
        verdict=did.verdict,
        source=origin.source,
        reason=origin.reason,
        actor=person(origin.actor),
        actor_name=origin.author_name or actor_name(origin.actor),
        created_at=when,
    )


def _lock(prompt_id: int) -> Prompt:
    return Prompt.objects.select_for_update(of=("self",)).select_related("swarm", "assistant").get(pk=prompt_id)


def _current(prompt: Prompt) -> PromptCheckpoint:
    current: PromptCheckpoint = PromptCheckpoint.objects.select_related("prompt").get(pk=prompt.current_id)
    return current


def _refuse_stale(prompt: Prompt, current: PromptCheckpoint, base: int | None, text: str) -> None:
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
    if Prompt.objects.filter(swarm=swarm, slug=slug).exists():
        raise Invalid(f"There already is a prompt {slug!r}.", fields={"slug": "Another prompt has this slug."})


def _problems(slug: str, title: str, kind: str, assistant: Assistant | None, swarm: Swarm) -> dict[str, str]:
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


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Tags trimmed, each once, in order."""
    return list(dict.fromkeys(tag.strip()[:80] for tag in tags if tag.strip()))
