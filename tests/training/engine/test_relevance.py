"""What answers a complaint, what does not, and what becomes of the lines that are left out."""

from __future__ import annotations

from mythos.training.engine import run
from mythos.training.engine.protocol import Budget, Reflection, Settings
from mythos.training.engine.relevance import ranked_lines, unasked
from mythos.training.engine.stored import MemoryJournal
from tests.training.engine.garden import Garden

START = {"desk": "You answer at a desk."}
ASKED = {"desk": ("The refund came without its policy number.", "No iso date for the deadline was given.")}
ANSWERS = ["For a refund name the policy number.", "A deadline needs its iso date."]


def left_out(*lines, asked=ASKED):
    return [line for _, line in unasked({"desk": "\n".join([START["desk"], *lines])}, START, asked, 0.5)]


def test_a_line_that_answers_no_complaint_is_left_out():
    assert left_out(*ANSWERS, "Always speak in bright metaphors.") == ["Always speak in bright metaphors."]


def test_a_heading_is_too_short_to_be_judged():
    assert left_out(*ANSWERS, "## Style", "```", "- Be kind.") == []


def test_complaints_that_say_nothing_leave_nothing_out():
    assert left_out(*ANSWERS, "Always speak in bright metaphors.", asked={"desk": ("wrong", "wrong")}) == []
    assert left_out(*ANSWERS, asked={}) == []


def test_the_furthest_line_comes_first():
    ranked = ranked_lines({"desk": "\n".join([*ANSWERS, "Sing often and loudly."])}, START, ASKED)
    assert [line for _, (_, line) in ranked][0] == "Sing often and loudly."


class Chatty(Garden):
    """A reflector with ideas of its own; `needed` cases pass only with one of them."""

    needed = False

    def reflect(self, request):
        found = super().reflect(request)
        return Reflection(found.text + "\nWhisper beside every single flowerbed.")

    def evaluate(self, texts, case_id):
        found = super().evaluate(texts, case_id)
        if self.needed and not any("Whisper" in text for text in texts.values()):
            return type(found)(found.score * 0.5, found.records, found.usage)
        return found


def chatty(needed):
    garden, journal = Chatty(poison=0.0), MemoryJournal()
    garden.needed = needed
    outcome = run(garden, journal, Settings(Budget(calls=400), seed=4))
    return outcome, journal.steps


def test_what_nobody_asked_for_does_not_ride_along():
    _, steps = chatty(needed=False)
    assert any(edit.note == "Left out what nobody asked for." for edit in steps[1].edits)
    assert steps[1].children[0].kept
    assert not any("Whisper" in text for text in steps[1].children[0].texts.values())
    assert any("Whisper" in edit.text for edit in steps[1].snapshot.rejected)


def test_what_was_set_aside_gets_in_when_it_helps():
    outcome, steps = chatty(needed=True)
    assert any(edit.note == "Tried after all." and edit.kept for step in steps for edit in step.edits)
    assert any("Whisper" in text for text in outcome.best.texts.values())
    assert outcome.score > 0.8
