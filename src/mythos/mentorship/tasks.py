"""Background entry points of this floor."""

from mythos.mentorship.services import refresh_scores, refresh_standings, settle_measurement
from mythos.mentorship.services.measuring import MEASURE_JOB, SCORE_JOB
from mythos.mentorship.services.standing import STAND_JOB
from mythos.work.registry import Claim, task


@task(MEASURE_JOB, is_long=True)
def measure(claim: Claim) -> None:
    settle_measurement(log_id=claim.payload["log_id"])


@task(STAND_JOB, is_long=True)
def stand(claim: Claim) -> None:
    refresh_standings(assistant_id=claim.payload["assistant_id"])


@task(SCORE_JOB, is_long=True)
def score(claim: Claim) -> None:
    refresh_scores(swarm_id=claim.payload["swarm_id"])
