"""What-if: measured first, published as shown or not at all."""

from __future__ import annotations

import pytest

from mythos.codex.models import CodexClause, CodexClauseAudit, ContractClause, CoverageResult, State
from mythos.codex.services import (
    accept_proposal,
    create_clause,
    create_codex,
    discard_proposal,
    import_codex,
    propose_change,
    revise_clause,
    sign_contract,
)
from mythos.errors import Denied, Invalid, NotFound, Stale
from mythos.formats.codex_markdown import read_codex
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.work.services import run_due

REFUNDS = "Never promise a refund above 50 euros without approval from a human agent."
PRIVACY = "Do not reveal another customer's order, address or payment details."


@pytest.fixture
def codex(cast):
    made = create_codex(actor=cast.owner, swarm=cast.swarm, slug="desk", title="Desk rules")
    create_clause(actor=cast.owner, codex=made, ref="refunds", title="Refunds", text=REFUNDS)
    create_clause(actor=cast.owner, codex=made, ref="privacy", title="Privacy", text=PRIVACY)
    return made


@pytest.fixture
def prompts(cast, codex):
    def make(slug, text, refs):
        prompt = create_prompt(actor=cast.editor, swarm=cast.swarm, slug=slug, text=text).prompt
        sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=0, clauses=[{"ref": ref} for ref in refs])
        return prompt

    return [
        make("a", f"{REFUNDS}\n\n{PRIVACY}", ["refunds", "privacy"]),
        make("b", f"Be kind.\n\n{REFUNDS}", ["refunds"]),
        make("c", f"Be kind.\n\n{PRIVACY}", ["privacy"]),
    ]


def propose(cast, codex, text, ref="refunds"):
    proposal = propose_change(actor=cast.editor, codex=codex, edits=[{"ref": ref, "text": text}])
    run_due()
    proposal.refresh_from_db()
    return proposal


def test_a_proposal_reports_its_blast_radius_and_publishes_nothing(cast, codex, prompts):
    proposal = propose(cast, codex, "You may promise any refund without approval from a human agent.")
    assert proposal.status == "ready"
    assert {(row["slug"], row["before"], row["after"], row["if_signed"]) for row in proposal.report["rows"]} == {
        ("a", "kept", "stale", "breached"),
        ("b", "kept", "stale", "breached"),
    }
    assert proposal.report["rows"][0]["sentence"] == REFUNDS
    assert proposal.report["totals"]["prompts"] == 2
    assert proposal.report["totals"]["stale"] == 2
    assert proposal.report["clauses"][0]["verdict"] == "regression"
    clause = CodexClause.objects.get(ref="refunds")
    assert (clause.version, clause.text) == (1, REFUNDS)
    assert set(ContractClause.objects.values_list("state", flat=True)) == {State.KEPT}


def test_accepting_publishes_what_was_shown_and_the_audit_holds_the_same_figures(cast, codex, prompts):
    proposal = propose(cast, codex, "You may promise any refund without approval from a human agent.")
    with pytest.raises(Denied):
        accept_proposal(actor=cast.editor, proposal_id=proposal.pk, reason="Agreed")
    accept_proposal(actor=cast.reviewer, proposal_id=proposal.pk, reason="Agreed")
    run_due()
    clause = CodexClause.objects.get(ref="refunds")
    assert (clause.version, clause.accepted_version) == (2, 2)
    states = set(ContractClause.objects.values_list("contract__prompt__slug", "clause__ref", "state"))
    assert states == {
        ("a", "refunds", "stale"),
        ("a", "privacy", "kept"),
        ("b", "refunds", "stale"),
        ("c", "privacy", "kept"),
    }
    audit = CodexClauseAudit.objects.get(clause=clause, version=2)
    shown = {(row["slug"], row["if_signed"]) for row in proposal.report["rows"]}
    assert {(row["slug"], row["if_signed"]) for row in audit.prompt_delta["contracts"]} == shown
    assert audit.prompt_delta["totals"]["prompts"] == proposal.report["totals"]["prompts"]
    with pytest.raises(Stale, match="already decided"):
        accept_proposal(actor=cast.owner, proposal_id=proposal.pk, reason="Me too")


@pytest.mark.parametrize("move", ["clause", "prompt", "contract"])
def test_accepting_refuses_when_the_world_moved(cast, codex, prompts, move):
    proposal = propose(cast, codex, "Never promise a refund above 30 euros without approval from a human agent.")
    if move == "clause":
        clause = CodexClause.objects.get(ref="refunds")
        revise_clause(actor=cast.editor, clause_id=clause.pk, text="Never promise a refund.", base=1)
    elif move == "prompt":
        revise_prompt(actor=cast.editor, prompt_id=prompts[0].pk, text="New text.", base=1, source="web")
    else:
        sign_contract(actor=cast.editor, prompt_id=prompts[2].pk, base=1, clauses=[{"ref": "refunds"}])
    with pytest.raises(Stale, match="moved"):
        accept_proposal(actor=cast.reviewer, proposal_id=proposal.pk, reason="Agreed")
    proposal.refresh_from_db()
    assert proposal.status == "ready"
    assert CodexClause.objects.get(ref="refunds").accepted_version == 1


def test_a_failure_the_change_would_hide_is_named(cast, codex):
    prompt = create_prompt(actor=cast.editor, swarm=cast.swarm, slug="d", text=REFUNDS).prompt
    sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=0, clauses=[{"ref": "refunds"}])
    loose = "You may promise a refund above 50 euros without approval from a human agent."
    revise_prompt(actor=cast.editor, prompt_id=prompt.pk, text=loose, base=1, source="web")
    from mythos.codex.services import check_prompt

    check_prompt(prompt_id=prompt.pk)
    proposal = propose(cast, codex, loose)
    assert [(row["slug"], row["before"], row["hides"]) for row in proposal.report["rows"]] == [("d", "breached", True)]
    assert proposal.report["totals"]["hidden"] == 1


def test_the_same_question_is_answered_from_the_store(cast, codex, prompts):
    propose(cast, codex, "Never promise any refund.")
    known = CoverageResult.objects.count()
    propose(cast, codex, "Never promise any refund.")
    assert CoverageResult.objects.count() == known


def test_a_whole_document_is_proposed_and_published(cast, prompts, codex):
    first = "# Desk rules\n\n## Refunds {#refunds}\n\n" + REFUNDS + "\n\n## Privacy {#privacy}\n\n" + PRIVACY + "\n"
    import_codex(actor=cast.owner, swarm=cast.swarm, codex_slug="desk", document=read_codex(first, name="1.md"))
    newer = read_codex(first.replace("50", "20"), name="2026-01-01.md")
    proposal = propose_change(actor=cast.editor, codex=codex, document=newer)
    run_due()
    proposal.refresh_from_db()
    assert {row["slug"] for row in proposal.report["rows"]} == {"a", "b"}
    accept_proposal(actor=cast.reviewer, proposal_id=proposal.pk, reason="New edition")
    run_due()
    assert codex.editions.filter(label="2026-01-01").exists()
    assert set(ContractClause.objects.filter(state="stale").values_list("contract__prompt__slug", flat=True)) == {
        "a",
        "b",
    }


def test_a_proposal_needs_one_kind_of_change_and_a_clause_in_force(cast, codex):
    with pytest.raises(Invalid, match="edits of clauses, or a document"):
        propose_change(actor=cast.editor, codex=codex)
    with pytest.raises(Invalid):
        propose_change(actor=cast.editor, codex=codex, edits=[{"ref": "nothing", "text": "Words."}])
    with pytest.raises(Denied):
        propose_change(actor=cast.viewer, codex=codex, edits=[{"ref": "refunds", "text": "Words."}])


def test_discarding_keeps_the_rules_and_strangers_find_nothing(cast, codex, prompts):
    proposal = propose(cast, codex, "Never promise any refund.")
    with pytest.raises(NotFound):
        discard_proposal(actor=cast.stranger, proposal_id=proposal.pk)
    discard_proposal(actor=cast.editor, proposal_id=proposal.pk)
    with pytest.raises(Stale):
        accept_proposal(actor=cast.reviewer, proposal_id=proposal.pk, reason="Agreed")
