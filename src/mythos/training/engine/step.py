"""What one step does: measure the start, search for a better child, or finish measuring the finalists."""

from __future__ import annotations

from mythos.training.engine.calls import StepCalls
from mythos.training.engine.keys import candidate_key, random_state
from mythos.training.engine.parts import Proposed, Setting
from mythos.training.engine.protocol import Snapshot, Task
from mythos.training.engine.ranking import ranked
from mythos.training.engine.state import StepOutcome
from mythos.training.engine.strategy import Strategy

FINALISTS = 2


def measuring_step(strategy: Strategy, task: Task, view: Snapshot, calls: StepCalls, seed: int) -> StepOutcome:
    """Step 0: the first validation scores of the start."""
    start = view.members[0]
    setting = Setting(task, view, calls.step, random_state(seed, calls.step))
    scores = strategy.acceptance.measure(setting, start, calls, whole=False)
    return StepOutcome(start, Proposed(start.texts), None, {start.key: scores})


def search_step(strategy: Strategy, task: Task, view: Snapshot, calls: StepCalls, seed: int) -> StepOutcome:
    """A parent, a child, and the race between them."""
    setting = Setting(task, view, calls.step, random_state(seed, calls.step))
    parent = strategy.selection.parent(setting)
    proposed = strategy.proposal.propose(setting, parent, calls)
    if candidate_key(proposed.texts) == parent.key:
        return StepOutcome(parent, proposed, None, {}, _starved(calls, not calls.used))
    verdict = strategy.acceptance.judge(setting, parent, proposed.texts, calls)
    return StepOutcome(parent, proposed, verdict, {parent.key: verdict.before}, _starved(calls, not verdict.after))


def final_step(strategy: Strategy, task: Task, view: Snapshot, calls: StepCalls, seed: int) -> StepOutcome:
    """The finalists meet the whole set, so that an early lead by luck does not win."""
    setting = Setting(task, view, calls.step, random_state(seed, calls.step))
    champion = next(member for member in view.members if member.key == view.best)
    measured = {
        member.key: strategy.acceptance.measure(setting, member, calls, whole=True)
        for member in ranked(view.members, champion)[:FINALISTS]
    }
    return StepOutcome(champion, Proposed(champion.texts), None, measured)


def _starved(calls: StepCalls, nothing_done: bool) -> int:
    return calls.width if nothing_done else 0
