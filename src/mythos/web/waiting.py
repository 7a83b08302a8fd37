"""What waits for somebody in a swarm: the same rows for the inbox, for its count and for home."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from django.db.models import CharField, Count, QuerySet, Value

from mythos.accounts.models import Swarm, User
from mythos.codex.models import ClauseWaiver, CodexClauseAudit, CodexContract, State
from mythos.codex.queries import expiring_waivers, pending_audits, visible_contracts
from mythos.market.models import BarterOffer
from mythos.market.queries.trades import offers_of
from mythos.prompts.models import LabelRequest
from mythos.prompts.queries import label_requests
from mythos.training.models import SwarmTrainingChain
from mythos.training.queries import LIVE, results_to_seal, visible_chains

UNWELL = (State.BREACHED, State.STALE)


@dataclass
class Waiting:
    """Six kinds of rows, each worst or oldest first; and the chains under way, which wait for nobody."""

    requests: QuerySet[LabelRequest]
    contracts: QuerySet[CodexContract]
    waivers: QuerySet[ClauseWaiver]
    edits: QuerySet[CodexClauseAudit]
    trades: QuerySet[BarterOffer]
    results: QuerySet[SwarmTrainingChain]
    under_way: QuerySet[SwarmTrainingChain]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows of each kind, in one question."""
        kinds: dict[str, QuerySet[Any]] = {field.name: getattr(self, field.name) for field in fields(self)}
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

    @property
    def total(self) -> int:
        """How many things wait for somebody."""
        return sum(self.counts.values()) - self.counts["under_way"]


def waiting(user: User, swarm: Swarm) -> Waiting:
    """Moves to approve, contracts that broke, waivers that end, edits of rules, trades to answer, results to seal."""
    chains = visible_chains(user, swarm)
    return Waiting(
        requests=label_requests(user, swarm),
        contracts=visible_contracts(user, swarm).filter(state__in=UNWELL),
        waivers=expiring_waivers(user, swarm),
        edits=pending_audits(user, swarm),
        trades=offers_of(user, swarm, is_open=True).exclude(author=swarm).order_by("expires_at"),
        results=results_to_seal(user, swarm),
        under_way=chains.filter(state__in=LIVE),
    )
