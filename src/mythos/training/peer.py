"""A chain whose search is gepa's: the same task, gate, budget and journal, and what it found told as steps afterwards.

gepa keeps no steps. A chain that was cut begins its search again from the same seed, with every paid result at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mythos.training.engine import gepa_peer
from mythos.training.engine.calls import BudgetReached, Desk
from mythos.training.engine.keys import evaluation_key, random_state, reflection_key
from mythos.training.engine.protocol import (
    Breach,
    Call,
    Candidate,
    Child,
    Edit,
    Evaluation,
    Interrupted,
    Journal,
    Member,
    Outcome,
    Reflection,
    ReflectionRequest,
    Settings,
    Snapshot,
    Spent,
    StepReport,
    Task,
)
from mythos.training.engine.ranking import mean
from mythos.training.engine.state import beginning
from mythos.training.engine.stored import evaluation_of, reflection_of

ENGINE = "gepa"


def why_not() -> str:
    """Why this engine cannot be chosen here; empty when it can."""
    try:
        gepa_peer.load()
    except gepa_peer.PeerMissing as missing:
        return str(missing)
    return ""


def search(task: Task, journal: Journal, settings: Settings, should_pause: Callable[[], bool]) -> Outcome:
    """gepa's search, its calls written down as any others; it ends before the budget could be passed."""
    desk = Desk(task, journal, settings.budget, in_flight=1)
    kept = KeptTask(task, desk, should_pause)
    cases = settings.budget.calls or settings.budget.evaluations
    budget = replace(settings.budget, evaluations=cases)
    try:
        outcome = gepa_peer.run_peer(kept, replace(settings, budget=budget), should_stop=kept.is_nearly_spent)
    except Interrupted as interruption:
        start = beginning(task.start).members[0]
        return Outcome("paused", str(interruption), start, 0.0, (start,), 0, kept.spent)
    finally:
        desk.close()
    for report in _told(task, outcome, settings.seed, kept.spent):
        journal.commit_step(report)
    return replace(outcome, spent=kept.spent)


@dataclass
class KeptTask:
    """The task with every call through the desk: found again by its content, written down, counted."""

    task: Task
    desk: Desk
    should_pause: Callable[[], bool]
    spent: Spent = field(default_factory=Spent)

    @property
    def start(self) -> Candidate:
        return self.task.start

    @property
    def train_ids(self) -> Sequence[str]:
        return self.task.train_ids

    @property
    def validation_ids(self) -> Sequence[str]:
        return self.task.validation_ids

    @property
    def rules(self) -> Sequence[str]:
        return self.task.rules

    @property
    def versions(self) -> str:
        return self.task.versions

    def components_of(self, case_id: str) -> Sequence[str]:
        return self.task.components_of(case_id)

    def broken(self, texts: Candidate) -> Sequence[Breach]:
        return self.task.broken(texts)

    def evaluate(self, texts: Candidate, case_id: str) -> Evaluation:
        split = "train" if case_id in self.task.train_ids else "validation"
        call = Call(evaluation_key(self.versions, split, case_id, texts), "evaluation", 1, case_id)
        found = self._ask(call, evaluation_of, lambda: self.task.evaluate(texts, case_id))
        assert isinstance(found, Evaluation)
        return found

    def reflect(self, request: ReflectionRequest) -> Reflection:
        call = Call(reflection_key(self.versions, request), "reflection", 1, request.component)
        found = self._ask(call, reflection_of, lambda: self.task.reflect(request))
        assert isinstance(found, Reflection)
        return found

    def is_nearly_spent(self) -> bool:
        """Whether another round (two minibatches, a reflection a component, the whole validation set) might pass it."""
        budget, spent = self.desk.budget, self.spent
        most = 2 * gepa_peer.MINIBATCH + 2 * len(self.start) + len(self.validation_ids)
        each = max(1, spent.calls)
        over = budget.calls is not None and spent.calls + most > budget.calls
        over = over or (budget.tokens is not None and spent.tokens * (1 + most / each) > budget.tokens)
        over = over or (budget.money is not None and spent.money * (1 + most / each) > budget.money)
        return over or (budget.seconds is not None and self.desk.seconds() > budget.seconds)

    def _ask(
        self, call: Call, parse: Callable[..., Evaluation | Reflection], make: Callable[[], Evaluation | Reflection]
    ) -> Evaluation | Reflection:
        if self.should_pause():
            raise Interrupted("Paused on request.")
        is_new = call.key not in self.desk.committed
        try:
            found = self.desk.ask(call, parse, make, []).result()
        except BudgetReached as reached:  # a round longer than any before it; what was paid for stays
            raise Interrupted(str(reached)) from reached
        if is_new:
            self.desk.committed[call.key] = 1
            self.spent = _add(self.spent, found)
        return found


def _add(spent: Spent, found: Evaluation | Reflection) -> Spent:
    is_case = isinstance(found, Evaluation)
    return replace(
        spent,
        calls=spent.calls + found.usage.calls,
        evaluations=spent.evaluations + is_case,
        reflections=spent.reflections + (not is_case),
        tokens=spent.tokens + found.usage.tokens,
        money=spent.money + found.usage.money,
    )


def _told(task: Task, outcome: Outcome, seed: int, spent: Spent) -> list[StepReport]:
    """One step for the start and one for every candidate gepa kept, in its order."""
    reports: list[StepReport] = []
    memory = beginning(task.start).memory
    for number, member in enumerate(outcome.members):
        members = outcome.members[: number + 1]
        best = outcome.best if outcome.best in members else max(members, key=lambda one: mean(one.scores))
        total = spent if member is outcome.members[-1] else Spent()
        parent = next((one for one in members if one.key == member.parent), outcome.members[0])
        snapshot = Snapshot(number, members, best.key, (), memory, total)
        reports.append(
            StepReport(
                step=number,
                view=number - 1,
                parent=parent.key,
                children=(_child(parent, member),) if number else (),
                edits=_edits(parent, member) if number else (),
                train_before={},
                train_after={},
                failures={},
                notes=(),
                front=tuple(one.key for one in members),
                best=best.key,
                random_state=random_state(seed, number),
                snapshot=snapshot,
                spent=total,
                paid=0,
            )
        )
    return reports


def _child(parent: Member, member: Member) -> Child:
    both = sorted(member.scores.keys() & parent.scores.keys())
    before, after = ({case: one.scores[case] for case in both} for one in (parent, member))
    changed = tuple(sorted(_changed(parent.texts, member.texts)))
    return Child(member.key, parent.key, member.texts, changed, True, "kept", "gepa kept it.", before, after)


def _edits(parent: Member, member: Member) -> tuple[Edit, ...]:
    names = sorted(_changed(parent.texts, member.texts))
    return tuple(
        Edit(name, parent.texts[name], member.texts[name], True, "kept", "", "Found by gepa.") for name in names
    )


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    return {name for name in after if after[name] != before[name]}
