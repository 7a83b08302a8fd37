from __future__ import annotations

import pytest

from mythos.drafts.measures import COVERED, PAIRS
from mythos.drafts.services import create_draft
from mythos.prompts.services import create_prompt

TEXTS = {
    "hermes/persona": "You are Hermes, an assistant of the help desk.",
    "hermes/answer": "Answer every question about opening hours.",
    "hermes/guard": "Never promise a refund to a customer.",
    "hermes/refunds": "You may promise a refund when a customer asks for one.",
    "hermes/brief": "Keep every answer under 120 words.",
}


@pytest.fixture(autouse=True)
def _no_answers_of_other_tests():
    PAIRS.clear()
    COVERED.clear()


@pytest.fixture
def library(cast):
    """Prompts by their last word."""
    return {
        slug.split("/")[1]: create_prompt(actor=cast.owner, swarm=cast.swarm, slug=slug, text=text).prompt
        for slug, text in TEXTS.items()
    }


def row(section, prompt):
    return {"section": section, "prompt": prompt.pk, "checkpoint": prompt.current_id}


@pytest.fixture
def draft(cast, library):
    """Hermes: a persona, a duty, a guardrail."""
    rows = [row("identity", library["persona"]), row("duties", library["answer"]), row("guardrails", library["guard"])]
    return create_draft(
        actor=cast.editor, swarm=cast.swarm, name="Hermes", tone="friendly", codex_contract_type="guarded",
        prompt_cluster=rows,
    )  # fmt: skip
