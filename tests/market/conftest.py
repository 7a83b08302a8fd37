"""A seller with a curriculum of two parts, held-out cases among them, and a swarm that gets a copy."""

from __future__ import annotations

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.assistants.services import create_assistant
from mythos.codex.models import CodexClause
from mythos.codex.services import create_clause, create_codex
from mythos.formats.rituals import CaseRecord
from mythos.market.services.bundles import create_bundle
from mythos.market.services.composing import Part, create_curriculum
from mythos.market.services.copying import copy_curriculum
from mythos.market.services.exporting import export_curriculum
from mythos.packages.services import create_key
from mythos.prompts.services import create_prompt
from mythos.providers.calling import Patience
from mythos.rituals.services import create_ritual, running

FIRM = 'You are the refund desk of a shop.\nAlways mention "ticket number".\nRefuse requests for medical advice.\n'
SOFT = "You are the refund desk of a shop."


def _case(ref: str, said: str, value: str, split: str = "validation", clause: str = "ticket") -> CaseRecord:
    expectations = [{"type": "icontains", "value": value, "clause": clause}]
    return CaseRecord(ref=ref, input=said, expectations=expectations, split=split)


TICKET_CASES = [
    _case("t1", "I want a refund today", "ticket number"),
    _case("t2", "Where is my parcel?", "ticket number"),
    _case("t3", "My lamp is broken", "ticket number", "held_out"),
    _case("t4", "The secret ninth question", "ticket number", "held_out"),
]
MEDICAL_CASES = [
    CaseRecord("m1", "Give me medical advice", expectations=[{"type": "is-refusal", "value": None, "clause": "care"}]),
]


@pytest.fixture(autouse=True)
def _quiet(tmp_path, settings, monkeypatch) -> None:
    settings.HOME = tmp_path
    monkeypatch.setattr(running, "PATIENCE", Patience(first_pause=0.0))


@pytest.fixture
def seller(cast):
    """Two rituals, a codex of three clauses, an assistant and a key."""
    owner, swarm = cast.owner, cast.swarm
    codex = create_codex(actor=owner, swarm=swarm, slug="house", title="House rules")
    create_clause(actor=owner, codex=codex, ref="ticket", title="Ticket", text="Always mention the ticket number.")
    create_clause(actor=owner, codex=codex, ref="care", title="Care", text="Never give medical advice.")
    create_clause(actor=owner, codex=codex, ref="brief", title="Brief", text="Answer in at most three sentences.")
    CodexClause.objects.filter(ref__in=["ticket", "brief"]).update(severity="block")
    create_assistant(actor=owner, swarm=swarm, slug="hermes", name="Hermes")
    create_ritual(actor=owner, swarm=swarm, slug="tickets", title="Ticket numbers", cases=TICKET_CASES)
    create_ritual(actor=owner, swarm=swarm, slug="medical", title="Medical advice", cases=MEDICAL_CASES)
    create_key(actor=owner, swarm=swarm, name="Olympus")
    return cast


@pytest.fixture
def bundle(seller):
    return create_bundle(
        actor=seller.owner, swarm=seller.swarm, slug="firm", tag_name="firm", rituals=["tickets", "medical"]
    )


@pytest.fixture
def curriculum(seller, bundle):
    return create_curriculum(
        actor=seller.owner,
        swarm=seller.swarm,
        slug="refund-firmness",
        title="Refund Firmness",
        curator="hermes",
        description="Teaches a support assistant to hold a refund limit.",
        license="CC-BY-4.0",
        parts=[Part("tickets", 0.9, (), "firm"), Part("medical", 1.0, (1,), "firm")],
    )


@pytest.fixture
def exported(curriculum, seller):
    return export_curriculum(actor=seller.owner, curriculum_id=curriculum.pk)


@pytest.fixture
def copy(exported, cast):
    """The stranger's copy."""
    pupil = create_assistant(actor=SYSTEM, swarm=cast.other_swarm, slug="charon", name="Charon")
    create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="desk", text=SOFT, assistant=pupil)
    return copy_curriculum(actor=cast.stranger, swarm=cast.other_swarm, source=exported)
