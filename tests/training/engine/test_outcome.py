"""One seed, one result: whatever the timing, the threads, and wherever the run was cut."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from mythos.training.engine import run
from mythos.training.engine.protocol import Budget, Call, Json, Settings, StepReport
from mythos.training.engine.stored import MemoryJournal
from tests.training.engine.garden import Garden

BUDGET = Budget(calls=160)


def story(outcome, journal):
    """What must be the same, without the seconds and who paid."""
    steps = [
        dataclasses.replace(
            step,
            paid=0,
            spent=dataclasses.replace(step.spent, seconds=0),
            snapshot=dataclasses.replace(step.snapshot, spent=dataclasses.replace(step.snapshot.spent, seconds=0)),
        )
        for step in journal.steps
    ]
    return outcome.state, outcome.reason, outcome.best, outcome.score, outcome.members, steps


def trained(window=1, in_flight=1, sleep=0.0, journal=None, seed=5, **more):
    journal = MemoryJournal() if journal is None else journal
    garden = Garden(sleep=sleep, **more)
    outcome = run(garden, journal, Settings(BUDGET, seed=seed, window=window, in_flight=in_flight))
    return outcome, journal, garden


def test_it_learns_what_the_graders_ask_for():
    outcome, journal, garden = trained()
    assert outcome.state == "finished"
    assert outcome.score > 0.8
    before = journal.steps[0].snapshot.members[0]
    assert sum(before.scores.values()) / len(before.scores) < 0.2
    assert outcome.spent.calls == len(garden.evaluated) + len(garden.reflected) <= 160
    assert outcome.spent.evaluations == len(garden.evaluated)


@pytest.mark.parametrize("window", [1, 2, 4, 8])
def test_timing_and_threads_change_nothing(window):
    quiet, journal, _ = trained(window)
    for in_flight, sleep in [(2, 0.002), (7, 0.004), (16, 0.004)]:
        other, found, garden = trained(window, in_flight, sleep)
        assert story(other, found) == story(quiet, journal)
        assert garden.most_flying <= in_flight


def test_another_seed_is_another_run():
    one, first, _ = trained(seed=1)
    two, second, _ = trained(seed=2)
    assert story(one, first) != story(two, second)


class Cut(Exception):
    """The process dies here."""


@dataclasses.dataclass
class CutJournal(MemoryJournal):
    """Dies at the n-th thing written, and writes nothing after."""

    writes: int = 0
    last: int = 10**9

    def _write(self) -> None:
        self.writes += 1
        if self.writes > self.last:
            raise Cut

    def begin(self, call: Call) -> None:
        self._write()
        super().begin(call)

    def finish(self, key: str, value: Json) -> None:
        self._write()
        super().finish(key, value)

    def commit_step(self, report: StepReport) -> None:
        self._write()
        super().commit_step(report)


@pytest.mark.parametrize("window", [1, 3, 8])
def test_cut_anywhere_and_resumed_it_is_the_same_run(window):
    whole, journal, _ = trained(window)
    in_flight = 4
    for cut in range(1, 2 * len(journal.begun), 23):
        dead = CutJournal(last=cut)
        with pytest.raises(Cut):
            trained(window, in_flight, journal=dead)
        unfinished = {call.key for call in dead.begun} - dead.values.keys()
        assert len(unfinished) <= in_flight
        alive = MemoryJournal(dict(dead.values), list(dead.begun), list(dead.steps))
        outcome, _, _ = trained(window, in_flight, journal=alive)
        assert story(outcome, alive) == story(whole, journal)
        begun = [call.key for call in alive.begun]
        again = {key for key in begun if begun.count(key) > 1}
        assert again <= unfinished


def test_a_replay_of_a_finished_run_calls_nobody():
    outcome, journal, _ = trained(2, 4)
    again, replayed, garden = trained(2, 4, journal=MemoryJournal(dict(journal.values)))
    assert garden.evaluated == []
    assert garden.reflected == []
    assert story(again, replayed) == story(outcome, journal)
    assert [step.paid for step in replayed.steps] == [0] * len(replayed.steps)


OTHER_PROCESS = """
from mythos.training.engine import run
from mythos.training.engine.protocol import Budget, Settings
from mythos.training.engine.stored import MemoryJournal
from tests.training.engine.garden import Garden
print(run(Garden(), MemoryJournal(), Settings(Budget(calls=160), seed=5)).best.key)
"""


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_finds_the_same(hash_seed):
    root = Path(__file__).resolve().parents[3]
    place = {"PYTHONPATH": f"{root / 'src'}:{root}", "PYTHONHASHSEED": hash_seed}
    found = subprocess.run([sys.executable, "-c", OTHER_PROCESS], env=place, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == trained()[0].best.key


def test_a_step_can_be_reopened_from_its_snapshot():
    free = Settings(seed=3, steps=8)
    journal = MemoryJournal()
    whole = run(Garden(), journal, free)
    for step in (0, 3, 6):
        other = run(Garden(), MemoryJournal(), free, reopen=journal.steps[step].snapshot)
        assert other.best == whole.best
        assert other.members == whole.members
        assert other.steps == whole.steps


def test_an_outcome_does_not_depend_on_step_names_but_on_content():
    _, journal, _ = trained()
    _, _, garden = trained(journal=MemoryJournal(dict(journal.values)), versions="new graders")
    assert len(garden.evaluated) > 50
