"""A person's word on the result: who may give it, what it does, what stands in its way."""

from __future__ import annotations

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.drafts.queries import get_version, pins_of
from mythos.drafts.services import create_draft, deploy_draft
from mythos.errors import ClauseBroken, Denied, Invalid, NotFound, Stale
from mythos.prompts.models import Prompt
from mythos.training.queries import get_chain
from mythos.training.services import execute_chain, reopen_chain, seal_chain

pytestmark = pytest.mark.django_db


@pytest.fixture
def deployed(world):
    """Hermes speaks from his desk."""
    desk = Prompt.objects.get(slug="hermes/desk")
    draft = create_draft(
        actor=world.owner, swarm=world.swarm, name="Hermes", assistant=desk.assistant, tone="neutral",
        codex_contract_type="advisory",
        prompt_cluster=[{"section": "duties", "prompt": desk.pk, "checkpoint": desk.current_id}],
    )  # fmt: skip
    deploy_draft(actor=world.owner, draft_id=draft.pk, base=draft.version)
    return desk.assistant


def test_sealing_moves_the_pins_of_deployed_assistants(deployed, begin, world) -> None:
    chain = execute_chain(actor=SYSTEM, chain_id=begin().pk)
    assert pins_of(get_version(SYSTEM, deployed))[0].checkpoint.version == 1  # nothing speaks from it yet
    with pytest.raises(Denied):
        seal_chain(actor=world.editor, chain_id=chain.pk)
    with pytest.raises(NotFound):
        seal_chain(actor=world.stranger, chain_id=chain.pk)
    sealed = seal_chain(actor=world.reviewer, chain_id=chain.pk, reason="Looks right")
    assert (sealed.state, sealed.sealer_name, sealed.seal_reason) == ("sealed", "Rhea", "Looks right")
    newest = get_version(SYSTEM, deployed)
    assert newest.number == 2
    assert pins_of(newest)[0].checkpoint.version == 2
    assert "ticket number" in newest.text
    with pytest.raises(Stale):
        seal_chain(actor=world.reviewer, chain_id=chain.pk)


def test_whoever_started_it_needs_a_second_person_where_that_is_asked(begin, world) -> None:
    world.swarm.requires_approval = True
    world.swarm.save()
    chain = execute_chain(actor=SYSTEM, chain_id=begin(actor=world.reviewer).pk)
    with pytest.raises(Denied):
        seal_chain(actor=world.reviewer, chain_id=chain.pk)
    assert seal_chain(actor=world.owner, chain_id=chain.pk).state == "sealed"


def test_a_result_that_breaks_its_contract_is_not_sealed(trained, world, monkeypatch) -> None:
    from mythos.training.services import sealing

    finding = {"prompt": "hermes/desk", "clause": "no_refund", "check": "text", "state": "breached", "text": "Gone."}
    monkeypatch.setattr(sealing, "blocking_findings", lambda checkpoints: [finding])
    with pytest.raises(ClauseBroken) as caught:
        seal_chain(actor=world.reviewer, chain_id=trained.pk)
    assert "no_refund" in caught.value.message
    assert get_chain(SYSTEM, trained.pk).state == "done"


def test_nothing_found_is_nothing_to_seal(begin, world) -> None:
    chain = execute_chain(actor=SYSTEM, chain_id=begin(calls=40, steps=1).pk)
    chain.result = chain.result | {"adopted": {}}
    chain.save()
    with pytest.raises(Invalid):
        seal_chain(actor=world.reviewer, chain_id=chain.pk)


def test_a_step_is_opened_again_as_a_new_chain(trained, world) -> None:
    again = reopen_chain(actor=world.editor, chain_id=trained.pk, step=1, seed=7)
    assert (again.reopened_from_id, again.reopened_step, again.seed) == (trained.pk, 1, 7)
    assert again.score_before == trained.training_steps.get(number=1).score
    done = execute_chain(actor=SYSTEM, chain_id=again.pk)
    assert done.state == "done", done.note
    assert done.training_steps.order_by("number").first().number == 2
    assert done.score >= again.score_before
    with pytest.raises(NotFound):
        reopen_chain(actor=world.editor, chain_id=trained.pk, step=99)
    with pytest.raises(Denied):
        reopen_chain(actor=world.viewer, chain_id=trained.pk, step=1)
