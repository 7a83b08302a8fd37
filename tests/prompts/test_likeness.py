"""Prompts like a text."""

from __future__ import annotations

import pytest

from mythos.errors import Denied, Invalid
from mythos.prompts.likeness import forget_matrices, prompts_like
from mythos.prompts.models import PromptVector
from mythos.prompts.queries import visible_checkpoints
from mythos.prompts.query import read_query
from mythos.prompts.search import search
from mythos.prompts.services import create_prompt, revise_prompt, trash_prompt
from mythos.prompts.services.afterwards import embed_waiting

TEXTS = {
    "cook": "You are a chef. Suggest dinner recipes with vegetables and say how to cook them.",
    "law": "You are a lawyer. Review the contract and name every clause that is a risk.",
    "code": "You are a programmer. Review the Python code and find bugs.",
}


@pytest.fixture
def three(cast):
    forget_matrices()
    made = {slug: create_prompt(actor=cast.owner, swarm=cast.swarm, slug=slug, text=t) for slug, t in TEXTS.items()}
    assert embed_waiting(swarm_id=cast.swarm.pk, tell=lambda done: None) == 3
    yield made
    forget_matrices()


def slugs(cast, text):
    return [like.prompt.slug for like in prompts_like(actor=cast.viewer, swarm=cast.swarm, text=text)]


@pytest.mark.both_databases
def test_the_nearest_comes_first_and_new_texts_count_once_embedded(cast, three):
    assert slugs(cast, "what shall I cook tonight")[0] == "cook"
    assert slugs(cast, "legal advice about an agreement")[0] == "law"
    text = "Plan a holiday at the sea with hotels and flights."
    revise_prompt(actor=cast.owner, prompt_id=three["cook"].prompt_id, text=text, base=1, source="web")
    assert embed_waiting(swarm_id=cast.swarm.pk, tell=lambda done: None) == 1
    assert embed_waiting(swarm_id=cast.swarm.pk, tell=lambda done: None) == 0
    assert slugs(cast, "travel to the beach")[0] == "cook"
    assert PromptVector.objects.count() == 3
    trash_prompt(actor=cast.owner, prompt_id=three["cook"].prompt_id)
    assert set(slugs(cast, "travel to the beach")) == {"law", "code"}
    (one,) = prompts_like(actor=cast.viewer, swarm=cast.swarm, text="travel to the beach", count=1)
    assert one.prompt.slug in ("law", "code")
    assert one.prompt.current.version == 1


@pytest.mark.both_databases
def test_a_text_that_is_a_current_one_is_not_embedded_again(cast, three, monkeypatch):
    monkeypatch.setattr("mythos.prompts.likeness.embed", lambda texts: pytest.fail("embedded again"))
    assert slugs(cast, TEXTS["law"] + "\r\n")[0] == "law"


def test_it_wants_a_text_and_a_member(cast, three):
    with pytest.raises(Invalid):
        prompts_like(actor=cast.viewer, swarm=cast.swarm, text=" ")
    with pytest.raises(Denied):
        prompts_like(actor=cast.stranger, swarm=cast.swarm, text="cook")


def test_the_grid_finds_prompts_like_one(cast, three):
    found = search(visible_checkpoints(cast.viewer, cast.swarm), read_query("like:law tokens:>5", cast.swarm))
    assert {row.slug for row in found.rows} == {"cook", "law", "code"}
    assert not search(visible_checkpoints(cast.viewer, cast.swarm), read_query("like:nothing", cast.swarm)).rows
