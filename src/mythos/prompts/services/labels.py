"""Labels: movable pointers to checkpoints, with every move kept."""

from __future__ import annotations

import re
from functools import partial

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.errors import Invalid, NotFound
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptLabel, PromptLabelMove
from mythos.prompts.queries import get_prompt
from mythos.prompts.signals import label_moved

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


def move_label(*, actor: Actor, prompt_id: int, label: str, version: int, reason: str = "") -> PromptLabel:
    """Point a label at a version, making it when new; a label that already points there stays as it is."""
    prompt = get_prompt(actor, prompt_id)
    _require(actor, prompt, label)
    if not _NAME.fullmatch(label):
        raise Invalid(
            f"{label!r} is no label name.",
            fields={"label": "Lower-case letters, digits, . _ and -; at most 60."},
        )
    target = prompt.checkpoints.filter(version=version).first()
    if target is None:
        raise NotFound(f"{prompt.slug} has no version {version}.", fields={"version": "Unknown version."})
    with transaction.atomic():
        Prompt.objects.select_for_update(of=("self",)).get(pk=prompt.pk)
        row = PromptLabel.objects.filter(prompt=prompt, name=label).first()
        before = row.checkpoint if row else None
        if row is not None and row.checkpoint_id == target.pk:
            return row
        row = row or PromptLabel(prompt=prompt, name=label)
        row.checkpoint = target
        row.moved_at = timezone.now()
        row.save()
        _remember(actor, prompt, label, before, target, reason)
    return row


def remove_label(*, actor: Actor, prompt_id: int, label: str, reason: str = "") -> None:
    """Take a label off a prompt; its history stays."""
    prompt = get_prompt(actor, prompt_id)
    _require(actor, prompt, label)
    with transaction.atomic():
        row = PromptLabel.objects.filter(prompt=prompt, name=label).first()
        if row is None:
            raise NotFound(f"{prompt.slug} has no label {label!r}.", fields={"label": "Unknown label."})
        _remember(actor, prompt, label, row.checkpoint, None, reason)
        row.delete()


def _require(actor: Actor, prompt: Prompt, label: str) -> None:
    protected = label in prompt.swarm.protected_labels
    require(actor, "prompts.move_protected_label" if protected else "prompts.move_label", prompt)


def _remember(
    actor: Actor,
    prompt: Prompt,
    label: str,
    before: PromptCheckpoint | None,
    after: PromptCheckpoint | None,
    reason: str,
) -> None:
    PromptLabelMove.objects.create(
        prompt=prompt,
        name=label,
        from_checkpoint=before,
        to_checkpoint=after,
        reason=reason,
        actor=person(actor),
        actor_name=actor_name(actor),
    )
    transaction.on_commit(partial(label_moved.send_robust, PromptLabel, prompt_id=prompt.pk, label=label))
