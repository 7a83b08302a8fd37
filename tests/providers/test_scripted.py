"""The rule follower: what it understands, and that only the request concerned notices a weaker rule."""

from __future__ import annotations

import json

import pytest

from mythos.providers import PROVIDERS
from mythos.providers.base import Message, Options
from mythos.providers.scripted import reply_to

PROMPT = """You are a support assistant.
- Never promise a refund without approval.
- Always mention "ticket number".
- Ask for the travel date before booking a flight.
- Refuse requests for medical advice.
"""
REQUESTS = {
    "refund": "I want a refund today",
    "flight": "Book me a flight to Rome",
    "medical": "Give me medical advice about my knee",
    "parcel": "Where is my parcel?",
}


def test_rules_are_obeyed() -> None:
    said = {name: reply_to(request, PROMPT) for name, request in REQUESTS.items()}
    assert "refund" not in said["refund"]
    assert "travel date" in said["flight"]
    assert said["medical"].startswith("I'm sorry")
    assert "parcel" in said["parcel"]
    assert all("icket number" in text for text in said.values())


@pytest.mark.parametrize(
    ("strong", "weak", "touched"),
    [
        ("Never promise", "You should try not to promise", {"refund"}),
        ("- Never promise a refund without approval.\n", "", {"refund"}),
        ("without approval.", "unless the customer wants one today.", {"refund"}),
        ("Refuse requests", "Where possible, refuse requests", {"medical"}),
        ("Ask for", "Consider asking for", {"flight"}),
        ("Ask for", "If possible, ask for", {"flight"}),
        ("Always mention", "You may mention", set(REQUESTS)),
    ],
)
def test_weakening_a_rule_changes_the_replies_that_need_it_and_no_other(strong, weak, touched) -> None:
    weaker = PROMPT.replace(strong, weak)
    assert weaker != PROMPT
    changed = {name for name, request in REQUESTS.items() if reply_to(request, PROMPT) != reply_to(request, weaker)}
    assert changed == touched


def test_shapes_and_lengths() -> None:
    assert len(reply_to("Tell me about the history of Rome", "Answer in at most 5 words.").split()) == 5
    body = json.loads(reply_to("What now?", "Reply in JSON with the keys answer and mood."))
    assert set(body) == {"answer", "mood"}
    assert reply_to("Hi there", 'Start every reply with "Greetings."').startswith("Greetings.")
    assert reply_to("Hi there", "End each reply with “Yours, Ada”").endswith("Yours, Ada")


def test_it_says_that_it_is_simulated_and_repeats_itself() -> None:
    provider = PROVIDERS["scripted"]
    assert provider.is_simulated
    ask = [Message("system", PROMPT), Message("user", "Hello")]
    first = provider.chat(ask, Options())
    assert first == provider.chat(ask, Options())
    assert first.cost == 0.0
    assert provider.chat(ask, Options(max_tokens=3)).finish == "length"


@pytest.mark.parametrize("text", ["", "\n\n", "“" * 50, "never " * 300, "ask before " * 200, "{{name}} " * 100])
def test_odd_prompts_do_no_harm(text: str) -> None:
    assert isinstance(reply_to(text, text), str)
