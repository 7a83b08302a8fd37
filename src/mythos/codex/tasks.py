"""Background entry points of this floor."""

from functools import partial

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm, User
from mythos.codex.models import CodexRole
from mythos.codex.services import (
    check_clause,
    check_prompt,
    import_codex,
    inherit_contract,
    measure_proposal,
    run_audit,
)
from mythos.codex.services.checks import contracts_with_role
from mythos.codex.services.suggesting import WARM_JOB, warm_vectors
from mythos.codex.services.uploads import IMPORT_JOB
from mythos.formats.codex_markdown import read_codex
from mythos.work.registry import Claim, task
from mythos.work.services import landing, progress
from mythos.work.uploads import unpack


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


@task(IMPORT_JOB, is_long=True)
def import_document(claim: Claim) -> None:
    """Import a long rule book; all of it and the job's end are one commit."""
    given = claim.payload
    progress(claim, 0, 2, "Reading the document")
    document = read_codex(unpack(given["data"]).decode(), name=given["name"])
    progress(claim, 1, 2, f"Writing {len(document.clauses)} clauses, all or none")
    result: dict[str, object] = {"link": f"/codex/{given['codex']}"}
    with landing(claim, result=result):
        report = import_codex(
            actor=User.objects.get(pk=given["user_id"]),
            swarm=Swarm.objects.get(pk=given["swarm_id"]),
            codex_slug=given["codex"],
            document=document,
            title=given["title"],
            source="web",
            expected_plan=given["plan"],
        )
        result["counts"] = report.plan.counts


@task(WARM_JOB)
def warm_clause_vectors(claim: Claim) -> None:
    warm_vectors(codex_id=claim.payload["codex_id"])
