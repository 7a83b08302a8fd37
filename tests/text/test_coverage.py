"""How a prompt stands to a clause, and two rule texts to each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mythos.text.coverage import conflicts, coverage

ROWS = [json.loads(line) for line in Path(__file__).with_name("coverage.jsonl").read_text("utf-8").splitlines()]
PROMPTS = {row["prompt"]: row["text"] for row in ROWS if "text" in row}
CASES = [(row["clause"], row["prompt"], row["state"]) for row in ROWS if "clause" in row]

PROMPT = """You are a refund agent.

- Never promise a refund until billing has confirmed it.
- Keep answers short.
- You may share order details with family members.
- Reply within 48 hours.
"""


@pytest.mark.parametrize(
    ("clause", "state", "sentence"),
    [
        ("Never promise a refund before billing has confirmed it.", "carried", "Never promise a refund until"),
        ("Answers must be brief.", "carried", "Keep answers short."),
        ("Reply within 24 hours.", "weakened", "Reply within 48 hours."),
        ("Do not reveal order details to anyone else.", "contradicted", "You may share order details"),
        ("Promise a refund until billing has confirmed it.", "contradicted", "Never promise a refund"),
        ("Use metric units.", "absent", ""),
    ],
)
def test_coverage_says_how_a_prompt_stands_to_a_clause(clause: str, state: str, sentence: str) -> None:
    found = coverage(clause, PROMPT)
    assert found.state == state
    assert found.sentence.startswith(sentence)
    if found.span:
        assert PROMPT[slice(*found.span)] == found.sentence


@pytest.mark.parametrize(
    ("clause", "sentence", "state"),
    [
        ("The assistant must log every complaint within 24 hours.", "Log every complaint within 24 hours.", "carried"),
        ("The assistant must log every complaint within 24 hours.", "Log every complaint within a week.", "weakened"),
        ("The assistant must log every complaint within 24 hours.", "You should log every complaint within 24 hours.",
         "weakened"),
        ("The assistant must never promise a refund without approval.", "Never promise a refund without approval.",
         "carried"),
        ("The assistant should not reveal internal notes.", "Do not reveal internal notes.", "carried"),
        ("The assistant must cite its sources.", "Always cite your sources.", "carried"),
        ("The assistant must never promise a refund without approval.",
         "You must never promise a refund without approval.", "carried"),
        ("The assistant must answer in English.", "Do not answer in English.", "contradicted"),
    ],
)  # fmt: skip
def test_an_order_says_what_a_duty_says(clause: str, sentence: str, state: str) -> None:
    text = f"You work at a desk.\n\n- {sentence}\n"
    found = coverage(clause, text)
    assert (found.state, found.sentence) == (state, sentence)
    assert all(f.new_span is None or text[slice(*f.new_span)] == f.new_text for f in found.findings)


def test_most_clauses_are_judged_as_a_reader_would() -> None:
    judged = {(clause, state): coverage(clause, PROMPTS[name]).state for clause, name, state in CASES}
    wrong = {key: said for key, said in judged.items() if said != key[1]}
    assert len(wrong) <= len(CASES) * 0.2, wrong
    assert not [key for key, said in wrong.items() if {key[1], said} == {"carried", "contradicted"}], wrong


def test_the_places_of_findings_are_places_in_the_whole_texts() -> None:
    clause = "Be kind. Reply within 24 hours."
    found = coverage(clause, PROMPT)
    assert found.findings
    for finding in found.findings:
        assert finding.old_span is None or clause[slice(*finding.old_span)] == finding.old_text
        assert finding.new_span is None or PROMPT[slice(*finding.new_span)] == finding.new_text


def test_an_empty_prompt_covers_nothing() -> None:
    assert coverage("Log it.", "").state == "absent"


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("Agents must log every call.", "Be brief. Agents must never log calls.", "negation"),
        ("Never share order details.", "Agents may share order details with partners.", "negation"),
        ("Reply within 24 hours.", "Reply within 48 hours.", "quantity"),
    ],
)
def test_two_rules_that_cannot_both_be_followed_are_a_conflict(a: str, b: str, kind: str) -> None:
    (found,) = conflicts(a, b)
    assert found.kind == kind
    assert (a[slice(*found.a_span)], b[slice(*found.b_span)]) == (found.a_sentence, found.b_sentence)
    assert found.reason.endswith(".")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Agents must log every call.", "Every call must be logged by the agents."),
        ("Keep answers short.", "Never share passwords."),
        ("Reply within one day.", "Reply within 24 hours."),
        ("", "Log it."),
    ],
)
def test_rules_that_go_together_are_no_conflict(a: str, b: str) -> None:
    assert conflicts(a, b) == []
