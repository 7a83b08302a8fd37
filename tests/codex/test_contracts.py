"""Contracts: signing, standing, and what makes it change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mythos.codex.models import CodexContract, ContractClause, State
from mythos.codex.queries import contract_card, contract_in_force, state_counts
from mythos.codex.services import (
    check_prompt,
    create_clause,
    create_codex,
    review_audit,
    revise_clause,
    save_role,
    sign_contract,
    suggest_clauses,
    waive_clause,
)
from mythos.errors import ClauseBroken, Denied, Invalid, NotFound, Stale
from mythos.prompts.services import create_prompt, fork_prompt, move_label, revise_prompt
from mythos.work.services import run_due

REFUNDS = "Never promise a refund above 50 euros without approval from a human agent."
PRIVACY = "Do not reveal another customer's order, address or payment details."
TEXT = f"You answer customers of a shop.\n\n{REFUNDS}\n\n{PRIVACY}\n\nKeep answers short."


@pytest.fixture
def codex(cast):
    made = create_codex(actor=cast.owner, swarm=cast.swarm, slug="desk", title="Desk rules")
    create_clause(actor=cast.owner, codex=made, ref="refunds", title="Refunds", text=REFUNDS)
    create_clause(actor=cast.owner, codex=made, ref="privacy", title="Privacy", text=PRIVACY)
    create_clause(
        actor=cast.owner, codex=made, ref="weather", title="Weather", text="Always report the weather in Celsius."
    )
    return made


@pytest.fixture
def prompt(cast, codex):
    made = create_prompt(actor=cast.editor, swarm=cast.swarm, slug="hermes/desk", text=TEXT)
    return made.prompt


@pytest.fixture
def contract(cast, prompt):
    return sign_contract(
        actor=cast.editor, prompt_id=prompt.pk, base=0, clauses=[{"ref": "refunds"}, {"ref": "privacy"}]
    )


@pytest.fixture
def revise(cast, prompt, django_capture_on_commit_callbacks):
    """Save a text and do the work that follows."""

    def save(text):
        prompt.refresh_from_db()
        with django_capture_on_commit_callbacks(execute=True):
            done = revise_prompt(
                actor=cast.editor, prompt_id=prompt.pk, text=text, base=prompt.current.version, source="web"
            )
        run_due()
        return done

    return save


def states(contract):
    rows = ContractClause.objects.filter(contract=contract).select_related("clause")
    return {row.clause.ref: row.state for row in rows}


def accept(cast, clause, text):
    audit = revise_clause(actor=cast.editor, clause_id=clause.pk, text=text, base=clause.version)
    run_due()
    review_audit(actor=cast.reviewer, audit_id=audit.pk, decision="override", reason="Agreed")
    run_due()


def test_signing_pins_versions_and_finds_the_sentence_that_carries_each(contract, prompt):
    assert contract.status == "in_force"
    assert [(term["ref"], term["version"], term["origin"]) for term in contract.codex_clauses] == [
        ("refunds", 1, "own"),
        ("privacy", 1, "own"),
    ]
    assert states(contract) == {"refunds": State.KEPT, "privacy": State.KEPT}
    assert contract.state == State.KEPT
    assert contract.counts["kept"] == 2
    rows = {row.clause.ref: row for row in contract.clauses.select_related("clause")}
    assert rows["refunds"].anchor == REFUNDS
    assert rows["refunds"].evidence[0]["sentence"] == REFUNDS
    assert len(contract.fingerprint) == 64


def test_the_same_terms_again_write_nothing_and_other_terms_make_the_next_version(cast, contract, prompt):
    again = sign_contract(
        actor=cast.editor, prompt_id=prompt.pk, base=1, clauses=[{"ref": "refunds"}, {"ref": "privacy"}]
    )
    assert again.pk == contract.pk
    newer = sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=1, type="strict", clauses=[{"ref": "refunds"}])
    assert newer.version == 2
    contract.refresh_from_db()
    assert contract.status == "superseded"
    assert not contract.clauses.filter(is_live=True).exists()
    with pytest.raises(Stale):
        sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=1, clauses=[{"ref": "privacy"}])


def test_dropping_a_carried_clause_breaches_exactly_that_one_and_restoring_clears_it(contract, revise):
    revise(TEXT.replace(REFUNDS + "\n\n", ""))
    assert states(contract) == {"refunds": State.BREACHED, "privacy": State.KEPT}
    row = contract.clauses.get(clause__ref="refunds")
    assert row.evidence[0]["sentence"] == REFUNDS
    assert row.checked_checkpoint.version == 2
    contract.refresh_from_db()
    assert contract.state == State.BREACHED
    revise(TEXT)
    assert states(contract) == {"refunds": State.KEPT, "privacy": State.KEPT}


def test_contradicting_a_clause_names_the_sentence(contract, revise):
    said = "You may reveal another customer's order, address or payment details."
    revise(TEXT.replace(PRIVACY, said))
    assert states(contract) == {"refunds": State.KEPT, "privacy": State.BREACHED}
    assert contract.clauses.get(clause__ref="privacy").evidence[0]["sentence"] == said


def test_a_new_sentence_that_contradicts_is_found_beside_the_old_one(contract, revise):
    said = "You may reveal another customer's order, address or payment details."
    revise(f"{TEXT}\n\n{said}")
    assert states(contract)["privacy"] == State.BREACHED
    assert contract.clauses.get(clause__ref="privacy").evidence[0]["sentence"] == said


def test_the_production_label_refuses_a_breach_and_says_why(cast, contract, prompt, revise):
    revise(TEXT.replace(REFUNDS + "\n\n", ""))
    with pytest.raises(ClauseBroken) as refused:
        move_label(actor=cast.reviewer, prompt_id=prompt.pk, label="production", version=2)
    assert "refunds is breached" in refused.value.message
    assert refused.value.data["findings"][0]["sentence"] == REFUNDS
    assert not prompt.labels.exists()
    move_label(actor=cast.reviewer, prompt_id=prompt.pk, label="production", version=1)
    move = prompt.label_moves.get()
    assert move.evidence["contract"]["clauses"] == {"refunds": "kept", "privacy": "kept"}
    move_label(actor=cast.editor, prompt_id=prompt.pk, label="draft", version=2)


@pytest.mark.parametrize(("type", "moves"), [("advisory", True), ("guarded", True), ("strict", False)])
def test_the_type_says_what_blocks(cast, prompt, type, moves):
    sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=0, type=type, clauses=[{"ref": "weather"}])
    assert contract_in_force(prompt.pk).state == State.UNTESTED
    if moves:
        move_label(actor=cast.reviewer, prompt_id=prompt.pk, label="production", version=1)
    else:
        with pytest.raises(ClauseBroken):
            move_label(actor=cast.reviewer, prompt_id=prompt.pk, label="production", version=1)


def test_a_newer_version_in_force_makes_exactly_its_promises_stale(cast, codex, contract, prompt):
    clause = codex.clauses.get(ref="refunds")
    audit = revise_clause(actor=cast.editor, clause_id=clause.pk, text=REFUNDS.replace("50", "30"), base=1)
    run_due()
    assert states(contract)["refunds"] == State.KEPT
    card = contract_card(cast.viewer, prompt)
    assert [b.proposed_version for b in card.bindings if b.clause.ref == "refunds"] == [2]
    review_audit(actor=cast.reviewer, audit_id=audit.pk, decision="override", reason="Agreed")
    run_due()
    assert states(contract) == {"refunds": State.STALE, "privacy": State.KEPT}
    card = contract_card(cast.viewer, prompt)
    stale = card.bindings[0]
    assert stale.row.state == State.STALE
    assert [(span.old, span.new) for span in stale.diff if span.op != "equal"] == [(" 50", " 30")]
    assert state_counts(cast.viewer, cast.swarm)["stale"] == 1
    newer = sign_contract(
        actor=cast.editor, prompt_id=prompt.pk, base=1, clauses=[{"ref": "refunds"}, {"ref": "privacy"}]
    )
    assert newer.codex_clauses[0]["version"] == 2


def test_checking_twice_changes_nothing(contract, prompt):
    before = list(ContractClause.objects.values())
    check_prompt(prompt_id=prompt.pk)
    assert list(ContractClause.objects.values()) == before


def test_a_waiver_holds_until_it_ends(cast, contract, prompt, revise):
    revise(TEXT.replace(REFUNDS + "\n\n", ""))
    until = timezone.now() + timedelta(days=3)
    with pytest.raises(Denied):
        waive_clause(actor=cast.editor, prompt_id=prompt.pk, ref="refunds", reason="Known", expires_at=until)
    with pytest.raises(Invalid, match="future"):
        waive_clause(
            actor=cast.reviewer,
            prompt_id=prompt.pk,
            ref="refunds",
            reason="Known",
            expires_at=timezone.now() - timedelta(days=1),
        )
    waiver = waive_clause(actor=cast.reviewer, prompt_id=prompt.pk, ref="refunds", reason="Known", expires_at=until)
    assert states(contract)["refunds"] == State.WAIVED
    move_label(actor=cast.reviewer, prompt_id=prompt.pk, label="production", version=2)
    waiver.expires_at = timezone.now() - timedelta(seconds=1)
    waiver.save()
    check_prompt(prompt_id=prompt.pk)
    assert states(contract)["refunds"] == State.BREACHED


def test_expectations_are_checked_on_the_text(cast, prompt, revise):
    contract = sign_contract(
        actor=cast.editor,
        prompt_id=prompt.pk,
        base=0,
        clauses=[{"ref": "refunds"}],
        expectations=[
            {"id": "short", "type": "max-tokens", "value": 60},
            {"id": "says", "type": "contains", "value": "approval", "clause": "refunds"},
            {"id": "tried", "type": "contains", "value": "sorry", "on": "output"},
        ],
    )
    assert contract.state == State.UNTESTED
    assert {check["id"]: check["state"] for check in contract.checks} == {
        "short": "kept",
        "says": "kept",
        "tried": "untested",
    }
    revise(TEXT + " More words." * 60)
    contract.refresh_from_db()
    assert contract.state == State.BREACHED


@pytest.mark.parametrize(
    ("expectation", "words"),
    [
        ({"type": "regex", "value": "(a+)+$"}, "exponential"),
        ({"type": "regex", "value": "("}, "cannot be read"),
        ({"type": "nothing", "value": 1}, "grader"),
        ({"type": "contains", "value": "x", "clause": "weather"}, "weather"),
        ({"type": "contains", "value": "x", "weight": 0}, "weight"),
        ({"type": "contains", "value": "x", "on": "moon"}, "prompt or output"),
    ],
)
def test_an_expectation_that_cannot_be_checked_is_refused(cast, prompt, expectation, words):
    with pytest.raises(Invalid, match="(?i)" + words):
        sign_contract(
            actor=cast.editor,
            prompt_id=prompt.pk,
            base=0,
            clauses=[{"ref": "refunds"}],
            expectations=[{"id": "e", **expectation}],
        )
    assert not CodexContract.objects.exists()


def test_a_retired_clause_cannot_be_signed(cast, codex, prompt):
    clause = codex.clauses.get(ref="weather")
    clause.status = "retired"
    clause.save()
    with pytest.raises(Invalid, match="retired"):
        sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=0, clauses=[{"ref": "weather"}])


def test_roles_bring_their_clauses_and_may_be_tightened_never_loosened(cast, codex, prompt):
    save_role(actor=cast.editor, swarm=cast.swarm, name="oathkeeper", base=0, clauses=[{"ref": "privacy"}])
    save_role(
        actor=cast.editor,
        swarm=cast.swarm,
        name="courier",
        base=0,
        clauses=[{"ref": "refunds"}],
        includes=["oathkeeper"],
    )
    loose = {"ref": "refunds", "obligation": "You may promise a refund without approval from a human agent."}
    with pytest.raises(Invalid, match="never loosen"):
        sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=0, clauses=[loose], roles=["courier"])
    contract = sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=0, roles=["courier"])
    assert contract.inherited_roles == [
        {"role": "courier", "version": 1, "path": "courier"},
        {"role": "oathkeeper", "version": 1, "path": "courier/oathkeeper"},
    ]
    assert {(row["ref"], row["origin"], row["path"]) for row in contract.codex_clauses} == {
        ("refunds", "role", "courier"),
        ("privacy", "role", "courier/oathkeeper"),
    }
    save_role(actor=cast.editor, swarm=cast.swarm, name="oathkeeper", base=1, clauses=[{"ref": "weather"}])
    run_due()
    contract.refresh_from_db()
    assert contract.state == State.STALE
    assert [node.newer for node in contract_card(cast.viewer, prompt).roles] == [None, 2]


def test_roles_never_include_themselves(cast, codex):
    for name, includes in (("a", []), ("b", ["a"]), ("c", ["b"])):
        save_role(actor=cast.editor, swarm=cast.swarm, name=name, base=0, includes=includes)
    with pytest.raises(Invalid, match="a → c → b → a"):
        save_role(actor=cast.editor, swarm=cast.swarm, name="a", base=1, includes=["c"])


def test_a_fork_inherits_its_parents_contract_as_a_draft(cast, contract, prompt, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        fork = fork_prompt(actor=cast.editor, prompt_id=prompt.pk, slug="hermes/night").prompt
    run_due()
    draft = fork.contracts.get()
    assert (draft.status, draft.version) == ("draft", 1)
    assert draft.codex_clauses == contract.codex_clauses
    signed = sign_contract(actor=cast.editor, prompt_id=fork.pk, base=1, clauses=draft.codex_clauses)
    assert signed.version == 2
    assert signed.state == State.KEPT


def test_suggestions_name_the_sentence_and_leave_out_what_is_not_said(cast, prompt):
    found = {row.clause.ref: row for row in suggest_clauses(actor=cast.viewer, prompt_id=prompt.pk)}
    assert set(found) == {"refunds", "privacy"}
    assert found["refunds"].state == "carried"
    assert found["refunds"].sentence == REFUNDS


def test_only_members_sign_and_strangers_find_nothing(cast, prompt):
    with pytest.raises(Denied):
        sign_contract(actor=cast.viewer, prompt_id=prompt.pk, base=0, clauses=[{"ref": "refunds"}])
    with pytest.raises(NotFound):
        sign_contract(actor=cast.stranger, prompt_id=prompt.pk, base=0, clauses=[{"ref": "refunds"}])


def test_a_card_costs_the_same_whatever_its_size(cast, codex, prompt, django_assert_max_num_queries):
    refs = []
    for number in range(60):
        create_clause(
            actor=cast.owner, codex=codex, ref=f"rule-{number}", title="Rule", text=f"Mention topic {number} once."
        )
        refs.append({"ref": f"rule-{number}"})
    sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=0, clauses=refs)
    with django_assert_max_num_queries(15):
        card = contract_card(cast.viewer, prompt)
        assert (len(card.bindings), card.total) == (40, 60)
        assert [binding.clause.codex.slug for binding in card.bindings][:1] == ["desk"]
