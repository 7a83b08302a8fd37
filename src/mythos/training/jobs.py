"""The job of a chain: one row in the ledger, found again by whoever is to do it."""

from __future__ import annotations

from datetime import datetime

from mythos.training.models import SwarmTrainingChain
from mythos.work.models import Job
from mythos.work.queries import due
from mythos.work.registry import long_kinds
from mythos.work.services import enqueue

CHAIN_JOB = "training.chain"
MOST_ATTEMPTS = 1000  # a killed worker costs one; a chain must outlive any number of them


def queue_chain(chain: SwarmTrainingChain, *, not_before: datetime | None = None) -> Job:
    """Queue the chain inside the caller's transaction."""
    return enqueue(
        kind=CHAIN_JOB,
        key=str(chain.pk),
        payload={"chain_id": chain.pk},
        swarm_id=chain.swarm_id,
        not_before=not_before,
        max_attempts=MOST_ATTEMPTS,
    )


def others_wait() -> bool:
    """Whether another long job could be done now if this one made room."""
    return due().filter(kind__in=long_kinds(), state=Job.State.PENDING).exists()
