"""Labels: movable pointers to checkpoints, with every move kept. Protected ones ask the gates first."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.accounts.queries import needs_second_person
from mythos.errors import Denied, Invalid, NotFound, Stale
from mythos.prompts.gates import pass_gates
from mythos.prompts.models import LabelRequest, Prompt, PromptCheckpoint, PromptLabel, PromptLabelMove
from mythos.prompts.queries import get_label_request, get_prompt
from mythos.prompts.signals import label_moved

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
DECISIONS = {"approve": LabelRequest.Status.APPROVED, "refuse": LabelRequest.Status.REFUSED}


def move_label(*, actor: Actor, prompt_id: int, label: str, version: int, reason: str = "") -> PromptLabel:
    """Point a label at a version, making it when new; a label that already points there stays as it is.

    A protected label asks the gates, and wants somebody other than the author of the text.
    """
    prompt = get_prompt(actor, prompt_id)
    _require(actor, prompt, label)
    target = _target(prompt, label, version)
    if is_protected(prompt, label) and needs_second_person(actor, prompt.swarm, target.author_id):
        raise Denied(
            f"You wrote version {version}, so somebody else has to move {label!r} to it.",
            hint="Ask for approval; a reviewer is told on the home page.",
            data={"approval": True},
        )
    evidence = pass_gates(prompt, target) if is_protected(prompt, label) else {}
    with transaction.atomic():
        return _move(actor, prompt, label, target, reason, evidence)


def request_label_move(*, actor: Actor, prompt_id: int, label: str, version: int, reason: str = "") -> LabelRequest:
    """Ask a reviewer to move a protected label; a newer request takes the place of one that waits."""
    prompt = get_prompt(actor, prompt_id)
    require(actor, "prompts.move_label", prompt)
    target = _target(prompt, label, version)
    if not is_protected(prompt, label):
        raise Invalid(f"{label!r} is not protected: move it yourself.", fields={"label": "Needs no approval."})
    pass_gates(prompt, target)
    now = timezone.now()
    with transaction.atomic():
        LabelRequest.objects.filter(prompt=prompt, name=label, status=LabelRequest.Status.PENDING).update(
            status=LabelRequest.Status.WITHDRAWN,
            decided_at=now,
            decision_reason=f"Replaced by a request for v{version}",
        )
        return LabelRequest.objects.create(
            prompt=prompt,
            name=label,
            checkpoint=target,
            reason=reason.strip(),
            requested_by=person(actor),
            requester_name=actor_name(actor),
        )


def decide_label_request(*, actor: Actor, request_id: int, decision: str, reason: str = "") -> LabelRequest:
    """Approve, which moves the label through the gates, or refuse; the first decision stands."""
    asked = get_label_request(actor, request_id)
    require(actor, "prompts.move_protected_label", asked.prompt)
    if decision not in DECISIONS:
        raise Invalid("Choose a decision.", fields={"decision": f"One of {', '.join(DECISIONS)}."})
    if decision == "refuse" and not reason.strip():
        raise Invalid("A refusal needs a reason.", fields={"reason": "Say why, for whoever asked."})
    approves = decision == "approve"
    if approves and needs_second_person(actor, asked.prompt.swarm, asked.checkpoint.author_id):
        raise Denied("You wrote this version, so somebody else has to approve it.")
    evidence = pass_gates(asked.prompt, asked.checkpoint) if approves else {}
    with transaction.atomic():
        decided = LabelRequest.objects.filter(pk=asked.pk, status=LabelRequest.Status.PENDING).update(
            status=DECISIONS[decision],
            decided_by=person(actor),
            decider_name=actor_name(actor),
            decision_reason=reason.strip(),
            decided_at=timezone.now(),
        )
        asked.refresh_from_db()
        if not decided:
            raise Stale(f"{asked.decider_name or 'Somebody'} has already decided: {asked.get_status_display()}.")
        if approves:
            why = f"Asked for by {asked.requester_name}" + (f": {asked.reason}" if asked.reason else "")
            _move(actor, asked.prompt, asked.name, asked.checkpoint, reason.strip() or why, evidence)
    return asked


def remove_label(*, actor: Actor, prompt_id: int, label: str, reason: str = "") -> None:
    """Take a label off a prompt; its history stays."""
    prompt = get_prompt(actor, prompt_id)
    _require(actor, prompt, label)
    with transaction.atomic():
        row = PromptLabel.objects.filter(prompt=prompt, name=label).first()
        if row is None:
            raise NotFound(f"{prompt.slug} has no label {label!r}.", fields={"label": "Unknown label."})
        _remember(actor, prompt, label, row.checkpoint, None, reason, {})
        row.delete()


def is_protected(prompt: Prompt, label: str) -> bool:
    """Whether a move of this label asks the gates."""
    return label in prompt.swarm.protected_labels


def _target(prompt: Prompt, label: str, version: int) -> PromptCheckpoint:
    if not _NAME.fullmatch(label):
        raise Invalid(
            f"{label!r} is no label name.",
            fields={"label": "Lower-case letters, digits, . _ and -; at most 60."},
        )
    target: PromptCheckpoint | None = prompt.checkpoints.filter(version=version).first()
    if target is None:
        raise NotFound(f"{prompt.slug} has no version {version}.", fields={"version": "Unknown version."})
    return target


def _move(
    actor: Actor, prompt: Prompt, label: str, target: PromptCheckpoint, reason: str, evidence: dict[str, Any]
) -> PromptLabel:
    Prompt.objects.select_for_update(of=("self",)).get(pk=prompt.pk)
    row = PromptLabel.objects.filter(prompt=prompt, name=label).first()
    before = row.checkpoint if row else None
    if row is not None and row.checkpoint_id == target.pk:
        return row
    row = row or PromptLabel(prompt=prompt, name=label)
    row.checkpoint = target
    row.moved_at = timezone.now()
    row.save()
    _remember(actor, prompt, label, before, target, reason, evidence)
    return row


def _require(actor: Actor, prompt: Prompt, label: str) -> None:
    verb = "prompts.move_protected_label" if is_protected(prompt, label) else "prompts.move_label"
    require(actor, verb, prompt)


def _remember(
    actor: Actor,
    prompt: Prompt,
    label: str,
    before: PromptCheckpoint | None,
    after: PromptCheckpoint | None,
    reason: str,
    evidence: dict[str, Any],
) -> None:
    Prompt.objects.filter(pk=prompt.pk).update(stamp=F("stamp") + 1)
    move = PromptLabelMove.objects.create(
        prompt=prompt,
        name=label,
        from_checkpoint=before,
        to_checkpoint=after,
        reason=reason,
        evidence=evidence,
        actor=person(actor),
        actor_name=actor_name(actor),
    )
    told = {"prompt_id": prompt.pk, "label": label, "move_id": move.pk}
    transaction.on_commit(partial(label_moved.send_robust, PromptLabel, **told))
