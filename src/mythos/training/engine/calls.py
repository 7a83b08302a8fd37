"""Calls of a run: cached by content, journalled before and after, limited in number at a time and by the budget."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

from mythos.training.engine.keys import reflection_key, scope_key
from mythos.training.engine.protocol import (
    Budget,
    Call,
    Candidate,
    Evaluation,
    Interrupted,
    Journal,
    Json,
    Reflection,
    ReflectionRequest,
    Spent,
    Task,
    Usage,
)
from mythos.training.engine.stored import as_json, evaluation_of, reflection_of

Result = Evaluation | Reflection
NOT_YET = 1 << 60


class BudgetReached(Exception):
    """A limit of the budget was met; the message says which."""


def add(spent: Spent, result: Result) -> Spent:
    """The account after one more result."""
    is_case = isinstance(result, Evaluation)
    return replace(
        spent,
        calls=spent.calls + result.usage.calls,
        evaluations=spent.evaluations + is_case,
        reflections=spent.reflections + (not is_case),
        tokens=spent.tokens + result.usage.tokens,
        money=spent.money + result.usage.money,
    )


class Desk:
    """All calls of one run. A key is asked for once: whoever needs it later, or meanwhile, shares the answer."""

    def __init__(self, task: Task, journal: Journal, budget: Budget, in_flight: int) -> None:
        self.task, self.journal, self.budget = task, journal, budget
        self.pool = ThreadPoolExecutor(max_workers=in_flight, thread_name_prefix="training-call")
        self.committed: dict[str, int] = {}
        self.known: dict[str, Result] = {}
        self._reads: dict[str, tuple[str, ...]] = {}
        self._asked: dict[str, Future[Result]] = {}
        self._lock = threading.Lock()
        self._used = Spent()
        self._flying = {"evaluation": 0, "reflection": 0}
        self._began = time.monotonic()
        self.stopped = ""

    def seconds(self) -> float:
        """How long this process has been at it."""
        return time.monotonic() - self._began

    def reads(self, case_id: str) -> tuple[str, ...]:
        """The components the case reads, in the order of their names."""
        found = self._reads.get(case_id)
        if found is None:
            found = self._reads[case_id] = tuple(sorted(self.task.components_of(case_id)))
        return found

    def ask(
        self, call: Call, parse: Callable[[Json], Result], make: Callable[[], Result], paid: list[str]
    ) -> Future[Result]:
        """The result of this call, from memory, the journal, or by making it."""
        with self._lock:
            future = self._asked.get(call.key)
            if future is None:
                future = self.pool.submit(self._answer, call, parse, make, paid)
                self._asked[call.key] = future
        return future

    def _answer(
        self, call: Call, parse: Callable[[Json], Result], make: Callable[[], Result], paid: list[str]
    ) -> Result:
        stored = self.journal.find(call.key)
        if stored is not None:
            result = parse(stored)
            with self._lock:
                self._used = add(self._used, result)
            return result
        self._take_off(call)
        try:
            self.journal.begin(call)
            result = make()
            self.journal.finish(call.key, as_json(result))
            paid.append(call.key)
        except BaseException:
            self._land(call, None)
            raise
        self._land(call, result)
        return result

    def _take_off(self, call: Call) -> None:
        with self._lock:
            reason = self.stopped or self._limit(call)
            if reason:
                raise BudgetReached(reason)
            self._flying[call.kind] += 1

    def _limit(self, call: Call) -> str:
        used, limit, flying = self._used, self.budget, self._flying
        if limit.calls is not None and used.calls + sum(flying.values()) >= limit.calls:
            return f"The budget of {limit.calls} calls is used."
        tried = used.evaluations + flying["evaluation"]
        if call.kind == "evaluation" and limit.evaluations is not None and tried >= limit.evaluations:
            return f"The budget of {limit.evaluations} cases is used."
        if limit.tokens is not None and used.tokens >= limit.tokens:
            return f"The budget of {limit.tokens} tokens is used."
        if limit.money is not None and used.money >= limit.money:
            return f"The budget of {limit.money:g} is spent."
        if limit.seconds is not None and self.seconds() >= limit.seconds:
            return f"The time of {limit.seconds:g} seconds is over."
        return ""

    def _land(self, call: Call, result: Result | None) -> None:
        with self._lock:
            self._flying[call.kind] -= 1
            if result is not None:
                self._used = add(self._used, result)

    def close(self) -> None:
        """Wait for what is in flight."""
        self.pool.shutdown(wait=True)


@dataclass
class StepCalls:
    """The calls of one step. It counts what the step uses beyond its view, so the count is the same at any timing.
    `width`: how many steps share the budget while it runs."""

    desk: Desk
    step: int
    view: int
    evaluations_left: float = float("inf")
    calls_left: float = float("inf")
    width: int = 1
    used: dict[str, Result] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    paid: list[str] = field(default_factory=list)
    is_short: bool = False

    def _is_new(self, key: str) -> bool:
        return key not in self.used and self.desk.committed.get(key, NOT_YET) > self.view

    def _scope(self, texts: Candidate, case_id: str) -> Candidate:
        return {name: texts[name] for name in self.desk.reads(case_id)}

    def _keys(self, texts: Candidate, split: str, case_ids: Iterable[str]) -> dict[str, str]:
        """Case -> key of its result. Many cases read the same components, so what these say is gathered once."""
        versions, scopes = self.desk.task.versions, dict[tuple[str, ...], tuple[tuple[str, str], ...]]()
        found: dict[str, str] = {}
        for case in case_ids:
            names = self.desk.reads(case)
            scope = scopes.get(names)
            if scope is None:
                scope = scopes[names] = tuple([(name, texts[name]) for name in names])
            found[case] = scope_key(versions, split, case, scope)
        return found

    def untried(self, texts: Candidate, split: str, case_ids: Iterable[str]) -> list[str]:
        """Those of the cases that would have to be tried anew."""
        return [case for case, key in self._keys(texts, split, case_ids).items() if self._is_new(key)]

    def price(self, texts: Candidate, split: str, case_ids: Iterable[str]) -> int:
        """How many of these cases would have to be tried anew."""
        return len(self.untried(texts, split, case_ids))

    def affords(self, evaluations: int, reflections: int = 0) -> bool:
        """Whether the step's share of the budget still has room for these; where it has not, the step is short."""
        has_room = self.evaluations_left >= evaluations and self.calls_left >= evaluations + reflections
        self.is_short = self.is_short or not has_room
        return has_room

    def evaluate(self, texts: Candidate, split: str, case_ids: Sequence[str]) -> dict[str, Evaluation]:
        """Try the cases, as many at a time as the run allows."""
        return self.evaluate_both([(texts, case_ids)], split)[0]

    def evaluate_both(
        self, trials: Sequence[tuple[Candidate, Sequence[str]]], split: str
    ) -> list[dict[str, Evaluation]]:
        """Several candidates on their cases, all at the same time."""
        keys = [self._keys(texts, split, case_ids) for texts, case_ids in trials]
        known = self.desk.known
        asked = {
            key: self._ask(Call(key, "evaluation", self.step, case), evaluation_of, self._trial(texts, case))
            for (texts, _), cases in zip(trials, keys, strict=True)
            for case, key in cases.items()
            if key not in known
        }
        _settle(asked.values())
        known.update((key, future.result()) for key, future in asked.items())
        return [{case: self._noted(key, case) for case, key in cases.items()} for cases in keys]

    def _noted(self, key: str, case: str) -> Evaluation:
        result = self.desk.known[key]
        assert isinstance(result, Evaluation)
        self._note(key, result, case)
        return result

    def _trial(self, texts: Candidate, case_id: str) -> Callable[[], Evaluation]:
        def make() -> Evaluation:
            try:
                return self.desk.task.evaluate(self._scope(texts, case_id), case_id)
            except Interrupted:
                raise
            except Exception as error:
                return Evaluation(0.0, usage=Usage(), error=f"{type(error).__name__}: {error}")

        return make

    def reflect(self, requests: Sequence[ReflectionRequest]) -> list[Reflection]:
        """Ask for the rewritten texts, as many at a time as the run allows."""
        keys = [reflection_key(self.desk.task.versions, request) for request in requests]
        asked = [
            self._ask(Call(key, "reflection", self.step, request.component), reflection_of, self._rewriting(request))
            for key, request in zip(keys, requests, strict=True)
        ]
        _settle(asked)
        done: list[Reflection] = []
        for key, request, future in zip(keys, requests, asked, strict=True):
            result = future.result()
            assert isinstance(result, Reflection)
            self._note(key, result, request.component)
            done.append(result)
        return done

    def _rewriting(self, request: ReflectionRequest) -> Callable[[], Reflection]:
        def make() -> Reflection:
            try:
                return self.desk.task.reflect(request)
            except Interrupted:
                raise
            except Exception as error:
                return Reflection(request.text, error=f"{type(error).__name__}: {error}")

        return make

    def _ask(self, call: Call, parse: Callable[[Json], Result], make: Callable[[], Result]) -> Future[Result]:
        return self.desk.ask(call, parse, make, self.paid)

    def _note(self, key: str, result: Result, subject: str) -> None:
        if self._is_new(key):
            self.evaluations_left -= isinstance(result, Evaluation)
            self.calls_left -= result.usage.calls
        self.used[key] = result
        if result.error:
            self.failures[subject] = result.error


def _settle(asked: Iterable[Future[Result]]) -> None:
    """What was paid for is kept even when a neighbour failed: wait for all before any error is raised."""
    wait([future for future in asked if not future.done()])
