"""Numbered steps that changed places are seen; moved rules are not a change."""

from __future__ import annotations

import pytest

from mythos.text.compare import compare

OLD = "## Dock\n1. Chock the wheels.\n2. Wait for the green light.\n3. Drive onto the trailer."
NEW = "## Dock\n1. Chock the wheels.\n2. Drive onto the trailer.\n3. Wait for the green light."


def test_steps_that_changed_places_are_a_regression_with_their_places() -> None:
    found = compare(OLD, NEW, measure_similarity=False)
    assert found.verdict == "regression"
    (finding,) = found.findings
    assert (finding.kind, finding.direction) == ("order", "reversed")
    assert finding.reason == "“Wait for the green light” now comes after “Drive onto the trailer”."
    assert OLD[slice(*finding.old_span or ())] == finding.old_text == "Wait for the green light."
    assert NEW[slice(*finding.new_span or ())] == finding.new_text == "Wait for the green light."
    assert not found.is_typo


def test_so_are_they_the_other_way_round_and_among_other_edits() -> None:
    assert compare(NEW, OLD, measure_similarity=False).is_regression
    polite = NEW.replace("Chock the wheels.", "Please chock the wheels.")
    assert compare(OLD, polite, use_embeddings=False, measure_similarity=False).is_regression


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "1. Drivers must hold a licence.\n2. Lending is not allowed.",
            "1. Lending is not allowed.\n2. Drivers must hold a licence.",
        ),
        ("- Check the brakes.\n- Check the lights.", "- Check the lights.\n- Check the brakes."),
        ("1. Check the brakes.\n2. Check the lights.", "1) Check the brakes.\n2) Check the lights."),
        ("1. Fire doors\n2. Escape routes", "1. Escape routes\n2. Fire doors"),
        ("1. Log it.\n2. Log it.\n3. Close it.", "1. Log it.\n2. Log it.\n3. Close it.\n"),
    ],
)
def test_rules_and_bullets_may_stand_in_any_order(old: str, new: str) -> None:
    found = compare(old, new, use_embeddings=False, measure_similarity=False)
    assert (found.verdict, found.findings) == ("preserved", ())
