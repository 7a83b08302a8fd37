"""`mythos draft` and `mythos assistant` on the terminal."""

from __future__ import annotations

import json

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm
from mythos.drafts.measures import COVERED, PAIRS
from mythos.drafts.services import create_draft, save_draft
from mythos.prompts.services import create_prompt

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mythos(terminal):
    return terminal


@pytest.fixture
def draft(mythos):
    PAIRS.clear()
    COVERED.clear()
    swarm = create_swarm(actor=SYSTEM, slug="main", name="Main")
    rows = []
    for section, slug, text in (
        ("identity", "hermes/persona", "You are Hermes."),
        ("guardrails", "hermes/guard", "Never promise a refund to a customer."),
        ("duties", "hermes/refunds", "You may promise a refund when a customer asks for one."),
    ):
        made = create_prompt(actor=SYSTEM, swarm=swarm, slug=slug, text=text)
        rows.append({"section": section, "checkpoint": made.pk})
    return create_draft(actor=SYSTEM, swarm=swarm, name="Hermes", prompt_cluster=rows)


def test_a_draft_is_compiled_refused_mended_deployed_and_rolled_back(mythos, draft):
    code, out, _ = mythos("draft", "list", "--json")
    assert [(row["name"], len(row["prompt_cluster"])) for row in json.loads(out)] == [("Hermes", 3)]
    assert "guardrails  hermes/guard@v1" in mythos("draft", "show", draft.pk)[1]
    code, out, err = mythos("draft", "compile", draft.pk)
    assert code == 1
    assert out.startswith("# Identity\nYou are Hermes.")
    assert "refused: Conflict 1" in err
    code, _, err = mythos("draft", "deploy", draft.pk)
    assert (code, "Conflict 1" in err) == (1, True)
    save_draft(
        actor=SYSTEM,
        draft_id=draft.pk,
        base=1,
        prompt_cluster=[r for r in draft.prompt_cluster if r["section"] != "duties"],
    )
    code, out, _ = mythos("draft", "compile", draft.pk, "--json")
    text = json.loads(out)["text"]
    assert code == 0
    assert mythos("draft", "deploy", draft.pk, "--reason", "First")[0] == 0
    assert mythos("assistant", "show", "hermes")[1] == text + "\n"
    save_draft(actor=SYSTEM, draft_id=draft.pk, base=2, prompt_cluster=draft.prompt_cluster[:1])
    mythos("draft", "deploy", draft.pk)
    assert json.loads(mythos("assistant", "roll-back", "hermes", 1, "--json")[1])["number"] == 3
    assert mythos("assistant", "show", "hermes", "--version", 1)[1] == text + "\n"
    assert [line[:2] for line in mythos("assistant", "versions", "hermes")[1].splitlines()] == ["v3", "v2", "v1"]
    assert "v3" in mythos("assistant", "list")[1]
    assert "Iris, 2 blocks" in mythos("assistant", "clone", "hermes", "--name", "Iris")[1]
    assert mythos("assistant", "show", "nobody")[0] == 2
