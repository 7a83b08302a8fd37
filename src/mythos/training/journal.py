"""The journal of a chain in rows. Engine threads hand their words in; only the thread of the job touches the database.

Whatever is waiting is written in one commit, so sixteen calls at once cost one. A call may leave only when its row is
safe; a result is handed in without waiting and is written within the same few milliseconds.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from mythos.rituals.inserting import insert
from mythos.training.engine.protocol import Call, Interrupted, Json, StepReport
from mythos.training.jobs import others_wait
from mythos.training.models import SwarmTrainingChain, TrainingCall, TrainingStep
from mythos.training.recording import StepWriter
from mythos.work.services import LostLease

GATE = "gate"
TURN_SECONDS = 20.0  # a chain that has worked so long lets another go first
LOOK_AROUND_SECONDS = 0.3
TICK_SECONDS = 0.2
COLUMNS = ("chain", "key", "kind", "step", "state", "begun", "value", "tokens", "cost", "begun_at", "finished_at")
_FINISH = """UPDATE training_trainingcall SET state = %s, value = %s, tokens = %s, cost = %s, finished_at = %s
WHERE chain_id = %s AND key = %s"""


@dataclass(slots=True)
class _Word:
    """Something to write, and a bell for whoever waits until it is written, or refused."""

    kind: str
    body: Any
    bell: threading.Event | None = None
    refused: bool = False


@dataclass
class RowJournal:
    """A journal for the engine (any thread), and `keep_until` for the job's thread, which writes it down."""

    chain: SwarmTrainingChain
    fence: int
    writer: StepWriter
    hold: Callable[[], bool] = lambda: True
    known: dict[str, Json] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    gated: dict[str, Any] = field(default_factory=dict)
    wants_pause: bool = False
    yields: bool = False
    _words: queue.SimpleQueue[_Word] = field(default_factory=queue.SimpleQueue, repr=False)
    _stopped: str = ""
    _dead: str = ""
    _looked_at: float = 0.0
    _yield_at: float = field(default_factory=lambda: time.monotonic() + TURN_SECONDS)
    _counted_at: float = field(default_factory=time.monotonic)

    def load(self) -> None:
        """Everything this chain has paid for; where nothing was measured yet, what failed is tried again."""
        mine = TrainingCall.objects.filter(chain=self.chain)
        has_measured = mine.exclude(kind=GATE).filter(state=TrainingCall.State.DONE).exists()
        again = (TrainingCall.State.BEGUN, *(() if has_measured else (TrainingCall.State.FAILED,)))
        for key, kind, state, value in mine.values_list("key", "kind", "state", "value").iterator(chunk_size=2000):
            if kind == GATE:
                self.gated[key] = value
            elif state in again:
                self.begun.add(key)
            else:
                self.known[key] = value or {}

    def find(self, key: str) -> Json | None:
        return self.known.get(key)

    def begin(self, call: Call, kind: str = "") -> None:
        self._written(_Word("begin", (call, kind or call.kind), threading.Event()))

    def finish(self, key: str, value: Json) -> None:
        self.known[key] = value
        self._say(_Word("finish", (key, value)))

    def keep_answer(self, key: str, rows: Any) -> None:
        """What the gate found out about a text; costs nothing but time."""
        self._say(_Word("gate", (key, rows)))

    def commit_step(self, report: StepReport) -> None:
        self._written(_Word("step", report, threading.Event()))

    def should_pause(self) -> bool:
        """Asked by the engine between steps."""
        return self.wants_pause or bool(self._stopped or self._dead)

    @property
    def is_stopped(self) -> bool:
        """Whether somebody ended the chain."""
        return bool(self._stopped or self._dead)

    def keep_until(self, ended: threading.Event) -> None:
        """Write what is handed in until the engine's thread has ended and everything is written."""
        try:
            while True:
                batch = self._batch()
                if batch:
                    self._write(batch)
                elif ended.is_set():
                    return
                self._look_around()
        except BaseException as error:
            self._dead = f"The chain could not be written down: {error}"
            raise

    def wake(self) -> None:
        """Let the writing thread see at once that the engine has ended."""
        self._words.put(_Word("wake", None))

    def _say(self, word: _Word) -> None:
        if self._dead:
            raise Interrupted(self._dead)
        self._words.put(word)

    def _written(self, word: _Word) -> None:
        """Return when the word is safe; Interrupted when it never will be."""
        self._say(word)
        assert word.bell is not None
        while not word.bell.wait(1.0):
            if self._dead:
                raise Interrupted(self._dead)
        if word.refused:
            raise Interrupted(self._stopped)

    def _batch(self) -> list[_Word]:
        batch: list[_Word] = []
        try:
            batch.append(self._words.get(timeout=TICK_SECONDS))
            while True:
                batch.append(self._words.get_nowait())
        except queue.Empty:
            return [word for word in batch if word.kind != "wake"]

    def _write(self, batch: list[_Word]) -> None:
        for word in batch:
            word.refused = bool(self._stopped) and word.kind == "begin"
        with transaction.atomic():
            self._fenced([word.body for word in batch if word.kind == "finish"])
            self._begins([word.body for word in batch if word.kind == "begin" and not word.refused])
            self._gates([word.body for word in batch if word.kind == "gate"])
            self._finishes([word.body for word in batch if word.kind == "finish"])
            for word in batch:
                if word.kind == "step":
                    self.writer.write(word.body)
        for word in batch:
            if word.bell is not None:
                word.bell.set()

    def _fenced(self, finished: list[tuple[str, Json]]) -> None:
        """Count what was paid, unless somebody else has taken the chain."""
        now = time.monotonic()
        usages = [value["usage"] for _, value in finished]
        mine = SwarmTrainingChain.objects.filter(pk=self.chain.pk, fence=self.fence)
        counted = mine.update(
            calls=F("calls") + sum(usage["calls"] for usage in usages),
            tokens=F("tokens") + sum(usage["tokens"] for usage in usages),
            spent=F("spent") + sum(usage["money"] for usage in usages),
            seconds=F("seconds") + (now - self._counted_at),
        )
        if not counted:
            raise LostLease(f"chain {self.chain.pk}")
        self._counted_at = now

    def _begins(self, begins: list[tuple[Call, str]]) -> None:
        now = timezone.now()
        steps = {call.step for call, _ in begins} - self.writer.begun
        if steps:
            insert(TrainingStep, ("chain", "number", "is_done", "report", "belief_delta", "codex_tension", "calls",
                                  "tokens", "cost", "begun_at"),
                   [(self.chain.pk, step, False, {}, 0.0, 0.0, 0, 0, 0.0, now) for step in sorted(steps)])  # fmt: skip
            self.writer.begun |= steps
        fresh = [(call, kind) for call, kind in begins if call.key not in self.begun]
        state = TrainingCall.State.BEGUN.value
        insert(
            TrainingCall,
            COLUMNS,
            [(self.chain.pk, call.key, kind, call.step, state, 1, None, 0, 0.0, now, None) for call, kind in fresh],
        )
        again = [call.key for call, _ in begins if call.key in self.begun]
        if again:
            TrainingCall.objects.filter(chain=self.chain, key__in=again).update(begun=F("begun") + 1, begun_at=now)
        self.begun.update(call.key for call, _ in fresh)

    def _gates(self, answers: list[tuple[str, Any]]) -> None:
        now = timezone.now()
        done = TrainingCall.State.DONE.value
        rows = [(self.chain.pk, key, GATE, 0, done, 1, rows, 0, 0.0, now, now) for key, rows in answers]
        insert(TrainingCall, COLUMNS, rows)

    def _finishes(self, finished: list[tuple[str, Json]]) -> None:
        if not finished:
            return
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        rows = []
        for key, value in finished:
            state = TrainingCall.State.FAILED if value.get("error") else TrainingCall.State.DONE
            usage = value["usage"]
            stored = TrainingCall._meta.get_field("value").get_db_prep_save(value, connection)
            rows.append((state.value, stored, usage["tokens"], usage["money"], now, self.chain.pk, key))
        with connection.cursor() as cursor:
            cursor.executemany(_FINISH, rows)

    def _look_around(self) -> None:
        """Whether somebody paused or cancelled the chain, or took it over."""
        if time.monotonic() - self._looked_at < LOOK_AROUND_SECONDS:
            return
        self._looked_at = time.monotonic()
        if not self.hold():
            raise LostLease(f"chain {self.chain.pk}")
        state = SwarmTrainingChain.objects.filter(pk=self.chain.pk).values_list("state", flat=True).get()
        if state == SwarmTrainingChain.State.CANCELLED:
            self._stopped = "The chain was cancelled."
        elif state != SwarmTrainingChain.State.RUNNING:
            self.wants_pause = True
        elif self._looked_at > self._yield_at and others_wait():
            self.wants_pause = self.yields = True
