"""The loop: steps read a fixed committed view, run at the same time, and are committed in order."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from mythos.training.engine.calls import BudgetReached, Desk, StepCalls, add
from mythos.training.engine.protocol import Interrupted, Journal, Outcome, Settings, Snapshot, State, Task
from mythos.training.engine.ranking import mean
from mythos.training.engine.reporting import report_of
from mythos.training.engine.state import StepOutcome, advance, beginning
from mythos.training.engine.step import Draft, drafting_step, final_step, measuring_step, racing_step
from mythos.training.engine.strategy import WIDE, Strategy, usual


def run(
    task: Task,
    journal: Journal,
    settings: Settings,
    *,
    should_pause: Callable[[], bool] = lambda: False,
    reopen: Snapshot | None = None,
    strategy: Strategy | None = None,
) -> Outcome:
    """Train until the budget, the limits or a pause end it. The same task, settings and journal give the same result,
    whenever and however often it is interrupted. Raises `ValueError` when the start itself is not legal."""
    breaches = task.broken(task.start)
    if breaches:
        raise ValueError("The start breaks its rules: " + "; ".join(breach.message for breach in breaches))
    desk = Desk(task, journal, settings.budget, settings.in_flight)
    try:
        parts = strategy or usual(settings.window)
        return _Run(desk, settings, parts, reopen or beginning(task.start)).go(should_pause)
    finally:
        desk.close()


EAGER = 4  # steps in flight of a wide window while children are kept
ROOM = 36  # cases that a step in flight is reserved: a round, and most of a race


class _Run:
    def __init__(self, desk: Desk, settings: Settings, strategy: Strategy, state: Snapshot) -> None:
        self.desk, self.settings, self.strategy = desk, settings, strategy
        self.state = state
        self.views = {state.step: state}
        self.shares: dict[int, tuple[float, float]] = {}
        self.flying: dict[int, tuple[StepCalls, Future[StepOutcome | Draft]]] = {}
        self.next = state.step + 1
        # Step 0 measures the start for all; a reopened run begins from its snapshot.
        self.floor = max(state.step, 0)

    def go(self, should_pause: Callable[[], bool]) -> Outcome:
        with ThreadPoolExecutor(max_workers=self.settings.window, thread_name_prefix="training-step") as threads:
            try:
                while True:
                    paused = should_pause()
                    while not paused and self._begin(threads):
                        pass
                    if not self.flying:
                        return self._outcome("paused", "Paused on request.") if paused else self._close()
                    self._commit()
            except Interrupted as interruption:
                self.desk.stopped = str(interruption) or "The run was interrupted."
                return self._outcome("paused", self.desk.stopped)
            except BudgetReached as reached:
                self.desk.stopped = str(reached)
                return self._outcome("finished", self.desk.stopped)

    def _view_of(self, number: int) -> Snapshot | None:
        """What step `number` reads, or None when that is not committed yet. When shares of the budget grow too small to
        be of use, fewer steps go at a time; since that is read from committed states, it is the same at any timing."""
        view = self.views.get(max(number - self.settings.window, self.floor))
        while view is not None:
            at = max(number - self._width(view), self.floor)
            if at <= view.step:
                return view
            view = self.views.get(at)
        return None

    def _width(self, view: Snapshot) -> int:
        """How many steps share the budget. While children are kept a wide window holds back, for a step that reads an
        old champion is worth less; and never more go at a time than the rest of the budget has room for."""
        window = self.settings.window
        if window >= WIDE:
            window = window if view.memory["stall"] else min(window, EAGER)
            window = int(min(window, max(1, self._room(view) // ROOM)))
        return int(view.memory["width"]) or window

    def _room(self, view: Snapshot) -> float:
        limit, spent = self.settings.budget, view.spent
        return min(_left(limit.evaluations, spent.evaluations), _left(limit.calls, spent.calls))

    def _begin(self, threads: ThreadPoolExecutor) -> bool:
        number = self.next
        view = self._view_of(number) if number else self.state
        if view is None or len(self.flying) >= self.settings.window or self._end(view):
            return False
        calls = self._calls(number, view)
        work = drafting_step if number else measuring_step
        self.flying[number] = (
            calls,
            threads.submit(work, self.strategy, self.desk.task, view, calls, self.settings.seed),
        )
        self.next += 1
        return True

    def _calls(self, number: int, view: Snapshot) -> StepCalls:
        """The step's share of the budget, from what its view knows alone: never more than can be there."""
        flying = [self.shares[other] for other in range(view.step + 1, number)]
        ways = max(1, self._width(view) - len(flying))
        limit = self.settings.budget
        evaluations = _left(limit.evaluations, view.spent.evaluations)
        spent = view.spent
        calls = min(
            _left(limit.calls, view.spent.calls),
            _in_calls(_left(limit.tokens, spent.tokens), spent.tokens, spent.calls),
            _in_calls(_left(limit.money, spent.money), spent.money, spent.calls),
        )
        share = (
            _part(evaluations, [one for one, _ in flying], ways),
            _part(calls, [one for _, one in flying], ways),
        )
        self.shares[number] = share
        return StepCalls(self.desk, number, view.step, *share, width=self._width(view))

    def _end(self, view: Snapshot) -> tuple[State, str] | None:
        failure = self.strategy.stopping.failure(view)
        if failure:
            return "failed", failure
        reason = self.strategy.stopping.reason(view, self.settings)
        if self.settings.window >= WIDE and view.step > 0 and self._room(view) < 2 * ROOM:
            # Going on one by one would take longer than all before; the finalists can use what is left.
            reason = reason or "The budget leaves no room for several steps at a time."
        return ("finished", reason) if reason else None

    def _commit(self) -> None:
        number = self.state.step + 1
        calls, future = self.flying[number]
        found = future.result()
        if isinstance(found, Draft):
            found = racing_step(self.strategy, self.desk.task, self.state, calls, self.settings.seed, found)
        outcome = found
        del self.flying[number]
        before, spent = self.state, self.state.spent
        for key, result in calls.used.items():
            if key not in self.desk.committed:
                self.desk.committed[key] = number
                spent = add(spent, result)
        spent = replace(spent, seconds=self.desk.seconds())
        self.state = advance(before, number, outcome, len(self.desk.task.validation_ids), spent)
        self.views[number] = self.state
        if len(self.views) > self.settings.window + 1:
            del self.views[min(self.views)]
        self.desk.journal.commit_step(report_of(before, self.state, outcome, calls, self.settings.seed))

    def _close(self) -> Outcome:
        """The search is over: finish measuring the finalists, and say why it ended."""
        end = self._end(self.state)
        assert end is not None
        number = self.next
        calls = self._calls(number, self.state)
        done: Future[StepOutcome | Draft] = Future()
        done.set_result(final_step(self.strategy, self.desk.task, self.state, calls, self.settings.seed))
        self.flying[number] = (calls, done)
        self._commit()
        return self._outcome(*end)

    def _outcome(self, state: State, reason: str) -> Outcome:
        best = next(member for member in self.state.members if member.key == self.state.best)
        spent = self.state.spent
        return Outcome(state, reason, best, mean(best.scores), self.state.members, self.state.step, spent)


def _left(limit: float | None, used: float) -> float:
    return math.inf if limit is None else max(0.0, limit - used)


def _in_calls(left: float, used: float, calls: int) -> float:
    """How many calls a rest of tokens or money is good for, at what calls have cost so far."""
    return left * calls / used if used else math.inf


def _part(left: float, taken: list[float], ways: int) -> float:
    """One of `ways` equal parts of what is left when the steps in flight have taken theirs."""
    return left if left == math.inf else max(0.0, left - sum(taken)) // ways
