"""Taking over a mentor's prompts as forks under contract, in one transaction; and undoing it in one act."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.codex.models import CodexContract
from mythos.codex.services import sign_contract
from mythos.drafts.models import AssistantVersion
from mythos.drafts.queries import get_version, pins_of
from mythos.drafts.services import recompose_assistant, roll_back_assistant
from mythos.errors import ClauseBroken, Stale
from mythos.mentorship.models import MentorshipFork, PromptMentorshipLog
from mythos.mentorship.previewing import Handover, Preview, planned_rows, preview_adoption
from mythos.mentorship.queries import get_log
from mythos.mentorship.signals import adoption_undone, prompts_adopted
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.services import fork_prompt, revise_prompt

SOURCE = "mentor"
LONGEST_NOTES = 2000


def adopt_prompts(
    *,
    actor: Actor,
    mentee: Assistant,
    mentor_id: int,
    set_name: str,
    base: int,
    in_place_of: Mapping[int, int] | None = None,
    notes: str = "",
    expected: str = "",
) -> PromptMentorshipLog:
    """Fork a prompt set for the mentee, contracts and lineage with it, and speak from it; all of it or nothing.

    `base` is the mentee's version one saw, `expected` the digest of the preview; Stale when either has moved.
    """
    require(actor, "mentorship.adopt", mentee)
    require(actor, "assistants.deploy", mentee)
    # The preview compares every pair of texts before the transaction; the gate inside finds the answers kept.
    preview = preview_adoption(actor, mentee, mentor_id, set_name, in_place_of)
    _refuse(preview, base, expected)
    with transaction.atomic():
        made = {handover.source.pk: _take_over(actor, preview, handover) for handover in preview.handovers}
        pairs = {source: (checkpoint.prompt_id, checkpoint.pk) for source, checkpoint in made.items()}
        rows = planned_rows(preview.base, preview.handovers, pairs)
        reason = f"{set_name} from {preview.mentor.name}"
        after = recompose_assistant(
            actor=actor,
            assistant=mentee,
            rows=rows,
            base=base,
            origin=AssistantVersion.Origin.MENTOR,
            reason=reason,
        )
        log = PromptMentorshipLog.objects.create(
            swarm=mentee.swarm,
            mentor=preview.mentor,
            mentee=mentee,
            set_name=set_name,
            mutation_notes=_notes(preview, notes),
            before=preview.base,
            after=after,
            actor_name=actor_name(actor),
        )
        log.prompt_set.set({handover.source.prompt_id for handover in preview.handovers})
        MentorshipFork.objects.bulk_create(_fork(log, handover, made) for handover in preview.handovers)
        transaction.on_commit(partial(prompts_adopted.send_robust, PromptMentorshipLog, log_id=log.pk))
    return log


def undo_adoption(*, actor: Actor, log_id: int, reason: str = "") -> AssistantVersion:
    """Speak without what was adopted: the version before where nothing was deployed since, else all but the adopted.

    What was measured stays on record, and counts for the mentor.
    """
    log = get_log(actor, log_id)
    mentee = log.mentee
    require(actor, "mentorship.adopt", mentee)
    if log.undone_at is not None:
        raise Stale("This adoption was undone already.", data={"by": log.undone_by_name})
    newest = get_version(actor, mentee)
    why = reason.strip() or f"{log.set_name} from {log.mentor.name} undone"
    with transaction.atomic():
        if newest.pk == log.after_id and log.before is not None:
            version = roll_back_assistant(
                actor=actor, assistant=mentee, number=log.before.number, base=newest.number, reason=why
            )
        else:
            version = recompose_assistant(
                actor=actor,
                assistant=mentee,
                rows=_rows_without(log, newest),
                base=newest.number,
                origin=AssistantVersion.Origin.MENTOR,
                reason=why,
            )
        undone = PromptMentorshipLog.objects.filter(pk=log.pk, undone_at=None).update(
            undone_at=timezone.now(), undone_by_name=actor_name(actor), undo_reason=reason.strip()
        )
        if not undone:
            raise Stale("This adoption was undone meanwhile.")
        transaction.on_commit(partial(adoption_undone.send_robust, PromptMentorshipLog, log_id=log.pk))
    return version


def _refuse(preview: Preview, base: int, expected: str) -> None:
    if preview.base.number != base or (expected and preview.digest != expected):
        raise Stale(
            "Something changed since you looked at the preview.",
            hint="Look at it again, then adopt.",
            data={"base": base, "current": preview.base.number},
        )
    if preview.refusals:
        more = f" And {len(preview.refusals) - 1} more." if len(preview.refusals) > 1 else ""
        raise ClauseBroken(
            f"{preview.set_name} may not be adopted. {preview.refusals[0]}{more}",
            hint="Let adopted prompts take the place of those they clash with, or choose another set.",
            data={"reasons": list(preview.refusals), "findings": [{"text": text} for text in preview.refusals]},
        )


def _take_over(actor: Actor, preview: Preview, handover: Handover) -> PromptCheckpoint:
    reason = f"{handover.source.slug} v{handover.source.version} from {preview.mentor.name}"
    if handover.earlier is not None:
        prompt = Prompt.objects.select_related("current").get(pk=handover.earlier.prompt_id)
        assert prompt.current is not None
        return revise_prompt(
            actor=actor,
            prompt_id=prompt.pk,
            text=handover.source.text,
            base=prompt.current.version,
            reason=reason,
            source=SOURCE,
        )
    fork = fork_prompt(
        actor=actor,
        prompt_id=handover.source.prompt_id,
        slug=handover.slug,
        title=handover.source.prompt.title,
        reason=reason,
        source=SOURCE,
        version=handover.source.version,
        assistant=preview.mentee,
    )
    if handover.contract is not None:
        _sign(actor, fork, handover.contract, preview.mentor)
    return fork


def _sign(actor: Actor, fork: PromptCheckpoint, contract: CodexContract, mentor: Assistant) -> None:
    """The same promises, checked again on the fork: the clauses at the versions the mentor signed."""
    sign_contract(
        actor=actor,
        prompt_id=fork.prompt_id,
        base=0,
        type=contract.type,
        clauses=[term for term in contract.codex_clauses if term["origin"] == "own"],
        expectations=contract.symbolic_expectations,
        roles=[role["role"] for role in contract.inherited_roles if "/" not in role["path"]],
        reason=f"Taken over from {mentor.name}: contract v{contract.version} of {contract.prompt.slug}",
    )


def _notes(preview: Preview, notes: str) -> str:
    """What was said, and what was done with each prompt."""
    lines = [notes.strip()[:LONGEST_NOTES]] if notes.strip() else []
    for handover in preview.handovers:
        given = f"{handover.source.slug} v{handover.source.version}"
        if handover.is_update:
            lines.append(f"{handover.slug} brought up to {given}.")
        elif handover.replaces is not None:
            lines.append(f"{given} forked as {handover.slug}, in place of {handover.replaces.prompt.slug}.")
        else:
            lines.append(f"{given} forked as {handover.slug}.")
    return "\n".join(lines)


def _fork(log: PromptMentorshipLog, handover: Handover, made: Mapping[int, PromptCheckpoint]) -> MentorshipFork:
    checkpoint = made[handover.source.pk]
    replaced = handover.replaces.checkpoint if handover.replaces else None
    if handover.earlier is not None:
        replaced = next(pin.checkpoint for pin in pins_of(_before(log)) if pin.prompt_id == handover.earlier.prompt_id)
    return MentorshipFork(
        log=log,
        source=handover.source,
        prompt_id=checkpoint.prompt_id,
        checkpoint=checkpoint,
        section=handover.section,
        is_update=handover.is_update,
        replaced=replaced,
    )


def _before(log: PromptMentorshipLog) -> AssistantVersion:
    assert log.before is not None
    return log.before


def _rows_without(log: PromptMentorshipLog, newest: AssistantVersion) -> list[dict[str, Any]]:
    """What the mentee speaks from now, less the adopted; what they took the place of comes back."""
    forks = {fork.prompt_id: fork for fork in log.forks.select_related("replaced")}
    rows: list[dict[str, Any]] = []
    here = {pin.prompt_id for pin in pins_of(newest)} - set(forks)
    for pin in pins_of(newest):
        fork = forks.get(pin.prompt_id)
        if fork is None:
            rows.append({"section": pin.section, "prompt": pin.prompt_id, "checkpoint": pin.checkpoint_id})
        elif fork.replaced is not None and fork.replaced.prompt_id not in here:
            old = fork.replaced
            rows.append({"section": pin.section, "prompt": old.prompt_id, "checkpoint": old.pk})
    return [row | {"order": order} for order, row in enumerate(rows)]
