"""The gate, the budget, failing cases, outages and the cache."""

from __future__ import annotations

import threading

import pytest

from mythos.training.engine import run
from mythos.training.engine.calls import Desk, StepCalls
from mythos.training.engine.gate import Gate
from mythos.training.engine.keys import evaluation_key
from mythos.training.engine.protocol import (
    Breach,
    Budget,
    Evaluation,
    Interrupted,
    ProviderOutage,
    Record,
    Reflection,
    Settings,
    Usage,
)
from mythos.training.engine.stored import MemoryJournal
from tests.training.engine.garden import WORDS, Garden

SETTINGS = Settings(Budget(calls=150), seed=2, window=2, in_flight=4)


def test_what_breaks_the_codex_is_neither_tried_nor_kept():
    garden, journal = Garden(poison=0.5), MemoryJournal()
    outcome = run(garden, journal, SETTINGS)
    edits = [edit for step in journal.steps for edit in step.edits]
    refused = [edit for edit in edits if edit.cause == "codex"]
    assert len(refused) > 5
    assert all("No prompt may speak of poison" in edit.detail for edit in refused)
    assert garden.poisoned == 0
    assert not any(garden.broken(member.texts) for member in outcome.members)
    assert not any(garden.broken(child.texts) for step in journal.steps for child in step.children)


def test_one_repair_is_asked_for_and_rules_and_rejected_edits_are_shown():
    garden = Garden(poison=0.5)
    run(garden, MemoryJournal(), SETTINGS)
    repairs = [request for request in garden.reflected if request.breaches]
    assert repairs
    assert all("poison" in request.attempt and "poison" not in request.text for request in repairs)
    assert all(not request.nonce.endswith("repair/repair") for request in garden.reflected)
    assert all(request.rules == garden.rules for request in garden.reflected)
    assert any("poison" in edit.text for request in garden.reflected for edit in request.rejected)


FILLER = "Consider every possible angle of whatever matter is at hand."


class Narrow(Garden):
    """A reflector that talks too much, and a rule about how long a prompt may be."""

    def reflect(self, request):
        given = super().reflect(request)
        return Reflection(f"{given.text}\n{FILLER}", note=given.note)

    def broken(self, texts):
        return [Breach("codex", "length", "Too long.", name) for name in sorted(texts) if FILLER in texts[name]]


def test_an_edit_that_breaks_a_rule_gets_in_without_the_lines_nobody_asked_for():
    garden, journal = Narrow(poison=0.0), MemoryJournal()
    outcome = run(garden, journal, SETTINGS)
    edits = [edit for step in journal.steps for edit in step.edits]
    assert any(edit.kept and "Left out what nobody asked for." in edit.note for edit in edits)
    assert sum(word in "".join(outcome.best.texts.values()) for word in WORDS) > len(WORDS) / 2
    for request in garden.reflected:
        new = set(request.attempt.splitlines()) - set(request.text.splitlines())
        assert new <= {FILLER, "Be quick about everything."}  # a repair is paid for only where nothing else was new


def test_what_was_gathered_before_makes_room_for_what_is_asked_for():
    class Full(Garden):
        def broken(self, texts):
            return [Breach("codex", "length", "Too long.") for text in texts.values() if len(text.splitlines()) > 6]

    garden = Full(poison=0.0)
    words = ["fern", "oak", "reed", "iris"]
    asked = {"east": [f"The answer lacks {word}." for word in [*words, "rose"]]}
    gate = Gate(garden, StepCalls(Desk(garden, MemoryJournal(), Budget(), 2), 1, 0), "x", asked)
    text = "\n".join(["Tend the east.", FILLER, *(f"Speak of {word}, please." for word in words)])
    records = {"east": [Record("east", "case", "…", "The answer lacks rose.")]}
    edits = gate.edit({**garden.start, "east": text}, records, (), "0", 6, 12)
    kept = [edit for edit in edits if edit.kept]
    assert [edit.cause for edit in edits] == ["codex", "kept"]
    assert FILLER not in kept[0].after
    assert "Speak of rose." in kept[0].after
    assert len(kept[0].after.splitlines()) == 6


def test_a_step_whose_edits_are_all_refused_is_not_taken_for_an_empty_budget():
    class Whole(Garden):
        """All words of a component or none: nothing may be taken out again."""

        def reflect(self, request):
            mine = [f"Speak of {word}." for word in WORDS if self.owner[word] == request.component]
            return Reflection("\n".join([self.start[request.component], *mine]))

        def broken(self, texts):
            return [
                Breach("codex", "whole", "All or none.") for text in texts.values() if text.count("Speak") not in (0, 4)
            ]

    settings = Settings(Budget(calls=1000), seed=2, window=1, in_flight=4, patience=9)
    outcome = run(Whole(), MemoryJournal(), settings)
    assert outcome.reason == "No child was kept for 9 steps."
    assert all(text.count("Speak") == 4 for text in outcome.best.texts.values())


def test_two_edits_that_break_a_rule_only_together_are_not_both_let_in():
    class Pair(Garden):
        def broken(self, texts):
            both = all("Speak" in text for text in texts.values())
            return [Breach("codex", "pair", "Only one side may speak.")] if both else []

    journal = MemoryJournal()
    outcome = run(Pair(), journal, SETTINGS)
    assert not any(Pair().broken(member.texts) for member in outcome.members)
    assert any(child.kept for step in journal.steps for child in step.children)


def test_a_leak_is_named_as_one():
    class Leaky(Garden):
        def broken(self, texts):
            return [Breach("leak", "training text", "It copies training text.")] if "fern" in str(texts) else []

    journal = MemoryJournal()
    outcome = run(Leaky(), journal, SETTINGS)
    assert "leak" in {edit.cause for step in journal.steps for edit in step.edits}
    assert not any("fern" in str(member.texts) for member in outcome.members)


def test_an_illegal_start_is_refused():
    garden = Garden()
    garden.start = {"east": "poison", "west": ""}
    with pytest.raises(ValueError, match="No prompt may speak of poison"):
        run(garden, MemoryJournal(), SETTINGS)
    assert garden.evaluated == []


@pytest.mark.parametrize("window", [1, 4, 8])
@pytest.mark.parametrize("limit", [0, 7, 40, 111])
def test_the_budget_is_not_passed(limit, window):
    for budget in (Budget(calls=limit), Budget(evaluations=limit)):
        garden = Garden()
        outcome = run(garden, MemoryJournal(), Settings(budget, window=window, in_flight=4))
        assert outcome.state == "finished"
        assert len(garden.evaluated) <= limit
        if budget.calls is not None:
            assert len(garden.evaluated) + len(garden.reflected) <= limit


class Dear(Garden):
    """Every call costs tokens and money."""

    def evaluate(self, texts, case_id):
        found = super().evaluate(texts, case_id)
        return Evaluation(found.score, found.records, Usage(calls=2, tokens=100, money=0.01))

    def reflect(self, request):
        return Reflection(super().reflect(request).text, usage=Usage(calls=1, tokens=100, money=0.01))


@pytest.mark.parametrize("budget", [Budget(tokens=5000), Budget(money=0.5), Budget(calls=80)])
def test_tokens_and_money_are_not_passed_by_more_than_what_flies(budget):
    garden = Dear()
    outcome = run(garden, MemoryJournal(), Settings(budget, window=2, in_flight=3))
    calls = len(garden.evaluated) + len(garden.reflected)
    assert calls <= 50 + 3
    assert outcome.spent.tokens <= 100 * calls
    assert calls >= 30


def test_the_time_limit_ends_the_run():
    outcome = run(Garden(sleep=0.02), MemoryJournal(), Settings(Budget(seconds=0.2), in_flight=2))
    assert outcome.state == "finished"
    assert "0.2 seconds" in outcome.reason


def test_one_failing_case_is_recorded_and_ends_nothing():
    class Shaky(Garden):
        def evaluate(self, texts, case_id):
            if case_id in ("train-03", "check-07"):
                raise RuntimeError("the model spoke in tongues")
            return super().evaluate(texts, case_id)

    journal = MemoryJournal()
    outcome = run(Shaky(), journal, Settings(Budget(calls=200)))
    assert outcome.state == "finished"
    assert outcome.score > 0.7
    failures = {case: message for step in journal.steps for case, message in step.failures.items()}
    assert failures["check-07"] == "RuntimeError: the model spoke in tongues"
    assert outcome.best.scores["check-07"] == 0


def test_a_dead_reflector_ends_the_run_loudly_and_early():
    class Mute(Garden):
        def reflect(self, request):
            raise RuntimeError("no such model")

    garden = Mute()
    outcome = run(garden, MemoryJournal(), Settings(Budget(calls=1000)))
    assert outcome.state == "failed"
    assert "reflector failed" in outcome.reason
    assert len(garden.evaluated) < 100


@pytest.mark.parametrize("window", [1, 3])
def test_an_outage_pauses_and_what_was_paid_is_kept(window):
    class Flaky(Garden):
        left = 60

        def evaluate(self, texts, case_id):
            with self.lock:
                self.left -= 1
                if self.left < 0:
                    raise ProviderOutage("The provider does not answer.")
            return super().evaluate(texts, case_id)

    settings = Settings(Budget(calls=150), seed=2, window=window, in_flight=4)
    journal, garden = MemoryJournal(), Flaky()
    paused = run(garden, journal, settings)
    assert (paused.state, paused.reason) == ("paused", "The provider does not answer.")
    assert len(garden.evaluated) == 60
    assert len(journal.values) == len(garden.evaluated) + len(garden.reflected)

    back = Garden()
    resumed = run(back, journal, settings)
    whole = Garden()
    assert resumed.best == run(whole, MemoryJournal(), settings).best
    assert len(back.evaluated) + len(garden.evaluated) == len(whole.evaluated)


def test_an_interruption_without_words_still_says_something():
    class Gone(Garden):
        def evaluate(self, texts, case_id):
            raise Interrupted

    assert run(Gone(), MemoryJournal(), SETTINGS).reason == "The run was interrupted."


def test_a_pause_is_taken_between_steps_and_taken_up_again():
    journal = MemoryJournal()
    paused = run(Garden(), journal, SETTINGS, should_pause=lambda: len(journal.steps) >= 3)
    assert paused.state == "paused"
    assert paused.steps == len(journal.steps) - 1
    resumed = run(Garden(), journal, SETTINGS)
    assert resumed.best == run(Garden(), MemoryJournal(), SETTINGS).best


def test_splits_never_share_a_result():
    texts = {"east": "x"}
    keys = {evaluation_key("v", split, "7", texts) for split in ("train", "validation", "held-out")}
    assert len(keys) == 3

    class Same(Garden):
        def __post_init__(self):
            super().__post_init__()
            self.train_ids = self.validation_ids

    journal, garden = MemoryJournal(), Same()
    run(garden, journal, Settings(Budget(calls=100)))
    assert len(garden.evaluated) > len(set(garden.evaluated))


def test_a_case_is_tried_once_for_the_same_texts_it_reads():
    garden = Garden(sleep=0.001)
    run(garden, MemoryJournal(), Settings(Budget(calls=200), window=4, in_flight=8))
    assert len(garden.evaluated) == len(set(garden.evaluated))


def test_callers_threads_are_all_gone_after_a_run():
    run(Garden(), MemoryJournal(), SETTINGS)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("training-")]
