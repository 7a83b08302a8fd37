"""Background entry points of this floor."""

from functools import partial

from mythos.accounts.actors import SYSTEM
from mythos.training.services import CHAIN_JOB, execute_chain
from mythos.work.registry import Claim, task
from mythos.work.services import heartbeat, landing


@task(CHAIN_JOB, is_long=True)
def train(claim: Claim) -> None:
    execute_chain(
        actor=SYSTEM,
        chain_id=claim.payload["chain_id"],
        hold=partial(heartbeat, claim),
        land=partial(landing, claim),
    )
