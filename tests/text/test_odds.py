"""A harm weighs the same beside harmless edits as it does alone."""

from __future__ import annotations

import math

import pytest

from mythos.text.combine import CAUTION, MANY, PARTS, combine, harm
from mythos.text.compare import compare
from mythos.text.features import features
from mythos.text.odds import MOST_READ, detect, odds_of
from mythos.text.units import units

HARM = ("You must never share a password.", "You may share a password.")
ROW = features(units(*HARM, use_embeddings=False), [])


def test_one_changed_sentence_is_the_whole_edit() -> None:
    assert combine(ROW, "light", [9.0]) == combine(ROW, "light", ()) == combine(ROW, "light")


def test_the_worst_of_several_decides_and_many_ask_for_more_evidence() -> None:
    whole = harm(ROW, "light")
    for count in (2, MANY, 5 * MANY):
        logit = (1 - PARTS) * whole + PARTS * 3.0 - CAUTION * math.log(min(count, MANY))
        parts = [3.0, *[-4.0] * (count - 1)]
        assert combine(ROW, "light", parts).worse == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-4)


def test_the_order_of_the_parts_does_not_matter() -> None:
    assert combine(ROW, "light", [1.0, -2.0, 0.5]) == combine(ROW, "light", [0.5, 1.0, -2.0])


@pytest.mark.parametrize("use_models", [False, True])
def test_harm_is_seen_among_harmless_edits(use_models: bool) -> None:
    old = f"Ask for the order number first. {HARM[0]} Complaints get an answer within 24 hours."
    new = f"First ask for the number of the order. {HARM[1]} Complaints are answered within one day."
    assert compare(old, new, use_embeddings=use_models, measure_similarity=False).is_regression
    kept = new.replace(HARM[1], HARM[0])
    assert not compare(old, kept, use_embeddings=use_models, measure_similarity=False).is_regression


def test_of_many_changed_sentences_every_one_is_judged() -> None:
    """The harm comes last, after more sentences than the model reads alone."""
    rules = [f"Desk {n} must record the calls of team {n}." for n in range(2 * MOST_READ)]
    old, new = [*rules, HARM[0]], [*(rule.replace("record", "log") for rule in rules), HARM[1]]
    found = units(" ".join(old), " ".join(new), use_embeddings=False)
    assert len(found.changed) > MOST_READ
    detected = [detect(unit) for unit in found.changed]
    harmless = units(" ".join(old[:-1]), " ".join(new[:-1]), use_embeddings=False)
    fine = [detect(unit) for unit in harmless.changed]
    texts = (" ".join(old), " ".join(new))
    worse = odds_of(texts, found, detected, use_models=False).worse
    assert worse > odds_of((" ".join(old[:-1]), " ".join(new[:-1])), harmless, fine, use_models=False).worse
