"""Going through a chain again with nothing but its stored results: whether the same comes out. Calls nobody."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from mythos.errors import Invalid
from mythos.training import peer
from mythos.training.engine import run
from mythos.training.engine.protocol import Call, Interrupted, Json, StepReport
from mythos.training.models import SwarmTrainingChain, TrainingStep
from mythos.training.services.running import Runner, settings_of


@dataclass(frozen=True)
class Replay:
    """What came of it: steps gone through, and those that came out otherwise than they are written down."""

    steps: int
    missing: int
    different: list[int]

    @property
    def is_same(self) -> bool:
        """Whether every step came out as it is written down."""
        return self.steps > 0 and not self.different


@dataclass
class _Reader:
    """A journal that only reads. A call that is not stored ends the replay."""

    known: dict[str, Json]
    steps: list[StepReport] = field(default_factory=list)
    missing: int = 0

    def find(self, key: str) -> Json | None:
        return self.known.get(key)

    def begin(self, call: Call) -> None:
        self.missing += 1
        raise Interrupted("This call was never made.")

    def finish(self, key: str, value: Json) -> None:
        raise AssertionError("a replay makes no call")

    def commit_step(self, report: StepReport) -> None:
        self.steps.append(report)


def replay_chain(chain: SwarmTrainingChain) -> Replay:
    """Every finished step from the stored results, beside what is written down of it."""
    runner = Runner(chain, lambda: True)
    if runner.plan.engine == peer.ENGINE:
        raise Invalid("A chain that gepa searched has no steps that could be gone through again.")
    done = TrainingStep.objects.filter(chain=chain, is_done=True)
    stored: dict[int, Json] = dict(done.values_list("number", "report"))
    last = max(stored, default=-1)
    reader = _Reader(runner.journal.known)
    runner.forget_new_answers()
    run(
        runner.task,
        reader,
        settings_of(runner),
        should_pause=lambda: bool(reader.steps) and reader.steps[-1].step >= last,
        reopen=runner.opening,
    )
    found = {report.step: report for report in reader.steps if report.step <= last}
    different = [number for number, report in found.items() if not _is_same(report, stored[number])]
    return Replay(len(found), len(stored) - len(found), sorted(different))


def _is_same(report: StepReport, stored: Json) -> bool:
    now = {
        "best": report.best,
        "front": list(report.front),
        "random_state": report.random_state,
        "train_after": dict(report.train_after),
        "children": [{**asdict(child), "texts": None} for child in report.children],
    }
    then = {name: stored[name] for name in now} | {
        "children": [{**child, "texts": None} for child in stored["children"]]
    }
    return json.dumps(now, sort_keys=True) == json.dumps(then, sort_keys=True)
