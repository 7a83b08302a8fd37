"""What one step does: measure the start, search for a better child, or finish measuring the finalists."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mythos.training.engine.calls import StepCalls
from mythos.training.engine.carrying import carried
from mythos.training.engine.keys import candidate_key, random_state
from mythos.training.engine.parts import Proposed, Setting, Verdict
from mythos.training.engine.protocol import Member, Snapshot, Task
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


@dataclass(frozen=True)
class Draft:
    """A child and the parent it was made from; with a verdict if it has raced that parent already."""

    parent: Member
    proposed: Proposed
    verdict: Verdict | None = None


def drafting_step(strategy: Strategy, task: Task, view: Snapshot, calls: StepCalls, seed: int) -> Draft:
    """A parent and a child, made while the steps before are still under way. When the steps before its view kept
    nothing, those under way will likely keep nothing either: then it races at once against the champion it knows."""
    setting = Setting(task, view, calls.step, random_state(seed, calls.step))
    parent = strategy.selection.parent(setting)
    proposed = strategy.proposal.propose(setting, parent, calls)
    if view.memory["stall"] and candidate_key(proposed.texts) != parent.key:
        return Draft(parent, proposed, strategy.acceptance.judge(setting, parent, proposed.texts, calls))
    return Draft(parent, proposed)


def racing_step(
    strategy: Strategy, task: Task, now: Snapshot, calls: StepCalls, seed: int, draft: Draft
) -> StepOutcome:
    """The race against whoever is the champion when all steps before are committed: a child of an older champion is
    carried over to it, so that steps made at the same time add up instead of replacing one another."""
    setting = Setting(task, now, calls.step, random_state(seed, calls.step))
    champion, proposed, verdict = strategy.selection.parent(setting), draft.proposed, draft.verdict
    is_new = champion.key != draft.parent.key
    if verdict and (not is_new or not verdict.kept):
        measured = {draft.parent.key: verdict.before}
        return StepOutcome(draft.parent, proposed, verdict, measured, _starved(calls, not verdict.after))
    if is_new:
        texts = carried(task, draft.parent.texts, proposed.texts, champion.texts)
        proposed = replace(proposed, texts=texts)
    if candidate_key(proposed.texts) == champion.key:
        return StepOutcome(champion, proposed, None, {}, _starved(calls, not calls.used))
    verdict = strategy.acceptance.judge(setting, champion, proposed.texts, calls)
    return StepOutcome(champion, proposed, verdict, {champion.key: verdict.before}, _starved(calls, not verdict.after))


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
    # A step can also find nothing to do: the gate refused all, or nothing failed. That is no lack of budget.
    return calls.width if nothing_done and calls.is_short else 0
