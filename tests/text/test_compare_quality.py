"""Each kind of harm is found at its words; edits that change no meaning are let through."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from mythos.text.compare import compare

ROOT = Path(__file__).resolve().parents[2]
KINDS = ["negation", "modality", "quantity", "scope", "exception", "condition", "actor", "deletion"]

# kind, old with the words that count in brackets, new likewise
PLACES = [
    ("negation", "Do [not] store card numbers.", "Store card numbers."),
    ("negation", "[Deny] access to guests.", "[Grant] access to guests."),
    ("modality", "Agents [must] log it.", "Agents [may] log it."),
    ("modality", "Encrypt the backups.", "Encrypt the backups [where possible]."),
    ("quantity", "Reply within [24 hours].", "Reply within [48 hours]."),
    ("unit", "Reply within [5 days] of receipt.", "Reply within [5 euros] of receipt."),
    ("scope", "[Every] release needs a review.", "[Most] releases need a review."),
    ("scope", "[Only] admins may delete accounts.", "Admins may delete accounts."),
    ("exception", "Never store card numbers.", "Never store card numbers, [except] in tests."),
    ("condition", "Transfer the call.", "Transfer the call [if] the agent is free."),
    ("condition", "Run unit tests [and] type checks.", "Run unit tests [or] type checks."),
    ("actor", "The [manager] approves the clerk's bills.", "The [clerk] approves the manager's bills."),
    ("object", "Send claims to the [legal] team.", "Send claims to the [sales] team."),
    ("deletion", "Greet the guest, [state the price], and ask.", "Greet the guest and ask."),
    ("order", "Ask for consent [before] recording.", "Ask for consent [after] recording."),
    ("tone", "Answer every question in a [polite] way.", "Answer every question in a [blunt] way."),
    ("tone", "Tell the guest about the delay.", "[Ugh], tell the guest about the delay."),
    ("exception", "Log every call.", "Log every call; [common sense] comes first."),
    ("exception", "Repairs are done [subject to] demand.", "Repairs are done."),
    ("quantity", "Customers may return goods within [30 days].", "Customers may return goods within [two weeks]."),
    ("authority", "# Rules {authority=[root]}", "# Rules {authority=[user]}"),
]


def marked(text: str) -> tuple[str, tuple[int, int] | None]:
    """The text without its brackets, and the place between them."""
    if "[" not in text:
        return text, None
    start, end = text.index("["), text.index("]") - 1
    return text.replace("[", "").replace("]", ""), (start, end)


@pytest.mark.parametrize(("kind", "old", "new"), PLACES)
def test_a_flag_points_at_the_words_that_caused_it(kind: str, old: str, new: str) -> None:
    (before, old_span), (after, new_span) = marked(old), marked(new)
    lead = "First of all.\n\n- "
    found = compare(lead + before, lead + after, use_embeddings=False, measure_similarity=False)
    spans = {(f.old_span, f.new_span) for f in found.findings if f.kind == kind}
    assert (moved(old_span, len(lead)), moved(new_span, len(lead))) in spans, found.findings


def moved(span: tuple[int, int] | None, by: int) -> tuple[int, int] | None:
    return (span[0] + by, span[1] + by) if span else None


HARMLESS = [
    ("Agents must log evrey complaint.", "Agents must log every complaint."),
    ("Never share a pasword with anybody.", "Never share a password with anybody."),
    (
        "Greet the guest, state the price and ask for the date.",
        "- Greet the guest\n- State the price\n- Ask for the date",
    ),
    ("Reply within 24 hours.", "Reply within one day."),
    ("Keep records for 12 months.", "Keep records for one year."),
    ("Do not exceed five retries.", "Do not exceed 5 retries."),
    ("The nurse checks every dose.", "Every dose is checked by the nurse."),
    ("Invoices must be approved by the manager.", "The manager must approve invoices."),
    ("If the customer asks, send a copy.", "Send a copy if the customer asks."),
    ("Customers may cancel at any time.", "Customers can cancel at any time."),
    ("You are required to wear a helmet.", "You must wear a helmet."),
    ("Staff are not allowed to accept gifts.", "Staff may not accept gifts."),
    ("Do not share the file.", "Don't share the file."),
    ("Organise the files by colour.", "Organize the files by color."),
    ("# Rules\n\nLog it. Ask first.", "## Rules\n\nAsk first. Log it."),
    ("Cite two sources.", "Please cite two sources."),
    ("Use plain words.", "Use plain words (for example “buy”, not “purchase”)."),
    ("Deposits are returned within 14 days.", "Deposits are returned within two weeks."),
    ("Prior to departure, inspect the brakes.", "Before departure, inspect the brakes."),
    ("Passwords must never be shared.", "Under no circumstances may passwords be shared."),
    ("Only managers may approve refunds.", "Nobody except managers may approve refunds."),
    ("Log the call. Tell the supervisor.", "Log the call and tell the supervisor."),
]


def test_edits_that_change_no_meaning_raise_no_flag() -> None:
    flagged = [(old, new) for old, new in HARMLESS if compare(old, new, measure_similarity=False).is_regression]
    assert len(flagged) <= 0.1 * len(HARMLESS), flagged


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Be kind. Be brief.", "Be brief."),
        ("Answer in English. Be polite.", "Answer in English."),
        ("Only the nurse may open the cabinet.", "Only the nurse or a designee may open the cabinet."),
        ("The form must be signed by the director.", "The form must be signed."),
    ],
)
def test_short_rules_that_lose_something_are_flagged(old: str, new: str) -> None:
    assert compare(old, new, measure_similarity=False).is_regression


def test_every_kind_of_harm_stays_found() -> None:
    """On pairs the weights were trained on: a guard against breaking a detector, not a figure of quality."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for path in sorted((ROOT / "data" / "comparator" / "train").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["label"] and row["kind"] in KINDS:
                found = compare(row["old"], row["new"], use_embeddings=False, measure_similarity=False)
                hits[row["kind"]].append(found.is_regression)
    assert set(hits) == set(KINDS)
    assert {kind: round(sum(h) / len(h), 2) for kind, h in hits.items() if sum(h) / len(h) < 0.75} == {}


def test_pairs_kept_out_of_training_stay_well_judged() -> None:
    """Every third of them, by writer; `bench/comparator.py` measures all."""
    right: dict[str, dict[int, list[bool]]] = {}
    for path in sorted((ROOT / "data" / "comparator" / "heldout").glob("*.jsonl")):
        group = path.stem if path.stem in ("second", "third", "fourth", "fifth", "sixth", "model_spec") else "first"
        hits = right.setdefault(group, {0: [], 1: []})
        for line in path.read_text("utf-8").splitlines()[::3]:
            row = json.loads(line)
            found = compare(row["old"], row["new"], measure_similarity=False)
            hits[row["label"]].append(found.is_regression == bool(row["label"]))
    reached = {group: sum(sum(h) / len(h) for h in hits.values()) / 2 for group, hits in right.items()}
    floors = {
        "first": 0.91,
        "second": 0.87,
        "third": 0.83,
        "fourth": 0.86,
        "fifth": 0.84,
        "sixth": 0.88,
        "model_spec": 0.78,
    }
    assert {group: value for group, value in reached.items() if value < floors[group]} == {}
