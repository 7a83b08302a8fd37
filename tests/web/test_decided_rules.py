"""Pages of a rule after somebody decided about its newest version."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mythos.codex.services import create_clause, create_codex, review_audit, revise_clause, sign_contract
from mythos.prompts.services import create_prompt
from mythos.work.services import run_due

RULE = "You must never promise a refund above 50 euros."


@pytest.fixture
def audit(cast):
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="desk", title="Desk rules")
    made = create_clause(actor=cast.owner, codex=codex, ref="refunds", title="Refunds", text=RULE)
    signed = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="signed", text=RULE).prompt
    sign_contract(actor=cast.owner, prompt_id=signed.pk, base=0, clauses=[{"ref": "refunds"}])
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="free", text=RULE)
    waiting = revise_clause(actor=cast.editor, clause_id=made.pk, text=RULE.replace("50", "40"), base=1)
    run_due()
    return waiting


def pages(audit):
    clause = audit.clause_id
    bound = audit.clause.bindings.get().contract.prompt_id
    return [
        reverse("clauses.page", args=[clause]), reverse("codex.page", args=["desk"]),
        reverse("contracts.card", args=[bound]), reverse("whatif.new") + f"?clause={clause}",
    ]  # fmt: skip


def test_what_was_sent_back_waits_for_nobody(cast, as_, audit):
    def told():
        found = [as_("owner").get(address).content.decode() for address in pages(audit)]
        return ["waits for review" in page or "v2 proposed" in page for page in found]

    assert told() == [True] * 4
    review_audit(actor=cast.reviewer, audit_id=audit.pk, decision="send_back", reason="Too low.")
    assert told() == [False] * 4
    assert "version 2 was sent back" in as_("owner").get(pages(audit)[0]).content.decode()


@pytest.mark.parametrize(
    ("decision", "head", "effect"),
    [("", "If v2 is accepted", "Would "), ("send_back", "Had v2 been accepted", "Would "),
     ("override", "When v2 was accepted", "the rule")],
)  # fmt: skip
def test_the_prompts_an_edit_touches_are_told_as_the_decision_left_them(cast, as_, audit, decision, head, effect):
    if decision:
        review_audit(actor=cast.reviewer, audit_id=audit.pk, decision=decision, reason="So.")
    page = as_("owner").get(reverse("regression.page", args=[str(audit.clause_id)])).content.decode()
    table = page[page.index("<table") : page.index("</table>")]
    assert head in table
    assert effect in table
    assert ("Would " in table) == (decision != "override")
