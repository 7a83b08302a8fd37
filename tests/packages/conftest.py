"""A swarm with something worth packing, and an empty one."""

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm
from mythos.codex.models import CodexClause
from mythos.codex.services import create_clause, create_codex, save_role, sign_contract
from mythos.formats.rituals import CaseRecord
from mythos.packages.services import create_key, create_package
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import create_prompt, fork_prompt, revise_prompt
from mythos.rituals.services import create_ritual

DESK = "You answer questions about refunds.\n\nNever promise a refund without approval.\n\nSign as {{name}}."
RULE = "Never promise a refund without approval."


@pytest.fixture(autouse=True)
def _keys_stay_in_the_test(tmp_path, settings) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def world(cast):
    """A prompt with a history, a fork of it, an include, a contract with a role, a ritual; all in one package."""
    swarm, owner = cast.swarm, cast.owner
    first = create_prompt(actor=owner, swarm=swarm, slug="desk", text="You answer questions.", tags=["support"])
    revise_prompt(actor=owner, prompt_id=first.prompt_id, text=DESK, base=1, reason="Rules", source="web")
    fork_prompt(actor=owner, prompt_id=first.prompt_id, slug="desk-short", reason="Shorter")
    fork = get_prompt(owner, "desk-short", swarm)
    revise_prompt(actor=owner, prompt_id=fork.pk, text=f"Be brief.\n\n{DESK}", base=1, source="web")
    create_prompt(actor=owner, swarm=swarm, slug="team/tone", text="Be friendly.", kind="fragment")
    known = {"model": "small", "parameters": {"temperature": 0.2}}
    hello = "Say hello.\n\n{{> team/tone@latest}}"
    create_prompt(actor=owner, swarm=swarm, slug="hello", text=hello, metadata=known)
    codex = create_codex(actor=owner, swarm=swarm, slug="house", title="House rules")
    create_clause(actor=owner, codex=codex, ref="no_refund", title="No refund", text=RULE)
    CodexClause.objects.filter(ref="no_refund").update(tags=["money"])
    save_role(actor=owner, swarm=swarm, name="clerk", base=0, clauses=[{"ref": "no_refund"}])
    sign_contract(
        actor=owner,
        prompt_id=first.prompt_id,
        base=0,
        roles=["clerk"],
        expectations=[{"id": "e1", "type": "contains", "value": "refund", "clause": "no_refund"}],
    )
    case = CaseRecord(ref="c1", input="Refund me", expectations=[{"type": "contains", "value": "approval"}])
    create_ritual(
        actor=owner, swarm=swarm, slug="refunds", type="refusal", prompt=get_prompt(owner, "desk", swarm), cases=[case]
    )
    return cast


@pytest.fixture
def package(world):
    prompts = [get_prompt(world.owner, slug, world.swarm) for slug in ("desk", "desk-short", "hello")]
    return create_package(
        actor=world.owner,
        swarm=world.swarm,
        slug="refund-desk",
        name="Refund desk",
        prompts=prompts,
        license="Apache-2.0",
        authors=["Ines"],
    )


@pytest.fixture
def key(world):
    return create_key(actor=world.owner, swarm=world.swarm, name="Olympus")


@pytest.fixture
def empty(db):
    return create_swarm(actor=SYSTEM, slug="elsewhere", name="Elsewhere")
