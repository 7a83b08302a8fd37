"""Waivers: somebody answers, for a while, for a promise that is not kept."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.codex.models import ClauseWaiver
from mythos.codex.queries import get_contract, live_waivers
from mythos.codex.services.checks import CHECK_JOB, check_prompt
from mythos.errors import Invalid, NotFound
from mythos.prompts.queries import get_prompt
from mythos.work.services import enqueue


def waive_clause(*, actor: Actor, prompt_id: int, ref: str, reason: str, expires_at: datetime) -> ClauseWaiver:
    """Answer for a clause of a prompt's contract until a moment; a newer waiver takes the place of one that holds."""
    prompt = get_prompt(actor, prompt_id)
    require(actor, "contracts.waive", prompt)
    contract = get_contract(actor, prompt)
    binding = contract.clauses.filter(clause__ref=ref, is_live=True).first()
    fields = {}
    if binding is None:
        fields["clause"] = f"The contract in force does not bind {ref!r}."
    if not reason.strip():
        fields["reason"] = "Say why, for whoever reads this later."
    if expires_at <= timezone.now():
        fields["expires_at"] = "A waiver ends in the future."
    if fields or binding is None:
        raise Invalid("; ".join(fields.values()), fields=fields)
    with transaction.atomic():
        live_waivers(prompt).filter(clause=binding.clause_id).update(revoked_at=timezone.now())
        waiver = ClauseWaiver.objects.create(
            prompt=prompt,
            clause_id=binding.clause_id,
            owner=person(actor),
            owner_name=actor_name(actor),
            reason=reason.strip(),
            expires_at=expires_at,
        )
        enqueue(
            kind=CHECK_JOB,
            key=f"{prompt.pk}:waiver-{waiver.pk}",
            payload={"prompt_id": prompt.pk},
            swarm_id=prompt.swarm_id,
            not_before=expires_at,
        )
    check_prompt(prompt_id=prompt.pk)
    return waiver


def revoke_waiver(*, actor: Actor, waiver_id: int) -> ClauseWaiver:
    """End a waiver now."""
    waiver = ClauseWaiver.objects.filter(pk=waiver_id).select_related("prompt__swarm").first()
    if waiver is None:
        raise NotFound("There is no such waiver.")
    get_prompt(actor, waiver.prompt_id)
    require(actor, "contracts.waive", waiver.prompt)
    if waiver.revoked_at is None:
        waiver.revoked_at = timezone.now()
        waiver.save(update_fields=["revoked_at"])
        check_prompt(prompt_id=waiver.prompt_id)
    return waiver
