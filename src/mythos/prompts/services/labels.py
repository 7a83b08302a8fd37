"""Labels: movable pointers to checkpoints, with every move kept. Protected ones ask the gates first."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
from mythos.prompts.rendering import with_includes
from mythos.prompts.signals import label_moved

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
DECISIONS = {"approve": LabelRequest.Status.APPROVED, "refuse": LabelRequest.Status.REFUSED}


@dataclass(frozen=True, slots=True)
class Target:
    """What a label points to: one checkpoint, or two with the share of readers that get the other."""

    checkpoint: PromptCheckpoint
    other: PromptCheckpoint | None = None
    share: int = 0

    @property
    def checkpoints(self) -> list[PromptCheckpoint]:
        """Every text that readers of the label may get."""
        return [self.checkpoint, self.other] if self.other is not None else [self.checkpoint]


def move_label(*, actor: Actor, prompt_id: int, label: str, version: int, reason: str = "") -> PromptLabel:
    """Point a label at a version, making it when new; a label that already points there stays as it is.

    Invalid when the text includes what is not there. A protected label asks the gates, and wants somebody other than
    the author of the text.
    """
    prompt = get_prompt(actor, prompt_id)
    _require(actor, prompt, label)
    return _pass_and_move(actor, prompt, label, Target(_target(prompt, label, version)), reason)


def split_label(
    *, actor: Actor, prompt_id: int, label: str, version: int, other_version: int, share: int, reason: str = ""
) -> PromptLabel:
    """Give `share` percent of a label's readers another version; a protected label asks the gates for both."""
    prompt = get_prompt(actor, prompt_id)
    _require(actor, prompt, label)
    if not 1 <= share <= 99:
        raise Invalid("A split needs readers on both sides.", fields={"share": "Between 1 and 99 percent."})
    if version == other_version:
        raise Invalid("A split is between two versions.", fields={"other_version": "Choose another version."})
    target = Target(_target(prompt, label, version), _target(prompt, label, other_version, "other_version"), share)
    return _pass_and_move(actor, prompt, label, target, reason)


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
    if approves:
        _refuse_missing_includes(asked.checkpoint, "decision")
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
            _move(actor, asked.prompt, asked.name, Target(asked.checkpoint), reason.strip() or why, evidence)
    return asked


def remove_label(*, actor: Actor, prompt_id: int, label: str, reason: str = "") -> None:
    """Take a label off a prompt; its history stays."""
    prompt = get_prompt(actor, prompt_id)
    _require(actor, prompt, label)
    with transaction.atomic():
        row = PromptLabel.objects.filter(prompt=prompt, name=label).first()
        if row is None:
            raise NotFound(f"{prompt.slug} has no label {label!r}.", fields={"label": "Unknown label."})
        _remember(actor, prompt, label, Target(row.checkpoint), None, reason, {})
        row.delete()


def is_protected(prompt: Prompt, label: str) -> bool:
    """Whether a move of this label asks the gates."""
    return label in prompt.swarm.protected_labels


def _pass_and_move(actor: Actor, prompt: Prompt, label: str, target: Target, reason: str) -> PromptLabel:
    evidence: dict[str, Any] = {}
    if is_protected(prompt, label):
        for checkpoint in target.checkpoints:
            _refuse_own_text(actor, prompt, label, checkpoint, may_ask=target.other is None)
        evidence = pass_gates(prompt, target.checkpoint)
        if target.other is not None:
            evidence |= {"other": pass_gates(prompt, target.other)}
    with transaction.atomic():
        return _move(actor, prompt, label, target, reason, evidence)


def _refuse_own_text(actor: Actor, prompt: Prompt, label: str, text: PromptCheckpoint, *, may_ask: bool) -> None:
    if needs_second_person(actor, prompt.swarm, text.author_id):
        raise Denied(
            f"You wrote version {text.version}, so somebody else has to move {label!r} to it.",
            hint="Ask for approval; a reviewer is told on the home page." if may_ask else "Ask a reviewer to split it.",
            data={"approval": True} if may_ask else {},
        )


def _target(prompt: Prompt, label: str, version: int, field: str = "version") -> PromptCheckpoint:
    if not _NAME.fullmatch(label):
        raise Invalid(
            f"{label!r} is no label name.",
            fields={"label": "Lower-case letters, digits, . _ and -; at most 60."},
        )
    target: PromptCheckpoint | None = prompt.checkpoints.filter(version=version).first()
    if target is None:
        raise NotFound(f"{prompt.slug} has no version {version}.", fields={field: "Unknown version."})
    _refuse_missing_includes(target, field)
    return target


def _refuse_missing_includes(target: PromptCheckpoint, field: str) -> None:
    """Whoever reads the label would get an error in place of the text."""
    try:
        with_includes(target.prompt.swarm, target.text, (target.slug,))
    except NotFound as error:
        raise Invalid(
            f"Version {target.version} of {target.slug} cannot be read: {error}",
            hint="Make the prompt that is included, or give it the label, first.",
            fields={field: error.fields.get("include", "Includes what is not there.")},
        ) from error


def _move(
    actor: Actor, prompt: Prompt, label: str, target: Target, reason: str, evidence: dict[str, Any]
) -> PromptLabel:
    Prompt.objects.select_for_update(of=("self",)).get(pk=prompt.pk)
    row = PromptLabel.objects.filter(prompt=prompt, name=label).first()
    before = Target(row.checkpoint, row.other, row.share) if row else None
    if row is not None and before == target:
        return row
    row = row or PromptLabel(prompt=prompt, name=label)
    row.checkpoint, row.other, row.share = target.checkpoint, target.other, target.share
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
    before: Target | None,
    after: Target | None,
    reason: str,
    evidence: dict[str, Any],
) -> None:
    Prompt.objects.filter(pk=prompt.pk).update(stamp=F("stamp") + 1)
    move = PromptLabelMove.objects.create(
        prompt=prompt,
        name=label,
        from_checkpoint=before.checkpoint if before else None,
        to_checkpoint=after.checkpoint if after else None,
        other_checkpoint=after.other if after else None,
        share=after.share if after else 0,
        reason=reason,
        evidence=evidence,
        actor=person(actor),
        actor_name=actor_name(actor),
    )
    told = {"prompt_id": prompt.pk, "label": label, "move_id": move.pk}
    transaction.on_commit(partial(label_moved.send_robust, PromptLabel, **told))
