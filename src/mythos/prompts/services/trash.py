"""Prompts in the trash: hidden everywhere, restored whole, and gone only when purged, which the chain remembers."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, ProtectedError
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid, NotFound
from mythos.prompts.chain import lock_chain
from mythos.prompts.fulltext import forget
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptLabelMove, PromptMutationLog, PurgedMutation
from mythos.prompts.queries import prompt_to_change, trashed_prompts
from mythos.prompts.signals import prompt_trashed


def trash_prompt(*, actor: Actor, prompt_id: int) -> Prompt:
    """Move a prompt to the trash; its slug stays taken. One that a protected label serves has to be released first."""
    prompt = prompt_to_change(actor, prompt_id)
    require(actor, "prompts.revise", prompt)
    served = prompt.labels.filter(name__in=prompt.swarm.protected_labels).values_list("name", flat=True)
    if served:
        raise Invalid(
            f"{prompt.slug} is in use: the label {', '.join(served)} points to it.", hint="Take the label off first."
        )
    prompt.deleted_at = timezone.now()
    Prompt.objects.filter(pk=prompt.pk).update(deleted_at=prompt.deleted_at, stamp=F("stamp") + 1)
    _announce(prompt, is_trashed=True)
    return prompt


def untrash_prompt(*, actor: Actor, prompt_id: int) -> Prompt:
    """Take a prompt out of the trash, with everything it had."""
    prompt = _trashed(actor, prompt_id)
    require(actor, "prompts.revise", prompt)
    prompt.deleted_at = None
    Prompt.objects.filter(pk=prompt.pk).update(deleted_at=None, stamp=F("stamp") + 1)
    _announce(prompt, is_trashed=False)
    return prompt


def purge_prompt(*, actor: Actor, prompt_id: int) -> int:
    """Remove a trashed prompt for good and free its slug; how many checkpoints went. Its places in the chain stay."""
    prompt = _trashed(actor, prompt_id)
    require(actor, "swarm.manage", prompt)
    try:
        with transaction.atomic():
            lock_chain(prompt.swarm_id)
            return _purge(prompt, actor_name(actor))
    except ProtectedError as error:
        raise Invalid(f"Other things still refer to {prompt.slug}, so it stays in the trash.") from error


def purge_expired(*, actor: Actor, swarm: Swarm, days: int) -> tuple[int, list[str]]:
    """Purge what has been in the trash longer than so many days; how many, and why others could not be."""
    require(actor, "swarm.manage", swarm)
    try:
        edge = timezone.now() - timedelta(days=days)
    except OverflowError:
        return 0, []  # nothing is as old as that
    purged, kept = 0, []
    for prompt_id in trashed_prompts(actor, swarm).filter(deleted_at__lt=edge).values_list("pk", flat=True):
        try:
            purge_prompt(actor=actor, prompt_id=prompt_id)
            purged += 1
        except Invalid as error:
            kept.append(error.message)
    return purged, kept


def _announce(prompt: Prompt, *, is_trashed: bool) -> None:
    tell = partial(prompt_trashed.send_robust, Prompt, prompt_id=prompt.pk, is_trashed=is_trashed)
    transaction.on_commit(tell)


def _trashed(actor: Actor, prompt_id: int) -> Prompt:
    prompt = trashed_prompts(actor).filter(pk=prompt_id).first()
    if prompt is None:
        raise NotFound(f"There is no prompt {prompt_id} in the trash.")
    return prompt


def _purge(prompt: Prompt, by: str) -> int:
    checkpoints = PromptCheckpoint.objects.filter(prompt=prompt)
    others = PromptMutationLog.objects.filter(from_checkpoint__prompt=prompt).exclude(prompt=prompt)
    if prompt.forks.exists() or others.exists():
        raise Invalid(f"{prompt.slug} has forks, which remember it.", hint="Purge the forks first.")
    count = checkpoints.count()
    mutations = PromptMutationLog.objects.filter(prompt=prompt)
    PurgedMutation.objects.bulk_create(
        PurgedMutation(swarm_id=prompt.swarm_id, number=number, previous_hash=before, hash=own, purged_by=by)
        for number, before, own in mutations.values_list("number", "previous_hash", "hash")
    )
    forget(list(checkpoints))
    prompt.feedback.all().delete()
    Prompt.objects.filter(pk=prompt.pk).update(current=None)
    prompt.labels.all().delete()
    prompt.label_requests.all().delete()
    PromptLabelMove.objects.filter(prompt=prompt).purge()
    mutations.purge()
    for checkpoint in checkpoints:
        checkpoint.tag_rows.all().delete()
    checkpoints.purge()
    prompt.current = None
    prompt.delete()
    return count
