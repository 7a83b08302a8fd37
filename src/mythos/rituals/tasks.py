"""Background entry points of this floor."""

from functools import partial

from mythos.accounts.actors import SYSTEM
from mythos.rituals.services import execute_run
from mythos.rituals.services.runs import RUN_JOB
from mythos.work.registry import Claim, task
from mythos.work.services import heartbeat, landing


@task(RUN_JOB, is_long=True)
def run_ritual(claim: Claim) -> None:
    execute_run(
        actor=SYSTEM,
        run_id=claim.payload["run_id"],
        hold=partial(heartbeat, claim),
        land=partial(landing, claim),
    )
