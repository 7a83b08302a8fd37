"""What the training engine itself costs: CPU beyond the task, a plain SQLite journal included, per 500 calls.

Two worlds of fifteen components: one that has more to teach than the budget can learn (300 train and validation cases,
a poor reflector), and one that is solved by 2,000 calls (45 and 100 cases), after which a step finds nearly all it asks
for in memory and its cost falls on one or two calls. The journal writes each call before and after it, and each step
with the members it has not stored yet, as the product's journal does.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from chains import ROOT, WorldTask, find_world, run

from mythos.training.engine.protocol import Budget, Call, Json, Settings, StepReport

LARGE = {"assistants": 5, "prompts_per_assistant": 3, "rules": 24, "seed": 0}
POOR = {"p_understand": 0.35, "p_harm": 0.3, "p_drop": 0.3, "slip": 0.15}
WORLDS = {
    "not solved": {**LARGE, **POOR, "n_train": 300, "n_val": 300},
    "solved by 2,000 calls": {**LARGE, "n_val": 100},
}


class Timed(WorldTask):
    """Adds up the CPU time of the task itself."""

    own = 0.0

    def _count(self, work: Any, *args: Any) -> Any:
        began = time.thread_time()
        found = work(*args)
        self.own += time.thread_time() - began
        return found

    def evaluate(self, *args: Any) -> Any:
        return self._count(super().evaluate, *args)

    def reflect(self, *args: Any) -> Any:
        return self._count(super().reflect, *args)

    def broken(self, *args: Any) -> Any:
        return self._count(super().broken, *args)


class SqliteJournal:
    """Rows of calls and steps. `marks`: calls so far, CPU so far, and the task's part of it, at each step."""

    def __init__(self, path: Path, task: Timed) -> None:
        self.task, self.lock = task, threading.Lock()
        self.rows = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.rows.executescript(
            "pragma journal_mode=wal; pragma synchronous=normal;"
            "create table item (key text primary key, value text);"
            "create table step (number int primary key, value text)"
        )
        self.known: dict[str, Json] = {}
        self.members: set[tuple[str, int]] = set()
        self.marks = [(0, time.process_time(), 0.0)]

    def find(self, key: str) -> Json | None:
        return self.known.get(key)

    def begin(self, call: Call) -> None:
        with self.lock:
            self.rows.execute("insert or ignore into item values (?, null)", (call.key,))

    def finish(self, key: str, value: Json) -> None:
        self.known[key] = value
        with self.lock:
            self.rows.execute("update item set value = ? where key = ?", (json.dumps(value), key))

    def commit_step(self, report: StepReport) -> None:
        row = {**vars(report), "children": [vars(one) for one in report.children]}
        row |= {"edits": [vars(one) for one in report.edits], "spent": vars(report.spent), "snapshot": None}
        row["memory"] = report.snapshot.memory
        with self.lock:
            for member in report.snapshot.members:
                name = (member.key, len(member.scores))
                if name not in self.members:
                    self.members.add(name)
                    value = json.dumps(vars(member))
                    self.rows.execute("insert into item values (?, ?)", (f"{name[0]} {name[1]}", value))
            self.rows.execute("insert into step values (?, ?)", (report.step, json.dumps(row)))
        self.marks.append((report.spent.calls, time.process_time(), self.task.own))


def main() -> None:
    """One JSON object on stdout."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--world", type=Path, default=ROOT.parent / "shared" / "bench" / "simworld.py")
    options.add_argument("--calls", type=int, default=6000)
    given = options.parse_args()
    sim = find_world(given.world)
    if sim is None:
        print(json.dumps({"skipped": "The simulated world was not found; say where with --world."}))
        return
    print(json.dumps({name: cost(sim, config, given.calls) for name, config in WORLDS.items()}, indent=1))


def cost(sim: Any, config: dict[str, Any], calls: int) -> dict[str, Any]:
    """What a call costs beyond the task, on average and from 500 calls to the next."""
    task = Timed(sim.World(sim.WorldConfig(**config)))
    with tempfile.TemporaryDirectory() as place:
        journal = SqliteJournal(Path(place) / "journal.sqlite3", task)
        outcome = run(task, journal, Settings(Budget(calls=calls), patience=10**6, in_flight=4))
    curve, last = [], journal.marks[0]
    for at, mark in enumerate(journal.marks):
        if mark[0] - last[0] >= 500:
            took = (mark[1] - last[1]) - (mark[2] - last[2])
            curve.append({"calls": mark[0], "steps": at - 1, "ms a call": round(1000 * took / (mark[0] - last[0]), 2)})
            last = mark
    _, cpu, own = journal.marks[-1]
    average = 1000 * (cpu - journal.marks[0][1] - own) / outcome.spent.calls
    return {"calls": outcome.spent.calls, "ms a call": round(average, 2), "curve": curve}


if __name__ == "__main__":
    main()
