"""What waits for somebody in a swarm: the same rows for the inbox, for its count and for home."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import CharField, Count, QuerySet, Value

from mythos.accounts.models import Swarm, User
from mythos.codex.models import ClauseWaiver, CodexClauseAudit, CodexContract, State
from mythos.codex.queries import expiring_waivers, pending_audits, visible_contracts
from mythos.prompts.models import LabelRequest
from mythos.prompts.queries import label_requests

UNWELL = (State.BREACHED, State.STALE)


@dataclass(frozen=True)
class Waiting:
    """Four kinds of rows, each worst or oldest first."""

    requests: QuerySet[LabelRequest]
    contracts: QuerySet[CodexContract]
    waivers: QuerySet[ClauseWaiver]
    edits: QuerySet[CodexClauseAudit]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each kind, in one question."""
        kinds = {"requests": self.requests, "contracts": self.contracts, "waivers": self.waivers, "edits": self.edits}
        first, *rest = (
            rows.order_by()
            .annotate(kind=Value(name, CharField()))
            .values("kind")
            .annotate(number=Count("pk"))
            .values_list("kind", "number")
            for name, rows in kinds.items()
        )
        found = dict(first.union(*rest, all=True))
        return {name: found.get(name, 0) for name in kinds}


def waiting(user: User, swarm: Swarm) -> Waiting:
    """Moves to approve, contracts that broke or went stale, waivers that end soon, edits of rules."""
    return Waiting(
        requests=label_requests(user, swarm),
        contracts=visible_contracts(user, swarm).filter(state__in=UNWELL),
        waivers=expiring_waivers(user, swarm),
        edits=pending_audits(user, swarm),
    )
