"""What this floor does when a lower one announces: it tells whoever asked to be told."""

from __future__ import annotations

from typing import Any

from django.dispatch import Signal, receiver

from mythos.codex.models import CodexClauseAudit, CodexContract
from mythos.codex.signals import (
    audit_reviewed,
    clause_audited,
    clause_revised,
    contract_signed,
    contract_state_changed,
)
from mythos.market.models import BarterMove, Certificate, CurriculumLicense, LedgerTransfer, Listing, PartAttempt
from mythos.market.signals import (
    assistant_certified,
    credits_granted,
    curriculum_taken,
    curriculum_updated,
    listing_changed,
    offer_moved,
    part_passed,
)
from mythos.mentorship.models import AssistantMentorTag, PromptMentorshipLog
from mythos.mentorship.signals import adoption_measured, adoption_undone, mentorship_offered, prompts_adopted
from mythos.prompts.bulk import has_row
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptLabelMove
from mythos.prompts.signals import label_moved, prompt_revised, prompt_trashed
from mythos.rituals.models import RitualRun
from mythos.rituals.signals import ritual_run_failed, ritual_run_finished
from mythos.training.models import SwarmTrainingChain
from mythos.training.signals import (
    chain_cancelled,
    chain_failed,
    chain_finished,
    chain_paused,
    chain_sealed,
    chain_started,
    chain_step_finished,
)
from mythos.webhooks import events
from mythos.webhooks.models import WebhookEndpoint
from mythos.webhooks.services import announce

LISTING_EVENTS = {"opened": "listing.opened", "changed": "listing.changed", "closed": "listing.closed"}


@receiver(prompt_revised, dispatch_uid="webhooks.prompt_revised")
def tell_text(sender: Any, *, checkpoint_id: int, swarm_id: int, **_: Any) -> None:
    # Imports save thousands of texts: where nobody listens, nothing more is read.
    if has_row(WebhookEndpoint, swarm_id=swarm_id, is_enabled=True):
        announce(events.of_checkpoint(PromptCheckpoint.objects.select_related("prompt").get(pk=checkpoint_id)))


@receiver(prompt_trashed, dispatch_uid="webhooks.prompt_trashed")
def tell_trash(sender: Any, *, prompt_id: int, is_trashed: bool, **_: Any) -> None:
    announce(events.of_trash(Prompt.objects.get(pk=prompt_id), is_trashed))


@receiver(label_moved, dispatch_uid="webhooks.label_moved")
def tell_label(sender: Any, *, move_id: int, **_: Any) -> None:
    rows = PromptLabelMove.objects.select_related("prompt", "from_checkpoint", "to_checkpoint", "other_checkpoint")
    announce(events.of_label(rows.get(pk=move_id)))


@receiver(clause_revised, dispatch_uid="webhooks.clause_revised")
def tell_clause(sender: Any, *, audit_id: int, **_: Any) -> None:
    _tell_audit("clause.revised", audit_id)


@receiver(clause_audited, dispatch_uid="webhooks.clause_audited")
def tell_audit(sender: Any, *, audit_id: int, **_: Any) -> None:
    _tell_audit("audit.finished", audit_id)


@receiver(audit_reviewed, dispatch_uid="webhooks.audit_reviewed")
def tell_review(sender: Any, *, audit_id: int, **_: Any) -> None:
    _tell_audit("audit.reviewed", audit_id)


@receiver(contract_signed, dispatch_uid="webhooks.contract_signed")
def tell_signature(sender: Any, *, contract_id: int, **_: Any) -> None:
    contract = CodexContract.objects.select_related("prompt").get(pk=contract_id)
    announce(events.of_contract("contract.signed", contract, signer=contract.signer_name, reason=contract.reason))


@receiver(contract_state_changed, dispatch_uid="webhooks.contract_state_changed")
def tell_state(sender: Any, *, contract_id: int, before: str, after: str, **_: Any) -> None:
    contract = CodexContract.objects.select_related("prompt").get(pk=contract_id)
    announce(events.of_contract("contract.state_changed", contract, state_before=before, state=after))


@receiver(ritual_run_finished, dispatch_uid="webhooks.run_finished")
def tell_run(sender: Any, *, run_id: int, **_: Any) -> None:
    announce(events.of_run("run.finished", RitualRun.objects.select_related("ritual").get(pk=run_id)))


@receiver(ritual_run_failed, dispatch_uid="webhooks.run_failed")
def tell_failure(sender: Any, *, run_id: int, **_: Any) -> None:
    announce(events.of_run("run.failed", RitualRun.objects.select_related("ritual").get(pk=run_id)))


@receiver(chain_step_finished, dispatch_uid="webhooks.chain_step_finished")
def tell_step(sender: Any, *, chain_id: int, step: int, **_: Any) -> None:
    chain = _chain(chain_id)
    # Steps come fast; where nobody listens, nothing more is read.
    if has_row(WebhookEndpoint, swarm_id=chain.swarm_id, is_enabled=True):
        announce(events.of_chain("chain.step_finished", chain, step=step))


def _tell_chain(kind: str, signal: Signal) -> None:
    """Announce every `signal` as an event of this kind."""

    def tell(sender: Any, *, chain_id: int, **_: Any) -> None:
        announce(events.of_chain(kind, _chain(chain_id)))

    signal.connect(tell, weak=False, dispatch_uid=f"webhooks.{kind}")


for _kind, _signal in {
    "chain.started": chain_started,
    "chain.paused": chain_paused,
    "chain.finished": chain_finished,
    "chain.failed": chain_failed,
    "chain.cancelled": chain_cancelled,
    "chain.sealed": chain_sealed,
}.items():
    _tell_chain(_kind, _signal)


def _chain(chain_id: int) -> SwarmTrainingChain:
    return SwarmTrainingChain.objects.defer("plan", "belief_delta_tracker", "result").get(pk=chain_id)


@receiver(mentorship_offered, dispatch_uid="webhooks.mentorship_offered")
def tell_offer(sender: Any, *, assistant_id: int, **_: Any) -> None:
    announce(events.of_offer(AssistantMentorTag.objects.select_related("assistant").get(assistant=assistant_id)))


@receiver(prompts_adopted, dispatch_uid="webhooks.prompts_adopted")
def tell_adoption(sender: Any, *, log_id: int, **_: Any) -> None:
    _tell_adoption("mentorship.adopted", log_id)


@receiver(adoption_measured, dispatch_uid="webhooks.adoption_measured")
def tell_measurement(sender: Any, *, log_id: int, **_: Any) -> None:
    _tell_adoption("mentorship.measured", log_id)


@receiver(adoption_undone, dispatch_uid="webhooks.adoption_undone")
def tell_undoing(sender: Any, *, log_id: int, **_: Any) -> None:
    _tell_adoption("mentorship.undone", log_id)


def _tell_adoption(kind: str, log_id: int) -> None:
    announce(events.of_adoption(kind, PromptMentorshipLog.objects.select_related("mentor", "mentee").get(pk=log_id)))


@receiver(listing_changed, dispatch_uid="webhooks.listing_changed")
def tell_listing(sender: Any, *, listing_id: int, verb: str, **_: Any) -> None:
    announce(events.of_listing(LISTING_EVENTS[verb], Listing.objects.get(pk=listing_id)))


@receiver(curriculum_taken, dispatch_uid="webhooks.curriculum_taken")
def tell_license(sender: Any, *, license_id: int, **_: Any) -> None:
    row = CurriculumLicense.objects.select_related("swarm").get(pk=license_id)
    announce(events.of_license("curriculum.taken", row, row.swarm_id))
    if row.seller_id:
        announce(events.of_license("curriculum.sold", row, row.seller_id))


@receiver(curriculum_updated, dispatch_uid="webhooks.curriculum_updated")
def tell_update(sender: Any, *, license_id: int, **_: Any) -> None:
    row = CurriculumLicense.objects.select_related("swarm").get(pk=license_id)
    announce(events.of_license("curriculum.updated", row, row.swarm_id))


@receiver(offer_moved, dispatch_uid="webhooks.offer_moved")
def tell_trade(sender: Any, *, move_id: int, **_: Any) -> None:
    move = BarterMove.objects.select_related("offer__proposer", "offer__partner", "swarm").get(pk=move_id)
    for swarm_id in (move.offer.proposer_id, move.offer.partner_id):
        announce(events.of_trade(move, swarm_id))


@receiver(credits_granted, dispatch_uid="webhooks.credits_granted")
def tell_grant(sender: Any, *, transfer_id: int, **_: Any) -> None:
    announce(events.of_grant(LedgerTransfer.objects.select_related("target").get(pk=transfer_id)))


@receiver(part_passed, dispatch_uid="webhooks.part_passed")
def tell_part(sender: Any, *, attempt_id: int, **_: Any) -> None:
    rows = PartAttempt.objects.select_related("part", "enrollment__curriculum", "enrollment__assistant")
    announce(events.of_attempt(rows.get(pk=attempt_id)))


@receiver(assistant_certified, dispatch_uid="webhooks.assistant_certified")
def tell_certificate(sender: Any, *, certificate_id: int, **_: Any) -> None:
    rows = Certificate.objects.select_related("enrollment__curriculum")
    announce(events.of_certificate(rows.get(pk=certificate_id)))


def _tell_audit(kind: str, audit_id: int) -> None:
    announce(events.of_audit(kind, CodexClauseAudit.objects.select_related("clause__codex").get(pk=audit_id)))
