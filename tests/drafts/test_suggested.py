"""What is suggested for an empty section agrees with what stands beside it."""

from __future__ import annotations

import pytest

from mythos.drafts.composition import parts_of
from mythos.drafts.library import suggested
from mythos.prompts.services import create_prompt
from tests.drafts.conftest import row

TEXTS = {
    "reasons": "Always explain your reasoning in full before you answer.",
    "brief": "Never explain your reasoning before you answer.",
    "refunds": "Never promise a refund to a customer who has not asked a person of the help desk for it before.",
    "hours": "Answer every question of a customer about the opening hours of the shop, whoever it is that asks.",
}


@pytest.fixture
def blocks(cast):
    """Prompts by name."""
    return {
        name: create_prompt(actor=cast.owner, swarm=cast.swarm, slug=name, text=text).prompt
        for name, text in TEXTS.items()
    }


def offered(cast, sections, inside=(), seconds=60.0):
    parts, _ = parts_of(cast.swarm, [{"order": 0, **row(*one)} for one in inside])
    found = suggested(cast.editor, cast.swarm, sections, inside=parts, assistant_id=None, seconds=seconds)
    return {section: offer.prompt.slug for section, offer in found.items()}


def test_suggestions_do_not_disagree_with_one_another(cast, blocks):
    assert offered(cast, ["guardrails"]) == {"guardrails": "brief"}
    assert offered(cast, ["duties", "guardrails"]) == {"duties": "brief", "guardrails": "refunds"}
    assert offered(cast, ["guardrails", "duties"]) == {"guardrails": "brief", "duties": "hours"}


def test_suggestions_do_not_disagree_with_the_draft(cast, blocks):
    assert offered(cast, ["guardrails"], [("duties", blocks["reasons"])]) == {"guardrails": "refunds"}


def test_what_could_not_be_compared_in_time_is_not_suggested(cast, blocks):
    inside = [("duties", blocks["reasons"])]
    assert offered(cast, ["guardrails"], inside, seconds=0.0) == {}
    offered(cast, ["guardrails"], inside)
    assert offered(cast, ["guardrails"], inside, seconds=0.0) == {"guardrails": "refunds"}
