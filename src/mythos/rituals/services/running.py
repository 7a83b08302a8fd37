"""Doing a run: what is left, side by side, kept safe batch by batch. Safe to kill and to run twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mythos import plugins
from mythos.accounts.actors import Actor
from mythos.errors import Invalid, NotConfigured, ProviderFailed
from mythos.graders.base import Ask
from mythos.providers.base import Message, Options, Provider, Reply, request_hash
from mythos.providers.calling import Line, Patience
from mythos.providers.limits import Purse
from mythos.providers.many import side_by_side
from mythos.rituals.asking import facts_of, grade_reply, storable
from mythos.rituals.expecting import Graded, case_hash
from mythos.rituals.inserting import insert
from mythos.rituals.models import RitualCase, RitualReply, RitualResult, RitualRun
from mythos.rituals.queries import cases_of_run, day_budget, get_run, spent_today
from mythos.rituals.signals import ritual_run_failed, ritual_run_finished
from mythos.rituals.summary import summarise
from mythos.rituals.talking import messages_of, options_of
from mythos.rituals.tracing import RunTrace, traced
from mythos.work.services import LostLease

CHUNK = 250
LOOK_AROUND_SECONDS = 0.3
PATIENCE = Patience()
REPLY_COLUMNS = (
    "swarm",
    "run",
    "created_at",
    "key",
    "text",
    "tokens_in",
    "tokens_out",
    "cost",
    "latency_ms",
    "model",
    "finish",
)
RESULT_COLUMNS = (
    "run",
    "case",
    "repeat",
    "attempts",
    "cause",
    "message",
    "status",
    "reply",
    "is_cached",
    "score",
    "passed",
    "grades",
    "created_at",
)
State = RitualRun.State
Hold = Callable[[], bool]
Land = Callable[[], AbstractContextManager[None]]


@dataclass(slots=True)
class Call:
    """One case in one repeat: what to send, or the reply that is known already, or why it cannot be sent."""

    case: RitualCase
    repeat: int
    messages: list[Message]
    options: Options
    key: str
    known: RitualReply | None = None
    problem: str = ""


@dataclass(slots=True)
class Ended:
    """How a call ended."""

    call: Call
    reply: Reply | None
    graded: Graded | None
    cause: str = ""
    message: str = ""
    attempts: tuple[str, ...] = ()


def execute_run(*, actor: Actor, run_id: int, hold: Hold = lambda: True, land: Land = transaction.atomic) -> RitualRun:
    """Do what is left of a run, outside any transaction; `hold` says whether it is still ours to do."""
    run = get_run(actor, run_id)
    if not _begin(run):
        with land():
            return run
    try:
        with traced(run) as trace:
            _Runner(run, hold, trace).go()
    except NotConfigured as error:
        with land():
            RitualRun.objects.filter(pk=run.pk).update(state=State.FAILED, note=f"{error.message} {error.hint}".strip())
            transaction.on_commit(partial(ritual_run_failed.send_robust, RitualRun, run_id=run.pk))
        run.refresh_from_db()
        return run
    with land():
        _finish(run)
    return run


def _begin(run: RitualRun) -> bool:
    now = timezone.now()
    mine = RitualRun.objects.filter(pk=run.pk, state__in=[State.PENDING, State.RUNNING])
    if not mine.update(state=State.RUNNING, done=RitualResult.objects.filter(run=run).count()):
        return False
    RitualRun.objects.filter(pk=run.pk, started_at=None).update(started_at=now)
    run.refresh_from_db()
    return True


def _finish(run: RitualRun) -> None:
    """Write down what came of it; a pause or a cancellation that came meanwhile keeps its word."""
    summary = summarise(run)
    complete = summary["results"] >= run.total
    state = State.DONE if complete else State.STOPPED
    note = "" if complete else "The budget is reached."
    now = timezone.now()
    mine = RitualRun.objects.filter(pk=run.pk)
    mine.filter(state=State.RUNNING).update(state=state, note=note)
    mine.update(summary=summary, done=summary["results"], finished_at=now if complete else None)
    run.refresh_from_db()
    if complete:
        transaction.on_commit(partial(ritual_run_finished.send_robust, RitualRun, run_id=run.pk))


class _Runner:
    """One pass over a run. The database is touched by the calling thread only."""

    def __init__(self, run: RitualRun, hold: Hold, trace: RunTrace) -> None:
        self.run, self.hold, self.trace = run, hold, trace
        self.swarm = run.ritual.swarm
        self.purse = Purse(limit=run.budget, spent=run.spent)
        self.day = Purse(limit=day_budget(), spent=spent_today(self.swarm))
        self.line = self._line(run.provider)
        self.ask = self._asker()
        self.stop = threading.Event()
        self.paying: dict[str, list[Call]] = {}
        self.kept: dict[str, int] = {}
        self.looked_at = time.monotonic()

    def go(self) -> None:
        most = self.line.provider.limits.concurrency
        concurrency = min(self.run.concurrency or most, most)
        for batch in side_by_side(self._calls(), self._do, concurrency=concurrency, stop=self.stop):
            if not self.hold():
                raise LostLease(f"run {self.run.pk}")
            self._save(batch)
            self._look_around()

    def _line(self, name: str) -> Line:
        provider: Provider = plugins.find("provider", name)
        return Line(provider, purses=[self.purse, self.day], patience=PATIENCE)

    def _asker(self) -> Ask | None:
        if not self.run.judge:
            return None
        line, model = self._line(self.run.judge["provider"]), self.run.judge["model"]
        options = Options(model=model, max_tokens=300)

        def ask(request: str) -> str:
            with self.trace.call(line.provider.name, options, "", None) as span:
                reply, attempts = line.chat([Message("user", request)], options)
                span.replied(reply, attempts)
            return reply.text

        return ask

    def _calls(self) -> Iterator[Call]:
        """What is left, in order. Equal requests are called once: the others wait for the one that pays."""
        ids = list(cases_of_run(self.run).values_list("pk", flat=True))
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            cases = RitualCase.objects.in_bulk(chunk)
            done = set(RitualResult.objects.filter(run=self.run, case__in=chunk).values_list("case_id", "repeat"))
            calls = [
                self._call(cases[pk], repeat)
                for pk in chunk
                for repeat in range(self.run.repeats)
                if (pk, repeat) not in done
            ]
            replies = RitualReply.objects.filter(swarm=self.swarm, key__in=[call.key for call in calls])
            known = {reply.key: reply for reply in replies}
            for call in calls:
                call.known = known.get(call.key)
                if call.known is None and call.key in self.kept:
                    call.known = RitualReply.objects.get(pk=self.kept[call.key])
                if call.known is None and not call.problem:
                    if call.key in self.paying:
                        self.paying[call.key].append(call)
                        continue
                    self.paying[call.key] = []
                yield call

    def _call(self, case: RitualCase, repeat: int) -> Call:
        options = options_of(self.run.parameters, self.run.model, repeat)
        try:
            messages = messages_of(self.run, case)
        except Invalid as error:
            return Call(case, repeat, [], options, "", problem=error.message)
        own = "" if self.run.use_cache else str(self.run.pk)
        asked = request_hash(messages, options)
        return Call(case, repeat, messages, options, case_hash({"to": self.run.provider, "asked": asked, "own": own}))

    def _do(self, call: Call) -> Ended:
        """In a thread of its own: the reply, from here or from the provider, and its grades."""
        if call.problem:
            return Ended(call, None, None, "invalid", call.problem)
        if call.known is not None:
            return Ended(call, None, self._grade(call, call.known.text, facts_of(call.known, cached=True)))
        try:
            with self.trace.call(self.run.provider, call.options, call.key, call.case) as span:
                reply, attempts = self.line.chat(call.messages, call.options)
                reply = replace(reply, text=storable(reply.text))
                span.replied(reply, attempts)
                graded = self._grade(call, reply.text, facts_of(reply, cached=False))
                span.graded(graded)
        except ProviderFailed as error:
            cause = str(error.data.get("cause", "server_error"))
            if cause == "budget":
                self.stop.set()
            return Ended(call, None, None, cause, error.message, tuple(error.data.get("causes", ())))
        return Ended(call, reply, graded, attempts=attempts)

    def _grade(self, call: Call, text: str, facts: dict[str, object]) -> Graded:
        return grade_reply(call.case, text, facts, self.ask)

    def _save(self, batch: list[Ended]) -> None:
        """Replies and results of a batch in one commit."""
        paid = {ended.call.key: ended.reply for ended in batch if ended.reply is not None}
        with transaction.atomic():
            self.kept.update(self._keep(paid))
            now = timezone.now()
            rows = [(*self._row(ended), now) for ended in self._with_waiting(batch) if ended.cause != "budget"]
            insert(RitualResult, RESULT_COLUMNS, rows)
            spent = {"spent": self.purse.spent} if self.purse.spent else {}
            RitualRun.objects.filter(pk=self.run.pk).update(done=F("done") + len(rows), **spent)

    def _keep(self, paid: dict[str, Reply]) -> dict[str, int]:
        now = timezone.now()
        fields = ((r.text, r.tokens_in, r.tokens_out, r.cost, r.latency_ms, r.model, r.finish) for r in paid.values())
        own = (self.swarm.pk, self.run.pk, now)
        insert(RitualReply, REPLY_COLUMNS, [(*own, key, *row) for key, row in zip(paid, fields, strict=True)])
        return dict(RitualReply.objects.filter(swarm=self.swarm, key__in=list(paid)).values_list("key", "pk"))

    def _with_waiting(self, batch: list[Ended]) -> Iterator[Ended]:
        for ended in batch:
            yield ended
            for call in self.paying.pop(ended.call.key, ()) if ended.call.known is None else ():
                if ended.reply is None:
                    yield Ended(call, None, None, ended.cause, ended.message, ended.attempts)
                else:
                    call.known = RitualReply.objects.get(pk=self.kept[call.key])
                    yield self._do(call)

    def _row(self, ended: Ended) -> tuple[Any, ...]:
        call, graded = ended.call, ended.graded
        mine = (self.run.pk, call.case.pk, call.repeat, list(ended.attempts), ended.cause, ended.message)
        if graded is None:
            return (*mine, RitualResult.Status.FAILED.value, None, False, None, None, [])
        reply = call.known.pk if call.known else self.kept[call.key]
        is_cached = call.known is not None
        return (*mine, RitualResult.Status.GRADED.value, reply, is_cached, graded.score, graded.passed, graded.grades)

    def _look_around(self) -> None:
        """Whether somebody paused or cancelled the run."""
        if time.monotonic() - self.looked_at < LOOK_AROUND_SECONDS:
            return
        self.looked_at = time.monotonic()
        if not RitualRun.objects.filter(pk=self.run.pk, state=State.RUNNING).exists():
            self.stop.set()
