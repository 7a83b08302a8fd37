"""A protected label wants somebody other than the author."""

from __future__ import annotations

import pytest

from mythos.accounts.services import update_swarm
from mythos.errors import Denied, Invalid, Stale
from mythos.prompts.queries import label_requests
from mythos.prompts.services import create_prompt, decide_label_request, move_label, request_label_move


@pytest.fixture
def prompt(cast):
    return create_prompt(actor=cast.reviewer, swarm=cast.swarm, slug="a", text="Be kind.").prompt


def test_the_author_cannot_move_a_protected_label_alone(cast, prompt):
    with pytest.raises(Denied, match="somebody else") as refused:
        move_label(actor=cast.reviewer, prompt_id=prompt.pk, label="production", version=1)
    assert refused.value.data["approval"]
    assert move_label(actor=cast.owner, prompt_id=prompt.pk, label="production", version=1)


def test_a_swarm_may_do_without(cast, prompt):
    update_swarm(actor=cast.owner, swarm=cast.swarm, requires_approval=False)
    assert move_label(actor=cast.reviewer, prompt_id=prompt.pk, label="production", version=1)


def test_a_swarm_of_one_does_without(cast):
    own = create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="a", text="Be kind.").prompt
    assert move_label(actor=cast.stranger, prompt_id=own.pk, label="production", version=1)


def test_an_approved_request_moves_the_label_and_keeps_who_asked(cast, prompt):
    asked = request_label_move(actor=cast.editor, prompt_id=prompt.pk, label="production", version=1, reason="Ready")
    assert list(label_requests(cast.owner, cast.swarm)) == [asked]
    with pytest.raises(Denied):
        decide_label_request(actor=cast.reviewer, request_id=asked.pk, decision="approve")
    decide_label_request(actor=cast.owner, request_id=asked.pk, decision="approve")
    move = prompt.label_moves.get()
    assert (move.name, move.actor_name, move.reason) == ("production", "Ines", "Asked for by Marco: Ready")
    assert not label_requests(cast.owner, cast.swarm)


def test_the_first_decision_stands(cast, prompt):
    asked = request_label_move(actor=cast.editor, prompt_id=prompt.pk, label="production", version=1)
    with pytest.raises(Invalid):
        decide_label_request(actor=cast.owner, request_id=asked.pk, decision="refuse")
    decide_label_request(actor=cast.owner, request_id=asked.pk, decision="refuse", reason="Not yet")
    with pytest.raises(Stale, match="already decided"):
        decide_label_request(actor=cast.owner, request_id=asked.pk, decision="approve")
    assert not prompt.labels.exists()


def test_a_newer_request_takes_the_place_of_one_that_waits(cast, prompt):
    first = request_label_move(actor=cast.editor, prompt_id=prompt.pk, label="production", version=1)
    second = request_label_move(actor=cast.editor, prompt_id=prompt.pk, label="production", version=1)
    first.refresh_from_db()
    assert (first.status, second.status) == ("withdrawn", "pending")


def test_an_unprotected_label_needs_no_approval(cast, prompt):
    with pytest.raises(Invalid, match="not protected"):
        request_label_move(actor=cast.editor, prompt_id=prompt.pk, label="draft", version=1)
