"""What can be announced: the types of events, and what a message about each says. Names and numbers, no texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mythos.codex.models import CodexClauseAudit, CodexContract
from mythos.market.models import BarterMove, Certificate, CurriculumLicense, LedgerTransfer, Listing, PartAttempt
from mythos.mentorship.models import AssistantMentorTag, PromptMentorshipLog
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptLabelMove
from mythos.rituals.models import RitualRun
from mythos.training.models import SwarmTrainingChain

PING = "webhook.ping"
TYPES = {
    "prompt.created": "A prompt was made, or forked.",
    "prompt.revised": "A prompt has a new version.",
    "prompt.trashed": "A prompt was moved to the trash.",
    "prompt.restored": "A prompt was taken out of the trash.",
    "label.moved": "A label points to another version, or is split between two.",
    "label.removed": "A label was taken off.",
    "clause.revised": "A rule was edited; its audit follows.",
    "audit.finished": "The edit of a rule was measured.",
    "audit.reviewed": "Somebody decided about the edit of a rule.",
    "contract.signed": "A prompt has a new version of its contract.",
    "contract.state_changed": "A contract is kept, stale, breached, untested or waived since now.",
    "run.finished": "A run of a ritual is complete.",
    "run.failed": "A run of a ritual could not be done.",
    "chain.started": "A training chain was started, or opened again from a step.",
    "chain.step_finished": "A training chain has finished a step.",
    "chain.paused": "A training chain waits: for somebody, or for its provider.",
    "chain.finished": "A training chain is done; its result waits to be sealed.",
    "chain.failed": "A training chain could not go on.",
    "chain.cancelled": "Somebody ended a training chain.",
    "chain.sealed": "Somebody approved the result of a training chain.",
    "mentorship.offered": "An assistant offers prompt sets to others, or does no longer.",
    "mentorship.adopted": "An assistant took over prompts of a mentor.",
    "mentorship.measured": "What an adoption was worth is known.",
    "mentorship.undone": "An adoption was undone.",
    "listing.opened": "A curriculum of the swarm is on the market.",
    "listing.changed": "The terms of a listed curriculum were changed.",
    "listing.closed": "A curriculum of the swarm is off the market.",
    "curriculum.sold": "Somebody bought, bartered or cloned a curriculum of the swarm.",
    "curriculum.taken": "The swarm bought, bartered or cloned a curriculum.",
    "curriculum.updated": "A copy of a curriculum was brought up to a newer version.",
    "trade.moved": "A trade of the swarm was offered, countered, accepted, declined, withdrawn, or ran out.",
    "part.passed": "An assistant passed a part of a curriculum.",
    "assistant.certified": "An assistant passed every part of a curriculum.",
    "credits.granted": "An administrator granted the swarm credits.",
}


@dataclass(frozen=True)
class Event:
    """Something that happened in a swarm. Messages with the same `lane` are delivered in order."""

    type: str
    swarm_id: int
    lane: str
    data: dict[str, Any]


def of_checkpoint(row: PromptCheckpoint) -> Event:
    """A text was saved."""
    data = {
        "version": row.version,
        "sha256": row.sha256,
        "message": row.message,
        "source": row.source,
        "author": row.author_name,
    }
    kind = "prompt.created" if row.version == 1 else "prompt.revised"
    return _about_prompt(kind, row.prompt, data)


def of_trash(prompt: Prompt, is_trashed: bool) -> Event:
    """A prompt went to the trash or came back."""
    return _about_prompt("prompt.trashed" if is_trashed else "prompt.restored", prompt, {})


def of_label(move: PromptLabelMove) -> Event:
    """A label moved."""
    after = move.to_checkpoint
    data = {
        "label": move.name,
        "from_version": move.from_checkpoint.version if move.from_checkpoint else None,
        "to_version": after.version if after else None,
        "sha256": after.sha256 if after else None,
        "other_version": move.other_checkpoint.version if move.other_checkpoint else None,
        "share": move.share,
        "reason": move.reason,
        "actor": move.actor_name,
    }
    return _about_prompt("label.moved" if after else "label.removed", move.prompt, data)


def of_audit(kind: str, audit: CodexClauseAudit) -> Event:
    """A rule was edited, and what came of it."""
    clause = audit.clause
    data = {
        "codex": clause.codex.slug,
        "ref": clause.ref,
        "clause_id": clause.pk,
        "audit_id": audit.pk,
        "version": audit.version,
        "change": audit.change,
        "author": audit.author_name,
    }
    if kind != "clause.revised":
        data |= {"verdict": audit.verdict, "is_regression": audit.regression_flag, "confidence": audit.confidence}
    if kind == "audit.reviewed":
        data |= {"review": audit.review, "reason": audit.review_reason, "reviewer": audit.reviewer_name}
    return Event(kind, clause.codex.swarm_id, f"clause:{clause.pk}", data)


def of_contract(kind: str, contract: CodexContract, **more: Any) -> Event:
    """A contract was signed, or stands otherwise than before."""
    data = {
        "prompt": contract.prompt.slug,
        "prompt_id": contract.prompt_id,
        "version": contract.version,
        "type": contract.type,
        "state": contract.state,
        **more,
    }
    return Event(kind, contract.prompt.swarm_id, f"contract:{contract.prompt_id}", data)


def of_run(kind: str, run: RitualRun) -> Event:
    """A run is over."""
    data = {
        "run_id": run.pk,
        "ritual": run.ritual.slug,
        "state": run.state,
        "provider": run.provider,
        "model": run.model,
        "is_simulated": run.is_simulated,
        "done": run.done,
        "total": run.total,
        "note": run.note,
    }
    return Event(kind, run.ritual.swarm_id, f"run:{run.pk}", data)


def of_chain(kind: str, chain: SwarmTrainingChain, **more: Any) -> Event:
    """Something happened to a training chain."""
    data = {
        "chain_id": chain.pk,
        "title": chain.chain_title,
        "state": chain.state,
        "note": chain.note,
        "step": chain.current_step,
        "score": chain.score,
        "codex_tension": chain.codex_tension,
        "calls": chain.calls,
        "is_simulated": chain.is_simulated,
        **more,
    }
    return Event(kind, chain.swarm_id, f"chain:{chain.pk}", data)


def of_offer(tag: AssistantMentorTag) -> Event:
    """An assistant offers mentorship, or withdrew it."""
    assistant = tag.assistant
    data = {
        "assistant": assistant.slug,
        "is_offering": tag.is_offering,
        "subjects": tag.subjects,
        "sets": list(tag.prompt_sets.values_list("name", flat=True)),
    }
    return Event("mentorship.offered", assistant.swarm_id, f"mentor:{assistant.pk}", data)


def of_adoption(kind: str, log: PromptMentorshipLog) -> Event:
    """Prompts were adopted, measured or given back."""
    data = {
        "adoption_id": log.pk,
        "mentor": log.mentor.slug,
        "mentee": log.mentee.slug,
        "set": log.set_name,
        "state": log.state,
        "actor": log.undone_by_name if kind == "mentorship.undone" else log.actor_name,
    }
    if kind == "mentorship.measured":
        data |= {"trust_delta": log.trust_delta, "gain": log.gain, "gain_low": log.gain_low, "gain_high": log.gain_high}
        data |= {"cases": log.cases, "is_simulated": log.is_simulated}
    return Event(kind, log.swarm_id, f"adoption:{log.pk}", data)


def of_listing(kind: str, listing: Listing) -> Event:
    """Something came on the market, changed there or left it."""
    data = {
        "listing_id": listing.pk,
        "curriculum_id": listing.curriculum_id,
        "title": listing.title,
        "price": listing.price,
        "takes_barter": listing.takes_barter,
        "clonable": listing.clonable,
        "license": listing.license,
        "seats_left": listing.seats_left,
    }
    return Event(kind, listing.swarm_id, f"listing:{listing.pk}", data)


def of_license(kind: str, row: CurriculumLicense, swarm_id: int) -> Event:
    """A curriculum changed hands, told to one of both sides."""
    data = {
        "license_id": row.pk,
        "title": row.title,
        "how": row.how,
        "price": row.price,
        "license": row.license,
        "version": row.version,
        "seller": row.seller_name,
        "holder": row.swarm.name,
        "trade_id": row.offer_id,
    }
    return Event(kind, swarm_id, f"license:{row.pk}", data)


def of_trade(move: BarterMove, swarm_id: int) -> Event:
    """A move in a trade, told to one of both sides."""
    offer = move.offer
    data = {
        "trade_id": offer.pk,
        "verb": move.verb,
        "number": move.number,
        "state": offer.state,
        "by": move.swarm.name if move.swarm else "",
        "proposer": offer.proposer.name,
        "partner": offer.partner.name,
        "proposer_credits": move.proposer_credits,
        "partner_credits": move.partner_credits,
    }
    return Event("trade.moved", swarm_id, f"trade:{offer.pk}", data)


def of_attempt(attempt: PartAttempt) -> Event:
    """An assistant passed a part, on practice or on sealed cases."""
    row, part = attempt.enrollment, attempt.part
    data = {
        "enrollment_id": row.pk,
        "curriculum": row.curriculum.slug,
        "assistant": row.assistant.slug,
        "position": part.position,
        "kind": attempt.kind,
        "score": attempt.score,
        "pass_mark": part.pass_mark,
    }
    return Event("part.passed", row.curriculum.swarm_id, f"enrollment:{row.pk}", data)


def of_certificate(row: Certificate) -> Event:
    """An assistant is certified."""
    record = row.record
    data = {
        "serial": row.serial,
        "enrollment_id": row.enrollment_id,
        "curriculum": record["curriculum"]["name"],
        "assistant": record["assistant"]["slug"],
        "score_before": record["score_before"],
        "score_after": record["score_after"],
        "simulated": record["model"]["simulated"],
    }
    swarm_id = row.enrollment.curriculum.swarm_id
    return Event("assistant.certified", swarm_id, f"enrollment:{row.enrollment_id}", data)


def of_grant(transfer: LedgerTransfer) -> Event:
    """Credits were issued to a swarm."""
    data = {
        "transfer_id": transfer.pk,
        "amount": transfer.amount,
        "balance": transfer.target_balance,
        "reason": transfer.reason,
        "actor": transfer.made_by_name,
    }
    return Event("credits.granted", transfer.target.swarm_id or 0, f"wallet:{transfer.target_id}", data)


def _about_prompt(kind: str, prompt: Prompt, data: dict[str, Any]) -> Event:
    return Event(kind, prompt.swarm_id, f"prompt:{prompt.pk}", {"prompt": prompt.slug, "prompt_id": prompt.pk, **data})
