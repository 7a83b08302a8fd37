"""One selection, one sequence of bytes: the hash below was computed once and holds on every machine and database."""

from datetime import UTC, datetime, timedelta

import pytest

from mythos.codex.services import create_clause, create_codex, save_role, sign_contract
from mythos.formats.rituals import CaseRecord
from mythos.packages.services import create_package, export_package
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.rituals.services import create_ritual

pytestmark = pytest.mark.both_databases
WHEN = datetime(2026, 5, 1, 8, 30, 0, 123456, tzinfo=UTC)
SHA256 = "c0e69a10c1db6d3847f9bce4bc0ef77df49a2c372fb2359fd50307ab7781acd2"


def test_the_bytes_are_the_same_everywhere(cast):
    owner, swarm = cast.owner, cast.swarm
    made = create_prompt(actor=owner, swarm=swarm, slug="desk/b", text="Grüße {{name}} – “sofort”.", created_at=WHEN)
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
    create_ritual(actor=owner, swarm=swarm, slug="r", prompt=made.prompt, cases=[case])
    package = create_package(actor=owner, swarm=swarm, slug="bytes", prompts=[made.prompt], license="MIT")
    assert export_package(actor=owner, package_id=package.pk).sha256 == SHA256
