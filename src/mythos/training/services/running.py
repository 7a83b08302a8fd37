"""Doing a chain: the engine thinks in a thread of its own, this one writes down. Safe to kill, and to run twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mythos import plugins
from mythos.accounts.actors import Actor
from mythos.errors import MythosError, NotConfigured
from mythos.graders.base import Ask
from mythos.providers.base import Message, Options, Provider, Reply
from mythos.providers.calling import Line, Patience
from mythos.providers.limits import Purse
from mythos.rituals.models import RitualCase
from mythos.rituals.queries import day_budget, spent_today
from mythos.training import peer
from mythos.training.engine import run
from mythos.training.engine.gepa_peer import PeerMissing
from mythos.training.engine.protocol import Budget, Outcome, ProviderOutage, Settings, Snapshot, Spent
from mythos.training.gate import CodexGate
from mythos.training.heldout import measure_held_out
from mythos.training.journal import RowJournal
from mythos.training.leaks import Copies, texts_of
from mythos.training.models import SwarmTrainingChain
from mythos.training.plan import plan_from
from mythos.training.queries import get_chain
from mythos.training.recording import StepWriter, snapshot_at
from mythos.training.services.settling import settle
from mythos.training.signals import chain_step_finished
from mythos.training.task import OutOfMoney, RitualTask, Unmeasured

PATIENCE = Patience(attempts=4)
State = SwarmTrainingChain.State
Hold = Callable[[], bool]
Land = Callable[[], AbstractContextManager[None]]


@dataclass
class Ended:
    """How the engine's thread ended."""

    outcome: Outcome | None = None
    held_out: dict[str, Any] | None = None
    error: BaseException | None = None


def execute_chain(
    *, actor: Actor, chain_id: int, hold: Hold = lambda: True, land: Land = transaction.atomic
) -> SwarmTrainingChain:
    """Do what is left of a chain, outside any transaction; `hold` says whether it is still ours to do."""
    chain = get_chain(actor, chain_id)
    if not _take(chain):
        with land():
            return chain
    try:
        runner = Runner(chain, hold)
        ended = runner.go()
    except (NotConfigured, ValueError) as error:
        with land():
            settle(chain, "failed", str(error))
        return chain
    if ended.error is not None and not isinstance(ended.error, (MythosError, ValueError, PeerMissing)):
        raise ended.error
    with land():
        settle(chain, *runner.verdict(ended))
    return chain


def _take(chain: SwarmTrainingChain) -> bool:
    """Make the chain this worker's own; whoever had it before can write no more."""
    with transaction.atomic():
        locked = SwarmTrainingChain.objects.select_for_update(of=("self",)).defer("plan").get(pk=chain.pk)
        if locked.state not in (State.PENDING, State.RUNNING, State.OUTAGE):
            return False
        rows = SwarmTrainingChain.objects.filter(pk=chain.pk)
        rows.update(state=State.RUNNING, note="", fence=F("fence") + 1)
        rows.filter(started_at=None).update(started_at=timezone.now())
        chain.refresh_from_db()
    return True


class Runner:
    """One worker's pass over a chain."""

    def __init__(self, chain: SwarmTrainingChain, hold: Hold) -> None:
        self.chain, self.plan = chain, plan_from(chain.plan)
        self.cases = RitualCase.objects.in_bulk([case.id for case in self.plan.cases])
        self.opening = self._opening()
        copies = Copies(text for case in self.cases.values() for text in texts_of(case))
        gate = CodexGate(self.plan, copies)
        assistants = dict(chain.involved_assistants.values_list("slug", "pk"))
        self.writer = StepWriter(chain, self.plan, gate, assistants, _announce)
        self.journal = RowJournal(chain, chain.fence, self.writer, hold)
        self.writer.load()
        self.journal.load()
        gate.remember(self.journal.gated, self.journal.keep_answer)
        if self.opening is not None:
            self.writer.opening = self.opening.spent
        self.own = Purse(chain.most_money, chain.spent)
        self.day = Purse(day_budget(), spent_today(chain.swarm))
        self.task = self._task(gate)

    def go(self) -> Ended:
        """Let the engine work until it ends or is put aside."""
        ended, is_over = Ended(), threading.Event()

        def think() -> None:
            try:
                self._think(ended)
            except BaseException as error:  # handed to the job's thread, which raises or records it
                ended.error = error
            finally:
                is_over.set()
                self.journal.wake()

        thread = threading.Thread(target=think, name=f"chain-{self.chain.pk}", daemon=True)
        thread.start()
        self.journal.keep_until(is_over)
        thread.join()
        return ended

    def forget_new_answers(self) -> None:
        """For whoever only reads: what the gate finds out is not written down."""
        self.task.gate.remember({}, lambda key, rows: None)

    def verdict(self, ended: Ended) -> tuple[str, str, Outcome | None, dict[str, Any] | None]:
        """What to make of it: the kind of end, and why."""
        if ended.error is not None:
            return "failed", str(ended.error), None, None
        outcome = ended.outcome
        assert outcome is not None
        if outcome.state == "failed":
            return "failed", outcome.reason, outcome, None
        if ended.held_out is not None:
            return "finished", outcome.reason, outcome, ended.held_out
        interruption = self.task.interruption
        if isinstance(interruption, Unmeasured):
            return "failed", str(interruption), outcome, None
        if isinstance(interruption, ProviderOutage):
            return "outage", str(interruption), outcome, None
        if isinstance(interruption, OutOfMoney):
            return "paused", "The swarm's budget for the day is spent.", outcome, None
        return ("yielded" if self.journal.yields else "paused"), outcome.reason, outcome, None

    def _think(self, ended: Ended) -> None:
        """In the engine's thread: search, then the one look at held-out cases."""
        outcome = self._search(self.budget())
        if outcome.state == "paused" and isinstance(self.task.interruption, OutOfMoney) and self._is_broke():
            # The next call might cost more than is left: end the search where it stands.
            self.task.interruption = None
            outcome = self._search(replace(self.budget(), money=outcome.spent.money))
            outcome = replace(outcome, reason="The chain's budget is spent.")
        if outcome.state == "paused" and self._reached_goal() and self.task.interruption is None:
            outcome = replace(outcome, state="finished", reason="The goal is reached.")
        ended.outcome = outcome
        if outcome.state == "finished" and not self.journal.is_stopped:
            self.own.limit = None  # what the last look may cost was kept back in calls
            try:
                ended.held_out = measure_held_out(
                    self.task, self.journal, outcome.best.texts, max(0, outcome.steps), self.plan.in_flight
                )
            except (ProviderOutage, OutOfMoney, Unmeasured):
                ended.outcome = replace(outcome, state="paused")

    def _search(self, budget: Budget) -> Outcome:
        if self.plan.engine == peer.ENGINE:
            return peer.search(self.task, self.journal, settings_of(self, budget), self._should_pause)
        return run(
            self.task, self.journal, settings_of(self, budget), should_pause=self._should_pause, reopen=self.opening
        )

    def budget(self) -> Budget:
        """What is left for the search; a chain that was opened again brings along what the other had spent by then."""
        chain, before = self.chain, self.opening.spent if self.opening else Spent()
        calls = chain.most_calls - self.plan.held_out_calls + before.calls
        return Budget(
            calls=calls,
            evaluations=calls,
            tokens=None if chain.most_tokens is None else chain.most_tokens + before.tokens,
            money=None if chain.most_money is None else chain.most_money + before.money,
            seconds=None if chain.most_seconds is None else max(0.0, chain.most_seconds - chain.seconds),
        )

    def _opening(self) -> Snapshot | None:
        if self.chain.reopened_from is None or self.chain.reopened_step is None:
            return None
        return snapshot_at(self.chain.reopened_from, self.chain.reopened_step)

    def _should_pause(self) -> bool:
        return self.journal.should_pause() or self._reached_goal()

    def _reached_goal(self) -> bool:
        goal, score = self.plan.goal, self.chain.score
        return goal is not None and score is not None and score >= goal

    def _is_broke(self) -> bool:
        left = [purse.limit - purse.spent for purse in (self.own, self.day) if purse.limit is not None]
        return self.own.limit is not None and self.own.limit - self.own.spent <= min(left)

    def _task(self, gate: CodexGate) -> RitualTask:
        chain = self.chain
        return RitualTask(
            plan=self.plan,
            cases=self.cases,
            gate=gate,
            line=self._line(chain.provider),
            model=chain.model,
            reflector=self._line(chain.reflector),
            reflector_model=chain.reflector_model,
            judges=self._judges(),
            is_patient=not chain.outages or chain.calls > chain.calls_at_outage,
            has_measured=chain.score is not None or bool(self.journal.known),
        )

    def _line(self, name: str) -> Line:
        provider: Provider = plugins.find("provider", name)
        return Line(provider, purses=[self.own, self.day], patience=PATIENCE)

    def _judges(self) -> Callable[[], tuple[Ask | None, list[Reply]]]:
        """Who grades what a rubric asks for, and the replies that cost."""
        if not self.plan.judge:
            return lambda: (None, [])
        line = self._line(self.plan.judge["provider"])
        options = Options(model=self.plan.judge["model"] or line.provider.model(), max_tokens=300)

        def judge() -> tuple[Ask, list[Reply]]:
            replies: list[Reply] = []

            def ask(request: str) -> str:
                replies.append(line.chat([Message("user", request)], options)[0])
                return replies[-1].text

            return ask, replies

        return judge


def settings_of(runner: Runner, budget: Budget | None = None) -> Settings:
    """How the engine is to work on a chain."""
    plan = runner.plan
    return Settings(
        budget=budget or runner.budget(),
        seed=runner.chain.seed,
        window=plan.window,
        in_flight=plan.in_flight,
        steps=plan.steps,
        patience=plan.patience,
    )


def _announce(chain_id: int, step: int) -> None:
    transaction.on_commit(partial(chain_step_finished.send_robust, SwarmTrainingChain, chain_id=chain_id, step=step))
