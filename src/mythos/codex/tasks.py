"""Background entry points of this floor."""

from functools import partial

from mythos.accounts.actors import SYSTEM
from mythos.codex.services import run_audit
from mythos.work.registry import Claim, task
from mythos.work.services import landing


@task("codex.audit_clause")
def audit_clause(claim: Claim) -> None:
    run_audit(actor=SYSTEM, audit_id=claim.payload["audit_id"], land=partial(landing, claim))
