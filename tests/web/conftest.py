from __future__ import annotations

import pytest
from django.test import Client

from mythos.codex.services import create_clause, create_codex, revise_clause
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.work.services import run_due

NASTY = "<script>alert(1)</script>"


@pytest.fixture
def as_(cast):
    """A client signed in as one of the cast."""

    def client(name: str) -> Client:
        browser = Client()
        browser.force_login(getattr(cast, name))
        return browser

    return client


@pytest.fixture
def prompt(cast):
    made = create_prompt(
        actor=cast.owner, swarm=cast.swarm, slug="hermes/desk", text=f"Never promise. {NASTY}", message=NASTY
    )
    revise_prompt(
        actor=cast.owner, prompt_id=made.prompt_id, text=f"Avoid promising. {NASTY}", base=1, source="web", reason=NASTY
    )
    return made.prompt


@pytest.fixture
def clause(cast):
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="desk", title="Desk rules")
    made = create_clause(
        actor=cast.owner, codex=codex, ref="refunds", title=NASTY, text=f"You must never promise a refund. {NASTY}"
    )
    revise_clause(actor=cast.editor, clause_id=made.pk, text=f"You may promise a refund. {NASTY}", base=1)
    run_due()
    made.refresh_from_db()
    return made
