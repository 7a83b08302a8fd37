"""Background entry points of this floor."""

from functools import partial

from mythos.webhooks.services import DELIVER_JOB, TIDY_JOB, deliver_next, tidy
from mythos.work.registry import Claim, task
from mythos.work.services import landing


@task(DELIVER_JOB)
def deliver_job(claim: Claim) -> None:
    deliver_next(endpoint_id=claim.payload["endpoint_id"], lane=claim.payload["lane"], land=partial(landing, claim))


@task(TIDY_JOB)
def tidy_job(claim: Claim) -> None:
    with landing(claim):
        tidy()
