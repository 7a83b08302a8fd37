"""Background entry points of this floor."""

from functools import partial

from mythos.accounts.actors import SYSTEM
from mythos.codex.models import CodexRole
from mythos.codex.services import check_clause, check_prompt, inherit_contract, measure_proposal, run_audit
from mythos.codex.services.checks import contracts_with_role
from mythos.work.registry import Claim, task
from mythos.work.services import landing


@task("codex.audit_clause")
def audit_clause(claim: Claim) -> None:
    run_audit(actor=SYSTEM, audit_id=claim.payload["audit_id"], land=partial(landing, claim))


@task("codex.check_prompt")
def check_one_prompt(claim: Claim) -> None:
    inherit_contract(prompt_id=claim.payload["prompt_id"])
    check_prompt(prompt_id=claim.payload["prompt_id"], land=partial(landing, claim))


@task("codex.check_clause")
def check_one_clause(claim: Claim) -> None:
    check_clause(clause_id=claim.payload["clause_id"], land=partial(landing, claim))


@task("codex.check_role")
def check_one_role(claim: Claim) -> None:
    role = CodexRole.objects.get(pk=claim.payload["role_id"])
    for prompt_id in contracts_with_role(role.swarm_id, role.name):
        check_prompt(prompt_id=prompt_id)


@task("codex.measure_proposal")
def measure_one_proposal(claim: Claim) -> None:
    measure_proposal(proposal_id=claim.payload["proposal_id"], land=partial(landing, claim))
