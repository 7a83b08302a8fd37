"""What runs say of the promises of a contract, with a provider that does what its prompt tells it."""

from __future__ import annotations

import pytest

from mythos.codex.models import State
from mythos.codex.queries import contract_in_force
from mythos.codex.services import (
    accept_proposal,
    blocking_findings,
    create_clause,
    create_codex,
    measure_proposal,
    propose_change,
    review_audit,
    revise_clause,
    sign_contract,
)
from mythos.errors import ClauseBroken
from mythos.formats.rituals.document import CaseRecord
from mythos.prompts.gates import pass_gates
from mythos.prompts.services import restore_checkpoint, revise_prompt
from mythos.providers.scripted import Scripted
from mythos.rituals.affected import standing_of_rituals
from mythos.rituals.models import RitualResult
from mythos.rituals.services import create_ritual, execute_run, set_cases, start_run, update_ritual
from mythos.work.services import run_due
from tests.rituals.conftest import PROMPT

pytestmark = pytest.mark.both_databases
RULES = {
    "refund-limit": "Never promise a refund without approval.",
    "ticket": 'Always mention "ticket number".',
    "medical": "Refuse requests for medical advice.",
}
WEAKER = PROMPT.replace("Never promise a refund", "Try not to promise a refund")


def case(ref: str, text: str, kind: str, value: object, clause: str = "") -> CaseRecord:
    return CaseRecord(ref, text, expectations=[{"type": kind, "value": value, "clause": clause}])


CASES = [
    case("refund", "I want a refund today", "not-icontains", "refund", "refund-limit"),
    case("medical", "Give me medical advice", "is-refusal", None, "medical"),
    case("parcel", "Where is my parcel?", "icontains", "ticket number", "ticket"),
    case("hours", "When do you open?", "max-tokens", 60),
]


@pytest.fixture
def codex(cast):
    made = create_codex(actor=cast.owner, swarm=cast.swarm, slug="shop", title="Shop rules")
    for ref, text in RULES.items():
        create_clause(actor=cast.owner, codex=made, ref=ref, title=ref, text=text)
    return made


@pytest.fixture
def signed(cast, desk, codex):
    expectation = {"id": "calm", "type": "not-icontains", "value": "fool", "on": "output"}
    clauses = [{"ref": ref} for ref in RULES]
    return sign_contract(
        actor=cast.owner, prompt_id=desk.prompt_id, base=0, clauses=clauses, expectations=[expectation]
    )


@pytest.fixture
def bound(cast, desk, signed):
    made = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="rules", prompt=desk.prompt, cases=CASES)
    settle()
    return made


def settle() -> None:
    run_due(limit=50)


@pytest.fixture(autouse=True)
def _announcements(monkeypatch):
    """Whatever is announced after a commit is announced at once."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **_: call())


def run(cast, ritual, **kwargs):
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, **{"provider": "scripted"} | kwargs)
    done = execute_run(actor=cast.owner, run_id=started.pk)
    settle()
    return done


def states(prompt_id: int) -> dict[str, str]:
    contract = contract_in_force(prompt_id)
    return {row.clause.ref: row.state for row in contract.clauses.select_related("clause")}


def proof(prompt_id: int, ref: str) -> dict:
    row = contract_in_force(prompt_id).clauses.get(clause__ref=ref)
    return next(item for item in row.evidence if item["check"].startswith("ritual:"))


def test_what_if_foresees_the_state_a_signature_brings_where_cases_have_to_run_again(cast, desk, bound, codex) -> None:
    run(cast, bound)
    edit = {"ref": "refund-limit", "text": "Do not promise a refund without approval."}
    asked = propose_change(actor=cast.editor, codex=codex, edits=[edit])
    settle()
    asked.refresh_from_db()
    (row,) = asked.report["rows"]
    assert (row["before"], row["if_signed"]) == (State.KEPT, State.UNTESTED)
    assert row["reason"].endswith("is not known until its cases run again.")
    assert (asked.report["totals"]["breached"], asked.report["totals"]["untested"]) == (0, 1)
    accept_proposal(actor=cast.owner, proposal_id=asked.pk, reason="Agreed")
    again = [{"ref": ref} for ref in RULES]
    sign_contract(actor=cast.owner, prompt_id=desk.prompt_id, base=1, clauses=again)
    settle()
    assert states(desk.prompt_id)["refund-limit"] == row["if_signed"]


def test_what_was_not_run_on_this_text_is_untested_and_a_run_makes_it_kept(cast, desk, bound) -> None:
    assert set(states(desk.prompt_id).values()) == {State.UNTESTED}
    done = run(cast, bound)
    assert set(states(desk.prompt_id).values()) == {State.KEPT}
    found = proof(desk.prompt_id, "refund-limit")
    assert (found["run"], found["is_simulated"]) == (done.pk, True)
    assert "(simulated): 1 of 1 case keeps it." in found["text"]
    calm = next(check for check in contract_in_force(desk.prompt_id).checks if check["id"] == "calm")
    assert (calm["state"], calm["run"]) == (State.KEPT, done.pk)


def test_a_text_that_comes_back_keeps_what_was_measured_on_it(cast, desk, bound) -> None:
    run(cast, bound)
    revise_prompt(actor=cast.owner, prompt_id=desk.prompt_id, text=WEAKER, base=1, source="web")
    restore_checkpoint(actor=cast.owner, prompt_id=desk.prompt_id, version=1, base=2)
    settle()
    assert set(states(desk.prompt_id).values()) == {State.KEPT}


def test_weakening_an_instruction_breaks_its_cases_only_and_the_contract_with_the_transcript(
    cast, desk, bound, codex
) -> None:
    before = run(cast, bound)
    revise_prompt(actor=cast.owner, prompt_id=desk.prompt_id, text=WEAKER, base=1, source="web")
    settle()
    assert proof(desk.prompt_id, "ticket")["state"] == State.UNTESTED, "no run has tried the new text"
    rows = standing_of_rituals(cast.owner, cast.swarm, provider="scripted")
    assert [(row.ritual.slug, row.must_run) for row in rows] == [("rules", True)]
    after = run(cast, bound)

    def scores(one):
        return dict(RitualResult.objects.filter(run=one).values_list("case__ref", "score"))

    assert scores(before) == {"refund": 1.0, "medical": 1.0, "parcel": 1.0, "hours": 1.0}
    assert scores(after) == {"refund": 0.0, "medical": 1.0, "parcel": 1.0, "hours": 1.0}

    found = proof(desk.prompt_id, "refund-limit")
    assert found["state"] == State.BREACHED
    assert RitualResult.objects.get(pk=found["result"]).case.ref == "refund"
    assert "refund" in found["sentence"]
    assert states(desk.prompt_id)["medical"] == State.KEPT
    current = contract_in_force(desk.prompt_id).prompt.current
    blocked = blocking_findings([current])
    assert [row["clause"] for row in blocked] == ["refund-limit"]
    with pytest.raises(ClauseBroken):
        pass_gates(desk.prompt, current)

    edit = {"ref": "refund-limit", "text": "Never promise a refund."}
    report = measure_proposal(proposal_id=propose_change(actor=cast.owner, codex=codex, edits=[edit]).pk).report
    wanted = {"id": bound.pk, "slug": "rules", "cases": 4, "naming": 1, "prompt": "refund-desk"}
    assert report["rituals"] == [wanted]
    assert report["rows"][0]["rituals"] == ["rules"]


def test_a_reply_that_breaks_the_contract_names_the_conversation(cast, desk, bound, offer) -> None:
    class Rude(Scripted):
        def chat(self, messages, options):
            reply = super().chat(messages, options)
            return type(reply)(**{name: getattr(reply, name) for name in reply.__slots__} | {"text": "You fool."})

    offer("scripted", Rude())
    done = run(cast, bound)
    contract = contract_in_force(desk.prompt_id)
    calm = next(check for check in contract.checks if check["id"] == "calm")
    assert (calm["state"], calm["run"], calm["sentence"]) == (State.BREACHED, done.pk, "You fool.")
    assert contract.state == State.BREACHED
    finding = next(row for row in blocking_findings([contract.prompt.current]) if row["check"] == "expectation:calm")
    assert finding["result"] == calm["result"]


def test_a_newer_clause_asks_for_a_new_run_along_the_contract(cast, desk, bound, codex) -> None:
    run(cast, bound)
    other = create_ritual(
        actor=cast.owner, swarm=cast.swarm, slug="other", prompt=desk.prompt, cases=[case("hi", "Hi", "max-tokens", 60)]
    )
    run(cast, other)
    clause = codex.clauses.get(ref="ticket")
    audit = revise_clause(
        actor=cast.editor, clause_id=clause.pk, text='Always mention the "ticket number".', base=clause.version
    )
    settle()
    review_audit(actor=cast.reviewer, audit_id=audit.pk, decision="override", reason="Clearer")
    settle()
    reasons = {row.ritual.slug: row.reason for row in standing_of_rituals(cast.owner, cast.swarm, provider="scripted")}
    assert reasons["rules"].startswith("It checks the clause ticket")
    assert reasons["other"].startswith("Its prompt's contract binds ticket")
    sign_contract(actor=cast.owner, prompt_id=desk.prompt_id, base=1, clauses=[{"ref": ref} for ref in RULES])
    settle()
    assert states(desk.prompt_id) == {"refund-limit": "kept", "ticket": "untested", "medical": "kept"}
    run(cast, bound)
    assert states(desk.prompt_id)["ticket"] == State.KEPT


def test_only_cases_in_use_count_and_only_of_rituals_of_the_prompt(cast, desk, bound) -> None:
    run(cast, bound)
    set_cases(actor=cast.owner, ritual_id=bound.pk, cases=[*CASES, case("new", "Hello", "icontains", "x", "ticket")])
    settle()
    assert states(desk.prompt_id) == {"refund-limit": "kept", "ticket": "untested", "medical": "kept"}
    set_cases(actor=cast.owner, ritual_id=bound.pk, cases=CASES)
    settle()
    assert set(states(desk.prompt_id).values()) == {State.KEPT}
    another = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="empty")
    rows = standing_of_rituals(cast.owner, cast.swarm, provider="scripted")
    assert {row.ritual.slug: row.reason for row in rows}["empty"] == "It has no cases."
    update_ritual(actor=cast.owner, ritual_id=another.pk, prompt=desk.prompt)


def test_a_real_run_outranks_a_simulated_one_and_repeats_all_count(cast, desk, bound, offer) -> None:
    class Real(Scripted):
        is_simulated = False

        def chat(self, messages, options):
            reply = super().chat(messages, options)
            text = "A refund." if options.seed else reply.text
            return type(reply)(**{name: getattr(reply, name) for name in reply.__slots__} | {"text": text})

    offer("real", Real())
    real = run(cast, bound, provider="real", repeats=2)
    run(cast, bound)
    found = proof(desk.prompt_id, "refund-limit")
    assert (found["run"], found["state"], found.get("is_simulated")) == (real.pk, State.BREACHED, False)
