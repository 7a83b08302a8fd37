"""One selection that is the same wherever it is built: every time in it is given, and every kind of entry occurs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mythos.accounts.models import Swarm, User
from mythos.codex.services import create_clause, create_codex, save_role, sign_contract
from mythos.formats.rituals import CaseRecord
from mythos.packages.services import create_package, export_package
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.rituals.models import RitualRun
from mythos.rituals.services import create_ritual, start_run
from mythos.work.services import run_due

WHEN = datetime(2026, 5, 1, 8, 30, 0, 123456, tzinfo=UTC)
# Computed once; it changes only with the format itself.
SHA256 = "14d27d3baadb169df4378702faae0068adb6cdebe50e6fca48a500c8b8df966e"


def exported_sha256(owner: User, swarm: Swarm) -> str:
    """The hash of the package; the owner's name is Ines."""
    made = create_prompt(
        actor=owner,
        swarm=swarm,
        slug="desk/b",
        text="Grüße {{name}} – “sofort”.",
        created_at=WHEN,
        metadata={"model": "größer", "parameters": {"temperature": 0.1, "top_p": 1.0, "stop": ["\n", "ß"]}},
    )
    revise_prompt(
        actor=owner,
        prompt_id=made.prompt_id,
        text="Grüße {{name}} – “sofort”.\n\nNever promise a refund without approval.",
        base=1,
        source="web",
        created_at=WHEN + timedelta(microseconds=1),
    )
    codex = create_codex(actor=owner, swarm=swarm, slug="house", title="House")
    create_clause(actor=owner, codex=codex, ref="r", title="R", text="Never promise a refund without approval.")
    save_role(actor=owner, swarm=swarm, name="clerk", base=0, clauses=[{"ref": "r"}])
    promises = [{"id": "e", "type": "contains", "value": "refund", "weight": 2.0, "clause": "r"}]
    sign_contract(actor=owner, prompt_id=made.prompt_id, base=0, roles=["clerk"], expectations=promises)
    checks = [{"type": "contains", "value": "approval", "weight": 0.1}, {"type": "max-tokens", "value": 100}]
    case = CaseRecord(ref="c", input="Hi", variables={"b": 1.0, "a": [1, None]}, expectations=checks, weight=3.0)
    ritual = create_ritual(actor=owner, swarm=swarm, slug="r", prompt=made.prompt, cases=[case])
    run = start_run(actor=owner, ritual_id=ritual.pk, provider="scripted")
    run_due()
    RitualRun.objects.filter(pk=run.pk).update(finished_at=WHEN)
    package = create_package(actor=owner, swarm=swarm, slug="bytes", prompts=[made.prompt], license="MIT")
    return export_package(actor=owner, package_id=package.pk).sha256
