"""What every grader keeps to, built-in or not, asked of each with the same awkward replies."""

from __future__ import annotations

import math
from typing import Any

import pytest

from mythos.graders import GRADERS, Example
from mythos.graders.base import Grader, Score

FACTS = {"latency_ms": 120.0, "cost": 0.0002, "tokens": 12, "finish": "stop"}
# A sensible expectation, a reply that meets it, one that does not.
CASES: dict[str, tuple[Any, str, str]] = {
    "contains": ("refund", "Your refund is on its way.", "Hello."),
    "icontains": ("REFUND", "Your refund is on its way.", "Hello."),
    "contains-any": (["refund", "money"], "Your money is on its way.", "Hello."),
    "icontains-any": ("REFUND, money", "Your Refund is on its way.", "Hello."),
    "contains-all": (["refund", "way"], "Your refund is on its way.", "Your refund."),
    "icontains-all": (["Refund", "WAY"], "Your refund is on its way.", "Your refund."),
    "equals": ("Yes.", " Yes.\n", "Yes"),
    "iequals": ("YES", "yes", "no"),
    "starts-with": ("Dear", "Dear Ada,", "dear Ada,"),
    "istarts-with": ("DEAR", "Dear Ada,", "Hi Ada,"),
    "ends-with": ("Best.", "Hi. Best.\n", "Best. Hi."),
    "iends-with": ("BEST.", "Hi. Best.", "Best. Hi."),
    "regex": (r"\b\d{4}\b", "Room 1204", "Room 12"),
    "max-tokens": (5, "Yes, of course.", "Yes, of course, with the greatest of pleasure."),
    "min-tokens": (5, "Yes, of course, with the greatest of pleasure.", "Yes."),
    "word-count": ({"min": 2, "max": 3}, "one two three", "one"),
    "tone-is": (
        "friendly",
        "Please know that we are glad to help you today, thank you.",
        "I am so terribly sorry that you had to go through this.",
    ),
    "reading-ease": (
        60,
        "The cat sat on the mat. It was a big cat.",
        "Institutional indemnification necessitates ratification.",
    ),
    "has-variable": ("name", "Hello {{name}}.", "Hello {name}."),
    "language-is": (
        "fr",
        "Bonjour, comment allez-vous aujourd'hui ? Il fait très beau.",
        "Hello, how are you doing today?",
    ),
    "keeps-clause": ("Never promise a refund.", "Never promise a refund.", "Paris is the capital of France."),
    "is-json": (None, '{"a": [1, 2]}', '{"a": [1, 2'),
    "contains-json": (None, 'Here: {"a": 1} as asked', "Here it is."),
    "json-schema": ({"type": "object", "required": ["id"]}, '{"id": 1}', '{"name": 1}'),
    "contains-json-schema": ({"type": "object", "required": ["id"]}, 'So: {"id": 1}.', 'So: {"name": 1}.'),
    "is-xml": (None, "<a><b/></a>", "<a><b></a>"),
    "contains-xml": (None, "See <a><b/></a> here", "See <a> here"),
    "is-html": (None, "<p>Hello</p>", "Hello"),
    "contains-html": (None, "Say <b>hello</b> now", "Hello <3"),
    "is-refusal": (None, "I'm sorry, but I can't help with that.", "Sure, here it is."),
    "similar": (
        {"text": "The parcel arrives tomorrow.", "threshold": 0.7},
        "The parcel arrives tomorrow.",
        "Stir the soup.",
    ),
    "levenshtein": ({"text": "colour", "threshold": 1}, "color", "hue"),
    "rouge-l": ({"text": "the cat sat on the mat", "threshold": 0.8}, "The cat sat on the mat.", "a dog ran"),
    "rouge-n": ({"text": "the cat sat on the mat", "threshold": 0.8}, "on the mat sat the cat", "a dog ran"),
    "bleu": ({"text": "the cat sat on the mat", "threshold": 0.5}, "the cat sat on the mat", "a dog ran far"),
    "gleu": ({"text": "the cat sat on the mat", "threshold": 0.5}, "the cat sat on the mat", "a dog ran far"),
    "latency": (200, "Hello.", ""),
    "cost": (0.001, "Hello.", ""),
    "finish-reason": ("stop", "Hello.", ""),
    "llm-rubric": ("is polite", "Thank you kindly.", "Go away."),
}
PLAIN = [name for name in GRADERS if not name.startswith("not-")]
BY_FACTS = {"latency": {"latency_ms": 900.0}, "cost": {"cost": 0.5}, "finish-reason": {"finish": "length"}}
AWKWARD = [
    "",
    " ",
    "\n\n",
    "\x00",
    "é" * 500,
    "{" * 3000,
    "<a" * 500,
    "🙂" * 40,
    "a" * 20_000,
    "[[[[1]]]]",
    "{{name",
]


def _needs(name: str) -> None:
    if name in ("bleu", "gleu"):
        pytest.importorskip("nltk", reason="the extra [metrics] is not installed")


def judge(request: str) -> str:
    reply = request.split("<reply>")[1].split("</reply>")[0]
    return '{"reason": "As read.", "quote": "", "pass": %s, "score": 0.2}' % ("true" if "Thank" in reply else "false")


def check_contract(grader: Grader, example: Example, reply: str, ask: Any = None) -> Score:
    """The promises of the protocol for one example and reply."""
    score = grader.grade(example, reply, ask)
    assert score.value is None or (0.0 <= score.value <= 1.0 and not math.isnan(score.value))
    assert score.explanation.strip()
    assert "\n" not in score.explanation
    if score.span is not None:
        start, end = score.span
        assert 0 <= start <= end <= len(reply)
    assert grader.grade(example, reply, ask) == score
    return score


def test_every_grader_has_a_case() -> None:
    assert set(CASES) == set(PLAIN)


@pytest.mark.parametrize("name", PLAIN)
def test_a_reply_that_meets_the_expectation_is_met_and_one_that_does_not_is_not(name: str) -> None:
    _needs(name)
    grader, (expected, good, bad) = GRADERS[name], CASES[name]
    assert grader.version >= 1
    assert grader.problem(expected) == ""
    example = Example("What now?", expected, {}, FACTS)
    assert check_contract(grader, example, good, judge).is_met
    worse = check_contract(grader, Example("What now?", expected, {}, FACTS | BY_FACTS.get(name, {})), bad, judge)
    assert worse.value is not None
    assert worse.value < 1.0


@pytest.mark.parametrize("name", PLAIN)
def test_its_opposite_is_met_exactly_when_it_is_not(name: str) -> None:
    _needs(name)
    expected, good, bad = CASES[name]
    opposite = GRADERS[f"not-{name}"]
    assert opposite.version == GRADERS[name].version
    assert opposite.problem(expected) == ""
    assert opposite.grade(Example("", expected, {}, FACTS), good, judge).value == 0.0
    assert opposite.grade(Example("", expected, {}, FACTS | BY_FACTS.get(name, {})), bad, judge).value == 1.0


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("reply", AWKWARD, ids=range(len(AWKWARD)))
def test_awkward_replies_are_graded_or_left_unmeasured_but_never_crash(name: str, reply: str) -> None:
    check_contract(GRADERS[name], Example("", CASES[name][0], {}, FACTS), reply)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("expected", [b"x", True, float("nan"), [], {}, [[]], {"x": 1}, ""], ids=repr)
def test_a_wrong_expectation_is_described_or_graded_without_a_crash(name: str, expected: Any) -> None:
    grader = GRADERS[name]
    if not grader.problem(expected):
        check_contract(grader, Example("", expected, {}, FACTS), "Hello there.")


def test_what_cannot_be_measured_is_not_met_either_way() -> None:
    for name, facts in (("latency", {}), ("not-latency", {}), ("cost", {}), ("finish-reason", {})):
        expected = CASES[name.removeprefix("not-")][0]
        score = GRADERS[name].grade(Example("", expected, {}, facts), "Hello.")
        assert score.value is None
        assert not score.is_met


@pytest.mark.parametrize("name", ["llm-rubric", "not-llm-rubric"])
def test_without_a_judge_nothing_is_measured(name: str) -> None:
    assert GRADERS[name].grade(Example("", "is polite"), "Thank you.").value is None
