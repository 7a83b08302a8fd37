"""Edits made on an older champion, laid upon the one that came after it."""

from __future__ import annotations

import pytest

from mythos.training.engine import run
from mythos.training.engine.carrying import carried
from mythos.training.engine.protocol import Breach, Budget, Settings
from mythos.training.engine.stored import MemoryJournal
from tests.training.engine.garden import Garden

FIRST = {"east": "Tend the east.\nBe kind.", "west": "Tend the west."}


def laid(child, champion, task=None):
    return carried(task or Garden(), FIRST, {**FIRST, **child}, {**FIRST, **champion})


def test_edits_of_different_components_add_up():
    assert laid({"east": "Tend the east."}, {"west": "Tend the west.\nSpeak of oak."}) == {
        "east": "Tend the east.",
        "west": "Tend the west.\nSpeak of oak.",
    }


def test_lines_added_by_both_are_both_there_once_and_in_their_place():
    child = {"east": "Tend the east.\nSpeak of fern.\nBe kind.\nSpeak of oak."}
    champion = {"east": "Tend the east.\nBe kind.\nSpeak of iris.\nSpeak of oak."}
    assert laid(child, champion)["east"].splitlines() == [
        "Tend the east.",
        "Speak of fern.",
        "Be kind.",
        "Speak of iris.",
        "Speak of oak.",
    ]


def test_a_line_both_changed_stays_as_the_champion_has_it():
    child, champion = {"west": "Tend the west well."}, {"west": "Tend the west with care."}
    assert laid(child, champion)["west"] == "Tend the west with care."


def test_what_is_legal_alone_but_not_together_is_not_let_in():
    class Pair(Garden):
        def broken(self, texts):
            both = "fern" in texts["east"] and "oak" in texts["west"]
            return [Breach("codex", "pair", "Fern and oak do not go together.")] if both else []

    child = {"east": "Tend the east.\nBe kind.\nSpeak of fern.", "west": "Tend the west.\nSpeak of iris."}
    found = laid(child, {"west": "Tend the west.\nSpeak of oak."}, Pair())
    assert found == {"east": FIRST["east"], "west": "Tend the west.\nSpeak of iris.\nSpeak of oak."}


@pytest.mark.parametrize("window", [4, 8])
def test_children_of_one_champion_all_count(window):
    journal = MemoryJournal()
    outcome = run(Garden(), journal, Settings(Budget(calls=260), seed=5, window=window, in_flight=16))
    kept = [step for step in journal.steps if any(child.kept for child in step.children)]
    late = [step for step in kept if step.view < step.step - 1 and step.parent == journal.steps[step.step - 1].best]
    assert late
    assert outcome.score > 0.8
    assert not any(Garden().broken(member.texts) for member in outcome.members)
