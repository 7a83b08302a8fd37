"""Background entry points of this floor."""

from mythos.market.services.bartering import EXPIRE_JOB, expire_offer
from mythos.market.services.comparing import FIT_JOB, compare_with_codex
from mythos.market.services.figures import FIGURES_JOB, refresh_figures
from mythos.market.services.marking import MARK_JOB, mark_run
from mythos.market.services.tending import TEND_JOB, tend
from mythos.work.registry import Claim, task
from mythos.work.services import landing


@task(EXPIRE_JOB)
def expire(claim: Claim) -> None:
    with landing(claim):
        expire_offer(offer_id=claim.payload["offer_id"])


@task(MARK_JOB)
def mark_attempts(claim: Claim) -> None:
    mark_run(run_id=claim.payload["run_id"])


@task(FIGURES_JOB)
def count_adopters(claim: Claim) -> None:
    refresh_figures(lineage=claim.payload["lineage"])


@task(TEND_JOB)
def tend_the_market(claim: Claim) -> None:
    tend()


@task(FIT_JOB)
def compare(claim: Claim) -> None:
    compare_with_codex(swarm_id=claim.payload["swarm_id"], curriculum_id=claim.payload["curriculum_id"])
