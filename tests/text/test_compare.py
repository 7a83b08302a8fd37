"""The comparator: what changed in meaning, and whether it is for the worse."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import get_args

import pytest

from mythos.text import compare as module
from mythos.text.compare import DEFAULT, Comparison, Thresholds, Verdict, compare


def quick(old: str, new: str, thresholds: Thresholds = DEFAULT) -> Comparison:
    return compare(old, new, use_embeddings=False, measure_similarity=False, thresholds=thresholds)


WORSE = [
    (
        "The nurse gives it and the doctor notes it.",
        "The doctor gives it and the nurse notes it.",
        "actor",
        "Roles swapped",
    ),
    ("Keep it for at most 30 days.", "Keep it for at least 30 days.", "negation", "Meaning reversed"),
    ("Review posts before they go out.", "Review posts once they go out.", "order", "Order changed"),
    (
        "Do not give tax advice to customers.",
        "Do not give tax advice to corporate customers.",
        "scope",
        "Scope narrowed",
    ),
    ("All incidents must be reported.", "All incidents should be reported.", "modality", "Modality weakened"),
    (
        "Staff must never share passwords.",
        "Staff should never share passwords.",
        "modality",
        "Prohibition weakened",
    ),
    ("Encrypt the backups.", "Encrypt the backups where possible.", "modality", "Modality weakened"),
    ("Do not store card numbers.", "Store card numbers.", "negation", "Negation removed"),
    ("Refunds are available.", "Refunds are not available.", "negation", "Negation added"),
    ("Deny access to guests.", "Grant access to guests.", "negation", "Meaning reversed"),
    ("Reply within 24 hours.", "Reply within 48 hours.", "quantity", "Number changed"),
    ("Keep it under forty lines.", "Keep it under fifty lines.", "quantity", "Number changed"),
    (
        "Never store card numbers.",
        "Never store card numbers, except in tests.",
        "exception",
        "Exception added",
    ),
    ("Every release needs a review.", "Most releases need a review.", "scope", "Scope narrowed"),
    ("Only admins may delete accounts.", "Admins may delete accounts.", "scope", "Restriction removed"),
    ("Run unit tests and type checks.", "Run unit tests or type checks.", "condition", "Both became either"),
    ("Transfer the call.", "Transfer the call if the agent is free.", "condition", "Condition added"),
    ("Ask for consent before recording.", "Ask for consent after recording.", "order", "Order changed"),
    (
        "The manager approves the clerk's bills.",
        "The clerk approves the manager's bills.",
        "actor",
        "Roles swapped",
    ),
    (
        "Greet the guest, state the price, and ask for the date.",
        "Greet the guest and ask for the date.",
        "deletion",
        "Part removed",
    ),
    ("Send claims to the legal team.", "Send claims to the sales team.", "object", "Subject changed"),
    ("Log it. Never share the password.", "Log it.", "deletion", "Prohibition removed"),
    ("Log it. Ask for the order number.", "Log it.", "deletion", "Obligation removed"),
]


@pytest.mark.parametrize(("old", "new", "kind", "title"), WORSE)
def test_a_change_for_the_worse_is_found_and_named(old: str, new: str, kind: str, title: str) -> None:
    comparison = quick(old, new)
    assert (kind, title) in {(f.kind, f.title) for f in comparison.findings}
    assert comparison.verdict == "regression"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Reply within 60 minutes.", "Reply within one hour."),
        ("Offer at most 15 euros.", "Offer at most €15."),
        ("Keep it for no longer than 30 days.", "Keep it for at most 30 days."),
        ("Output nothing except the report.", "Output only the report."),
        ("The bot stores no audio.", "No audio is stored by the bot."),
        ("Leave names untranslated.", "Do not translate names."),
        ("Retry twice.", "Retry two times."),
        ("Log every compaint.", "Log every complaint."),
        ("Do not share passwords.", "Don't share passwords."),
        ("Organise the files by colour.", "Organize the files by color."),
        ("Never share passwords.", "Passwords must never be shared."),
        ("Encrypt all backups.", "All backups are to be encrypted."),
        ("Only admins may delete accounts.", "Account deletion is restricted to admins."),
        ("Ask for consent before recording.", "Before recording, ask for consent."),
        ("It is not impossible.", "It is possible."),
        ("Run the linter and the tests.", "Run the tests and the linter."),
        ("- Log it\n- Ask", "* Log it\n* **Ask**"),
        (
            "Greet the guest, state the price and ask for the date.",
            "1. Greet the guest\n2. State the price\n3. Ask for the date",
        ),
        ("Follow the guide.", "Follow the guide, for example its naming rules."),
        ("Name rivals (Acme) never.", "Name rivals (Acme or Globex) never."),
        ("Use the the form.", "Use the form."),
        ("See [rules](#old_rules).", "See [rules](#new_rules)."),
        ("First thing. Second thing.", "Second thing. First thing."),
    ],
)
def test_a_harmless_change_is_clean(old: str, new: str) -> None:
    comparison = quick(old, new)
    assert not comparison.is_regression, comparison.findings


def test_reasons_are_plain_words_with_places() -> None:
    old, new = "# Rules\n\nAgents must log it.", "# Rules\n\nAgents may log it."
    (finding,) = quick(old, new).findings
    assert finding.reason == "“must” is binding, “may” is permission."
    assert (finding.old_text, finding.new_text) == ("must", "may")
    assert finding.old_span
    assert old[slice(*finding.old_span)] == "must"
    assert finding.new_span
    assert new[slice(*finding.new_span)] == "may"
    assert finding.severity == "block"


def test_a_moved_limit_says_by_how_much() -> None:
    (finding,) = quick("Pay within 10 days.", "Pay within 16 days.").findings
    assert finding.reason == "A limit moved by +60 %: 10 days became 16 days."


def test_a_ban_that_became_advice_says_so() -> None:
    titles = {(f.title, f.reason) for f in quick("Do not share it.", "You should share it.").findings}
    assert ("Prohibition weakened", "A ban became advice.") in titles


def test_texts_that_differ_only_in_invisible_ways_are_the_same() -> None:
    comparison = compare("Log it.\r\n", "\ufeffLog it.  ")
    assert (comparison.verdict, comparison.findings, comparison.similarity) == ("preserved", (), 1.0)
    assert comparison.is_identical


def test_a_strengthened_rule_is_no_regression() -> None:
    comparison = quick("You should log every call.", "You must log every call.")
    assert comparison.findings[0].direction == "stronger"
    assert not comparison.is_regression


def test_the_thresholds_decide_what_is_uncertain() -> None:
    old, new = "Give a concise answer to guests.", "Give an answer to guests."
    score = quick(old, new).score
    assert 0.2 < score < 0.8
    lenient = Thresholds(regression=0.9, uncertain=0.1)
    assert quick(old, new, thresholds=lenient).verdict == "uncertain"
    assert quick(old, new, thresholds=Thresholds(regression=0.2)).verdict == "regression"


def test_similarity_is_measured_or_absent_never_invented(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = "Log every complaint.", "Record every complaint."
    measured = compare(old, new).similarity
    assert measured is not None
    assert 0.6 < measured < 1
    assert compare(old, new, measure_similarity=False).similarity is None

    def broken(texts: object) -> object:
        raise module.NotConfigured("no model")

    monkeypatch.setattr(module, "embed", broken)
    assert compare(old, new).similarity is None


def test_a_comparison_turns_into_json() -> None:
    shown = json.loads(json.dumps(compare("Reply in 24 hours.", "Reply in 48 hours.").as_dict()))
    assert shown["verdict"] == "regression"
    assert shown["is_regression"] is True
    assert shown["findings"][0]["old_span"] == [9, 17]


def test_comparing_twice_gives_the_same() -> None:
    old, new = "Never lie. Log it within 5 days.", "Log it within 6 days. You may lie."
    assert compare(old, new) == compare(old, new)


@pytest.mark.parametrize(
    ("old", "new"), [("", "x"), ("x", ""), ("```", "~~~"), ("|", "#"), ("{{a}}", "{{b}}"), ("。", "！")]
)
def test_odd_texts_do_not_break_it(old: str, new: str) -> None:
    assert compare(old, new).verdict in get_args(Verdict)


def test_a_short_pair_takes_under_five_milliseconds() -> None:
    quick("Warm up.", "Warm down.")
    started = time.process_time()
    for number in range(50):
        quick(
            f"Agents must never share password {number} with anyone.",
            f"Agents may share password {number} with anyone.",
        )
    assert (time.process_time() - started) / 50 < 0.005


def test_the_development_pairs_stay_well_judged(shared_data: Path) -> None:
    rows = [json.loads(line) for line in (shared_data / "regression" / "dev.jsonl").read_text("utf-8").splitlines()]
    hits: dict[int, list[bool]] = {0: [], 1: []}
    for row in rows:
        hits[row["label"]].append(quick(row["old"], row["new"]).is_regression == bool(row["label"]))
    assert sum(sum(found) / len(found) for found in hits.values()) / 2 > 0.88


def test_a_real_rule_book_is_compared_in_seconds(shared_data: Path) -> None:
    old, new = (
        (shared_data / "model-spec" / f"model_spec_2025-{date}.md").read_text("utf-8") for date in ("04-11", "09-12")
    )
    started = time.process_time()
    assert quick(old, new).findings
    assert time.process_time() - started < 5
