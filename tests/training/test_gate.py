"""What a candidate may not do: break a promise, lose a variable, copy a case; and what the reflector is shown."""

from __future__ import annotations

import pytest

from mythos.providers.base import Reply
from mythos.training.engine.protocol import Breach, Record, ReflectionRequest, RejectedEdit
from mythos.training.gate import CodexGate, Promise, tension
from mythos.training.leaks import Copies
from mythos.training.plan import plan_from
from mythos.training.reflecting import reflection_from, request_messages, scripted_reflection, wanted
from mythos.training.reporting import zone_of
from tests.training.conftest import DESK, RULE

KEY = "hermes/hermes/desk"
LONG = "my order of seven green chairs arrived with one of them broken in two"


@pytest.fixture
def gate(begin):
    return CodexGate(plan_from(begin().plan), Copies([f"Hello, {LONG}, what now?"]))


@pytest.mark.django_db
def test_the_gate_holds_every_candidate_against_its_contract(gate) -> None:
    assert gate.broken({KEY: DESK}) == []
    assert gate.broken({KEY: DESK + "Always mention “ticket number”."}) == []
    for text in (
        DESK.replace(RULE, ""),
        DESK.replace("must never", "may sometimes"),
        DESK + "The desk may promise a refund without approval.",
    ):
        [first, *_] = gate.broken({KEY: text})
        assert (first.cause, first.clause, first.component) == ("codex", "no_refund", KEY), text


@pytest.mark.django_db
def test_variables_stay_and_texts_neither_vanish_nor_swell(gate) -> None:
    assert "variables" in gate.broken({KEY: DESK + "{{name}}"})[0].message
    assert "empty" in gate.broken({KEY: "  \n"})[0].message
    assert "too long" in gate.broken({KEY: DESK + "x" * 9000})[0].message


@pytest.mark.django_db
def test_a_copied_case_is_refused_unless_that_is_allowed(gate, begin) -> None:
    copied = f"{DESK}When {LONG}, say sorry."
    [leak] = gate.broken({KEY: copied})
    assert leak.cause == "leak"
    assert LONG in leak.message
    lax = CodexGate(plan_from(begin(refuse_copies=False).plan), Copies([f"Hello, {LONG}."]))
    assert lax.broken({KEY: copied}) == []


def test_a_span_that_was_there_from_the_start_is_no_copy() -> None:
    copies = Copies([LONG])
    assert copies.longest(f"{LONG}. More.", "Short.") == LONG
    assert copies.longest(f"{LONG}. More.", f"Before: {LONG}") == ""
    assert copies.longest("my order of seven green chairs", "") == ""


def test_tension_is_the_weighted_share_that_is_broken() -> None:
    kept, broken = Promise("a", "block", "kept", ""), Promise("b", "note", "breached", "")
    assert tension([kept, broken], []) == (0.25, "b")
    assert tension([], [1.0, 0.5]) == (0.25, "")
    assert tension([kept, broken], [1.0, 0.5]) == (0.25, "b")
    assert tension([], []) == (0.0, "")
    assert [zone_of(value) for value in (0.0, 0.49, 0.5, 0.79, 0.8, 1.0)] == [
        "calm", "calm", "strained", "strained", "breaking", "breaking",
    ]  # fmt: skip


def test_the_reflector_sees_text_rules_failures_and_what_was_refused() -> None:
    request = ReflectionRequest(
        "k", "Be kind.", (Record("k", "Where is it?", "Gone.", wanted("icontains", "ticket", "It is not there.")),),
        ("no_refund: Never promise.",), (RejectedEdit("k", "Be rude.", "worse", "It lost."),),
        (Breach("codex", "no_refund", "It says less."),),
    )  # fmt: skip
    said = request_messages(request)[1].content
    for part in ("Be kind.", "Never promise.", "Where is it?", "ticket", "Be rude.", "It says less."):
        assert part in said


def test_a_reply_without_a_prompt_is_no_text() -> None:
    def reply(text: str, finish: str = "stop") -> Reply:
        return Reply(text, 10, 20, 0.5, 1.0, "m", finish)

    good = reflection_from(reply("<note>Be short.</note>\n<prompt>\nNew text.\n</prompt>"))
    assert (good.text, good.note, good.error) == ("New text.", "Be short.", "")
    assert (good.usage.tokens, good.usage.money) == (30, 0.5)
    assert reflection_from(reply("I would rather not.")).error
    assert "cut off" in reflection_from(reply("<prompt>Half", "length")).error


@pytest.mark.parametrize(
    ("kind", "value", "line"),
    [
        ("icontains", "ticket", "Always mention “ticket”."),
        ("not-icontains", "refund", "Never say “refund”."),
        ("starts-with", "Hello", "Start every answer with “Hello”."),
        ("max-tokens", 40, "Answer in at most 24 words."),
        ("is-json", None, "Answer in JSON."),
        ("is-refusal", None, "Refuse to help with medical advice."),
    ],
)
def test_the_simulated_reflector_adds_what_a_failing_check_asks_for(kind, value, line) -> None:
    record = Record("k", "medical advice", "Yes.", wanted(kind, value, "It is not so."))
    made = scripted_reflection(ReflectionRequest("k", "Be kind.", (record,)))
    assert made.text == f"Be kind.\n{line}"
    assert made.note.startswith("Simulated:")
    assert scripted_reflection(ReflectionRequest("k", made.text, (record,))).error
