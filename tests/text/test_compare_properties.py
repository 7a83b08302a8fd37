"""What must hold for every pair of texts, whatever they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mythos.text.compare import Comparison, Verdict, compare

QUICK = settings(max_examples=60, suppress_health_check=list(HealthCheck))
RULES = [
    "Agents must log every complaint within 24 hours.",
    "Never share passwords with anyone unless the security team has approved it.",
    "Only admins may delete accounts.",
    "If a refund is late, apologise once and inform the supervisor.",
    "Encrypt all backups before they leave the building.",
    "- Keep answers short\n- Cite two sources\n- Do not guess",
]
TURNED = {"addition": "deletion", "deletion": "addition"}
OPPOSITE = {"weaker": "stronger", "stronger": "weaker", "reversed": "reversed", "neutral": "neutral"}


def quick(old: str, new: str) -> Comparison:
    return compare(old, new, use_embeddings=False, measure_similarity=False)


@QUICK
@given(st.text(max_size=200))
def test_a_text_is_the_same_as_itself(text: str) -> None:
    found = quick(text, text)
    assert (found.verdict, found.findings, found.is_identical) == ("preserved", (), True)


@QUICK
@given(st.text(max_size=120), st.text(max_size=120))
def test_any_two_texts_are_compared_and_every_place_is_true(old: str, new: str) -> None:
    found = quick(old, new)
    assert found.verdict in get_args(Verdict)
    assert 0 <= found.score <= 1
    assert found == quick(old, new)
    for finding in found.findings:
        assert finding.old_span is None or old[slice(*finding.old_span)] == finding.old_text
        assert finding.new_span is None or new[slice(*finding.new_span)] == finding.new_text


@QUICK
@given(st.sampled_from(RULES), st.sampled_from(["\n", "  ", "\t", "\r\n", " \n "]))
def test_white_space_says_nothing(rule: str, space: str) -> None:
    assert quick(rule, re.sub(r"(?<=\w) (?=\w)", space, rule, count=2)).verdict == "preserved"


@pytest.mark.parametrize("marks", ["*", "+", "1.", "•"])
def test_marks_of_a_list_say_nothing(marks: str) -> None:
    assert quick(RULES[-1], RULES[-1].replace("- ", f"{marks} ")).verdict == "preserved"


@pytest.mark.parametrize("rule", RULES)
def test_the_place_of_a_rule_says_nothing(rule: str) -> None:
    others = [other for other in RULES if other != rule and "\n" not in other]
    assert quick("\n\n".join([rule, *others]), "\n\n".join([*others, rule])).verdict == "preserved"


SWAPPED = [
    ("Agents must log it.", "Agents may log it."),
    ("Encrypt the backups.", "Encrypt the backups where possible."),
    ("Never store card numbers.", "Never store card numbers, except in tests."),
    ("Every release needs a review.", "Most releases need a review."),
    ("Only admins may delete accounts.", "Admins may delete accounts."),
    ("Run unit tests and type checks.", "Run unit tests or type checks."),
]


@pytest.mark.parametrize(("old", "new"), SWAPPED)
def test_reading_an_edit_backwards_turns_its_direction(old: str, new: str) -> None:
    there, back = (compare(*texts, measure_similarity=False) for texts in ((old, new), (new, old)))
    assert there.is_regression
    assert not back.is_regression
    turned = {(TURNED.get(f.kind, f.kind), OPPOSITE[f.direction]) for f in there.findings}
    assert turned == {(f.kind, f.direction) for f in back.findings}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Always log it.", "Never log it."),
        ("Ask for consent before recording.", "Ask for consent after recording."),
        ("The manager approves the clerk's bills.", "The clerk approves the manager's bills."),
    ],
)
def test_what_is_reversed_is_reversed_both_ways(old: str, new: str) -> None:
    assert quick(old, new).is_regression
    assert quick(new, old).is_regression


ROOT = Path(__file__).resolve().parents[2]
ASKED = """
import json, sys
from mythos.text.compare import compare
for old, new in json.load(sys.stdin):
    print(json.dumps(compare(old, new, use_embeddings=False, measure_similarity=False).as_dict()))
"""


def test_every_process_says_the_same() -> None:
    """Sets have another order in each process; no answer may hang on it."""
    lines = [line for path in sorted((ROOT / "data/comparator/train").glob("*.jsonl")) for line in path.open()]
    known = [(row["old"], row["new"]) for row in map(json.loads, lines[::20])]
    dose = "The dose is set by the {} and checked by the {}."
    pairs = json.dumps([*known, (dose.format("doctor", "nurse"), dose.format("nurse", "doctor"))])
    said = {
        subprocess.run(
            [sys.executable, "-c", ASKED],
            input=pairs,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
