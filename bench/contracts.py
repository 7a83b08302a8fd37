"""A swarm of 2,000 clauses, 20,000 prompts and 100,000 promises: what one change of a rule costs.

Baseline: asking the same question of whole prompts, one by one, without the signed sentences and the store of answers.
Prints milliseconds, rows touched, queries, and the growth of memory in MB.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import tempfile
import time
from contextlib import contextmanager

CLAUSES, PROMPTS, EACH, POPULAR = 2_000, 20_000, 5, 1_000
SUBJECTS = ["customer", "patient", "student", "member", "tenant", "traveller", "applicant", "reader", "driver", "guest"]
THINGS = ["address", "order", "diagnosis", "grade", "contract", "booking", "salary", "password", "photo", "invoice"]
DUTIES = [
    "Never reveal the {thing} of a {subject} to anybody else.",
    "Always confirm the {thing} with the {subject} before it is changed.",
    "Do not delete the {thing} of a {subject} without written approval.",
    "Answer questions about the {thing} within {n} hours.",
]


def rule(number: int, seed: random.Random) -> str:
    """A rule of its own."""
    text = DUTIES[number % len(DUTIES)]
    return text.format(thing=THINGS[number // 7 % 10], subject=SUBJECTS[number % 10], n=seed.randint(2, 90)) + (
        f" This holds for desk {number}."
    )


def main() -> None:
    """Build the swarm, then measure."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MYTHOS_HOME": home, "DJANGO_SETTINGS_MODULE": "mythos.settings"}
        import django

        django.setup()
        from mythos.cli.database import prepare

        prepare()
        print(json.dumps(measured(*build()), indent=1))


def build():
    """Rows written in bulk: 100,000 signatures through the service would take an hour."""
    from django.db import transaction

    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_swarm
    from mythos.codex.models import CodexClause, CodexClauseAudit, CodexContract, ContractClause
    from mythos.codex.services import create_codex
    from mythos.prompts.models import Prompt, PromptCheckpoint

    seed = random.Random(7)
    swarm = create_swarm(actor=SYSTEM, slug="big", name="Big")
    codex = create_codex(actor=SYSTEM, swarm=swarm, slug="big", title="Big")
    with transaction.atomic():
        clauses = CodexClause.objects.bulk_create(
            CodexClause(codex=codex, ref=f"r{n}", title=f"Rule {n}", text=rule(n, seed), position=n)
            for n in range(CLAUSES)
        )
        CodexClauseAudit.objects.bulk_create(
            CodexClauseAudit(clause=c, change="first", version=1, new_version=c.text, status="done", review="accepted")
            for c in clauses
        )
        prompts = Prompt.objects.bulk_create(Prompt(swarm=swarm, slug=f"p{n}", title=f"P{n}") for n in range(PROMPTS))
        bound = [
            ([clauses[0]] if n < POPULAR else []) + seed.sample(clauses[1:], EACH - (n < POPULAR))
            for n in range(PROMPTS)
        ]
        said = [[c.text.replace(".", f", at branch {n}.", 1) for c in bound[n]] for n in range(PROMPTS)]
        checkpoints = PromptCheckpoint.objects.bulk_create(
            (
                PromptCheckpoint(
                    prompt=p, swarm=p.swarm, slug=p.slug, version=1,
                    text="You help.\n\n" + "\n\n".join(said[n]), sha256=f"{n:064x}",
                    token_count=100, tone_type="neutral",
                )
                for n, p in enumerate(prompts)
            ),
            batch_size=2000,
        )  # fmt: skip
        for p, checkpoint in zip(prompts, checkpoints, strict=True):
            p.current = checkpoint
        Prompt.objects.bulk_update(prompts, ["current"], batch_size=500)
        contracts = CodexContract.objects.bulk_create(
            (
                CodexContract(prompt=p, status="in_force", checkpoint=c, state="kept", counts={"kept": EACH})
                for p, c in zip(prompts, checkpoints, strict=True)
            ),
            batch_size=2000,
        )
        evidence = {"check": "text", "state": "kept", "text": "", "sentence": "", "checkpoint": 1}
        ContractClause.objects.bulk_create(
            (
                ContractClause(
                    contract=contracts[n], clause=c, position=i, pinned_version=1, anchor=said[n][i].split(" This")[0],
                    state="kept", evidence=[evidence],
                )
                for n in range(PROMPTS)
                for i, c in enumerate(bound[n])
            ),
            batch_size=2000,
        )  # fmt: skip
        big = Prompt.objects.create(swarm=swarm, slug="everything", title="Everything", current=checkpoints[0])
        whole = CodexContract.objects.create(prompt=big, status="in_force", checkpoint=checkpoints[0], state="kept")
        ContractClause.objects.bulk_create(
            (
                ContractClause(
                    contract=whole, clause=c, position=n, pinned_version=1, state="kept", evidence=[evidence]
                )
                for n, c in enumerate(clauses)
            ),
            batch_size=2000,
        )
    return codex, clauses, prompts, big


def measured(codex, clauses, prompts, big):
    """Each figure once, warm."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from mythos.accounts.actors import SYSTEM
    from mythos.codex.models import ContractClause
    from mythos.codex.services import accept_proposal, check_clause, measure_proposal, propose_change
    from mythos.text.coverage import coverage

    results: dict[str, object] = {"clauses": CLAUSES, "prompts": PROMPTS, "promises": ContractClause.objects.count()}
    coverage("Never lie.", "Never lie.")  # loads the models
    before = memory()

    popular = clauses[0]
    newer = popular.text.replace("Never reveal", "Never reveal or sell")
    with clock(results, "baseline_50_whole_prompts_ms"):
        for prompt in prompts[:50]:
            coverage(newer, prompt.current.text)

    def propose():
        proposal = propose_change(actor=SYSTEM, codex=codex, edits=[{"ref": popular.ref, "text": newer}])
        return measure_proposal(proposal_id=proposal.pk)

    with clock(results, "what_if_1000_first_ms"):
        propose()
    with clock(results, "what_if_1000_again_ms"):
        proposal = propose()
    results["what_if_prompts"] = proposal.report["totals"]["prompts"]

    accept_proposal(actor=SYSTEM, proposal_id=proposal.pk, reason="Bench")
    with clock(results, "one_clause_1000_promises_ms"):
        results["one_clause_rows"] = check_clause(clause_id=popular.pk)
    untouched = ContractClause.objects.exclude(clause=popular).exclude(state="kept").count()
    results["other_rows_touched"] = untouched

    reader = signed_in(codex.swarm)
    for name, prompt in (("small", prompts[5]), ("2000_clauses", big)):
        page = f"/codex/contracts/{prompt.pk}"
        reader.get(page)
        with CaptureQueriesContext(connection) as queries, clock(results, f"page_{name}_ms"):
            assert reader.get(page).status_code == 200
        results[f"page_{name}_queries"] = len(queries)
    results["memory_growth_mb"] = round(memory() - before, 1)
    per_prompt = float(results["baseline_50_whole_prompts_ms"]) / 50
    results["what_if_first_against_baseline"] = round(float(results["what_if_1000_first_ms"]) / (1000 * per_prompt), 3)
    return results


def signed_in(swarm):
    """A browser of somebody who reads the swarm."""
    from django.conf import settings
    from django.test import Client

    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_user
    from mythos.cli.static_files import collect_static

    settings.ALLOWED_HOSTS = ["testserver"]
    collect_static()
    user = create_user(
        actor=SYSTEM,
        email="bench@example.org",
        name="Bench",
        password="a long pass phrase 7",
        swarm=swarm,
        role="viewer",
    )
    client = Client()
    client.force_login(user)
    return client


@contextmanager
def clock(results, name):
    """Milliseconds of a block, and those in which this process had the processor."""
    start, busy = time.perf_counter(), time.process_time()
    yield
    results[name] = round(1000 * (time.perf_counter() - start), 1)
    results[name.replace("_ms", "_cpu_ms")] = round(1000 * (time.process_time() - busy), 1)


def memory() -> float:
    """Peak resident memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
