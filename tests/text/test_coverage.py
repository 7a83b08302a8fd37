"""How a prompt stands to a clause, and two rule texts to each other."""

from __future__ import annotations

import pytest

from mythos.text.coverage import coverage

PROMPT = """You are a refund agent.

- Never promise a refund until billing has confirmed it.
- Keep answers short.
- You may share order details with family members.
- Reply within 48 hours.
"""


@pytest.mark.parametrize(
    ("clause", "state", "sentence"),
    [
        (
            "Never promise a refund before billing has confirmed it.",
            "carried",
            "Never promise a refund until",
        ),
        ("Answers must be brief.", "carried", "Keep answers short."),
        ("Respond to tickets within 24 hours.", "weakened", "Reply within 48 hours."),
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


def test_an_empty_prompt_covers_nothing() -> None:
    assert coverage("Log it.", "").state == "absent"
