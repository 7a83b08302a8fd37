"""Questions about proposals."""

from __future__ import annotations

from django.db.models import QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.codex.models import CodexProposal
from mythos.errors import NotFound


def visible_proposals(actor: Actor, swarm: Swarm | None = None) -> QuerySet[CodexProposal]:
    """Proposals of the actor's codices, newest first."""
    found = CodexProposal.objects.filter(codex__swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(codex__swarm=swarm)
    return found.select_related("codex", "codex__swarm", "author", "decided_by")


def get_proposal(actor: Actor, proposal_id: int) -> CodexProposal:
    """One proposal, or NotFound."""
    found = visible_proposals(actor).filter(pk=proposal_id).first()
    if found is None:
        raise NotFound(f"There is no proposal {proposal_id}.")
    return found
