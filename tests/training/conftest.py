"""Two assistants whose prompts miss instructions that their rituals ask for, one of them under contract."""

from __future__ import annotations

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.assistants.services import create_assistant
from mythos.codex.services import import_codex, sign_contract
from mythos.formats.codex_markdown import read_codex
from mythos.formats.rituals.document import CaseRecord
from mythos.prompts.services import create_prompt
from mythos.providers import PROVIDERS
from mythos.providers.calling import Patience
from mythos.rituals.services import create_ritual
from mythos.training.services import Wish, execute_chain, running, start_chain

RULE = "The desk must never promise a refund without approval."
DESK = f"You are the refund desk of a shop.\n{RULE}\n"
TOPICS = ("parcel", "invoice", "voucher", "delivery", "coupon", "warranty", "repair", "gift card")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE", Patience(attempts=2, first_pause=0.0))


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch):
    """Put a provider into the table under a name."""

    def put(name: str, provider) -> None:
        monkeypatch.setitem(PROVIDERS, name, provider)

    return put


def cases(wants: dict[str, object], number: int = 6) -> list[CaseRecord]:
    """So many requests in each split, each with every expectation."""
    return [
        CaseRecord(
            f"{split}-{index}",
            f"What about my {TOPICS[index % len(TOPICS)]} of number {index}?",
            expectations=[{"type": kind, "value": value} for kind, value in wants.items()],
            split=split,
        )
        for split in ("train", "validation", "held_out")
        for index in range(number)
    ]


@pytest.fixture
def world(cast):
    """Hermes with a desk under contract, Apollo with a guide; both are tried out by a ritual of their own."""
    swarm = cast.swarm
    hermes = create_assistant(actor=SYSTEM, swarm=swarm, slug="hermes", name="Hermes")
    apollo = create_assistant(actor=SYSTEM, swarm=swarm, slug="apollo", name="Apollo")
    desk = create_prompt(actor=SYSTEM, swarm=swarm, slug="hermes/desk", text=DESK, assistant=hermes).prompt
    guide = create_prompt(
        actor=SYSTEM, swarm=swarm, slug="apollo/guide", text="You are a guide for visitors.\n", assistant=apollo
    ).prompt
    document = read_codex(f"# Rules\n\n## No refund {{#no_refund authority=root}}\n\n{RULE}\n", name="rules.md")
    import_codex(actor=SYSTEM, swarm=swarm, codex_slug="rules", document=document, title="Rules")
    sign_contract(
        actor=SYSTEM, prompt_id=desk.pk, base=0, type="guarded", clauses=[{"ref": "no_refund"}], reason="For tests"
    )
    create_ritual(
        actor=SYSTEM, swarm=swarm, slug="desk", type="safety", prompt=desk,
        cases=cases({"icontains": "ticket number", "icontains-any": ["opening hours"]}),
    )  # fmt: skip
    create_ritual(
        actor=SYSTEM, swarm=swarm, slug="guide", type="free", prompt=guide, cases=cases({"icontains": "museum"})
    )
    return cast


@pytest.fixture
def begin(world):
    """Start a chain over both assistants."""

    def start(title: str = "Better desk", actor=None, assistants=("hermes", "apollo"), **wish):
        given = Wish(**{"provider": "scripted", "calls": 200, "steps": 6} | wish)
        return start_chain(
            actor=actor or world.editor, swarm=world.swarm, title=title, assistants=assistants, wish=given
        )

    return start


@pytest.fixture
def trained(begin):
    """A chain that is done."""
    chain = begin()
    return execute_chain(actor=SYSTEM, chain_id=chain.pk)
