"""Train prompts with our engine and with `gepa`, on the same simulated world in one run, compared seed by seed.

The world (`simworld.py`, a neutral file that is no part of this repository) is looked for at `../shared/bench/`, or
where `--world` says. `gepa` (`pip install gepa==0.1.4`) is run with the best settings we know for it: all components at
once, minibatch 6, the codex gate in its reflection step, the codex shown to the reflector, its evaluation cache off.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from mythos.training.engine import run  # noqa: E402
from mythos.training.engine.protocol import (  # noqa: E402
    Breach,
    Budget,
    Candidate,
    Evaluation,
    Record,
    Reflection,
    ReflectionRequest,
    Settings,
)
from mythos.training.engine.stored import MemoryJournal  # noqa: E402

WORLDS: dict[str, dict[str, Any]] = {
    "standard": {},
    "pass or fail": {"scoring": "all"},
    "fresh noise": {"noise": "fresh"},
    "noisy student": {"slip": 0.15},
    "every case uses all assistants": {"assistants_per_case": (3, 3)},
    "one assistant, one prompt": {"assistants": 1, "prompts_per_assistant": 1, "assistants_per_case": (1, 1)},
    "five assistants, 24 rules": {"assistants": 5, "rules": 24},
    "few rules": {"rules": 9, "rules_per_case": (1, 3)},
    "harsh reflector": {"p_understand": 0.6, "p_drop": 0.25, "p_harm": 0.25, "p_codex": 0.35},
    "notes do not help": {"memory_effect": 0.0},
    "validation 16": {"n_val": 16},
    "validation 100": {"n_val": 100},
    "few train cases": {"n_train": 15},
    "student guesses often": {"lucky": 0.3},
    "short prompts, slow reflector": {"max_words": 90, "p_two": 0.0},
}


@dataclass
class WorldTask:
    """The simulated world as a training task."""

    world: Any
    versions: str = "simulated"

    def __post_init__(self) -> None:
        world = self.world
        self.start: Candidate = dict(world.seed_candidate)
        self.train_ids = [case.id for case in world.train]
        self.validation_ids = [case.id for case in world.val]
        self.rules = tuple(world.codex_text)
        self._components = {case.id: world.components_of(case) for case in world.train + world.val}

    def components_of(self, case_id: str) -> tuple[str, ...]:
        return self._components[case_id]

    def evaluate(self, texts: Candidate, case_id: str) -> Evaluation:
        result = self.world.run_case({**self.start, **texts}, self.world.cases[case_id])
        records = (Record(one["Component"], one["Input"], one["Output"], one["Feedback"]) for one in result.records)
        return Evaluation(result.score, tuple(records))

    def reflect(self, request: ReflectionRequest) -> Reflection:
        notes = [*request.rules, *(edit.text for edit in request.rejected)]
        records = [{"Feedback": record.feedback} for record in request.records]
        return Reflection(self.world.reflect(request.component, request.text, records, notes, nonce=request.nonce))

    def broken(self, texts: Candidate) -> tuple[Breach, ...]:
        return tuple(Breach("codex", clause, f"It breaks {clause}.") for clause in self.world.codex(texts))


def ours(sim: Any, config: dict[str, Any], budget: Budget, window: int = 1, in_flight: int = 4) -> dict[str, Any]:
    """One run of our engine."""
    world = sim.World(sim.WorldConfig(**config))
    journal = MemoryJournal()
    settings = Settings(budget, seed=config["seed"], window=window, in_flight=in_flight)
    began = time.perf_counter()
    outcome = run(WorldTask(world), journal, settings)
    wall = time.perf_counter() - began
    kept = [child for step in journal.steps for child in step.children if child.kept]
    return {
        "legal_true": world.true_score(outcome.best.texts),
        "metric_calls": world.metric_calls,
        "reflections": world.reflect_calls,
        "steps": outcome.steps,
        "kept": len(kept),
        "illegal_kept": sum(bool(world.codex(child.texts)) for child in kept),
        "illegal_chosen": bool(world.codex(outcome.best.texts)),
        "wall_s": wall,
        "ceiling": world.ceiling(),
    }


def peer(sim: Any, config: dict[str, Any], budget: int) -> dict[str, Any]:
    """One run of gepa at its best settings."""
    world = sim.World(sim.WorldConfig(**config))
    found = sim.run_gepa(
        world, budget, seed=config["seed"], selector="all", gate="reflect", minibatch=6, notes=True, cache=False
    )
    return {
        "legal_true": found["legal_true"],
        "metric_calls": found["metric_calls"],
        "reflections": found["reflect_calls"],
        "illegal_kept": found["accepted_illegal"],
        "illegal_chosen": not found["chosen_legal"],
        "wall_s": found["wall_s"],
    }


def means(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """One line of the table."""
    line = {name: round(statistics.fmean(row[name] for row in rows), 4) for name in rows[0]}
    line["sd"] = round(statistics.stdev(row["legal_true"] for row in rows), 4) if len(rows) > 1 else 0.0
    return line


def paired(mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> dict[str, Any]:
    """Seed by seed: the mean lead, its standard error, and who won."""
    gaps = [one["legal_true"] - other["legal_true"] for one, other in zip(mine, theirs, strict=True)]
    error = statistics.stdev(gaps) / len(gaps) ** 0.5 if len(gaps) > 1 else 0.0
    wins, losses = sum(gap > 1e-9 for gap in gaps), sum(gap < -1e-9 for gap in gaps)
    return {"lead": round(statistics.fmean(gaps), 4), "error": round(error, 4), "wins": wins, "losses": losses}


def compare(sim: Any, config: dict[str, Any], budget: int, seeds: list[int], with_peer: bool) -> dict[str, Any]:
    """Both engines at the same number of cases tried; and ours at 0.55 of all the calls the peer then made."""
    mine = [ours(sim, {**config, "seed": seed}, Budget(evaluations=budget)) for seed in seeds]
    row: dict[str, Any] = {"ours": means(mine)}
    if with_peer:
        theirs = [peer(sim, {**config, "seed": seed}, budget) for seed in seeds]
        row["gepa"] = means(theirs)
        row["ours against gepa"] = paired(mine, theirs)
        frugal = [
            ours(sim, {**config, "seed": seed}, Budget(calls=int(0.55 * (one["metric_calls"] + one["reflections"]))))
            for seed, one in zip(seeds, theirs, strict=True)
        ]
        row["ours at 0.55 of gepa's calls"] = means(frugal)
        row["at 0.55 against gepa"] = paired(frugal, theirs)
    return row


def wall(sim: Any, seeds: list[int], windows: list[int]) -> dict[str, Any]:
    """600 cases of 50 ms, 16 at a time. Ideal: all that was waited for, spread evenly over 16."""
    rows: dict[str, Any] = {}
    for window in windows:
        ratios, scores, walls = [], [], []
        for seed in seeds:
            config = {"seed": seed, "latency": 0.05}
            one = ours(sim, config, Budget(evaluations=600), window=window, in_flight=16)
            ideal = (one["metric_calls"] * 0.05 + one["reflections"] * 0.2) / 16
            ratios.append(one["wall_s"] / ideal)
            walls.append(one["wall_s"])
            scores.append(one["legal_true"])
        rows[f"window {window}"] = {
            "wall_s": round(statistics.fmean(walls), 3),
            "times ideal": round(statistics.fmean(ratios), 3),
            "legal_true": round(statistics.fmean(scores), 4),
        }
    return rows


def find_world(path: Path) -> Any:
    """The simulated world's module, or None where it is not."""
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location("simworld", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["simworld"] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """One JSON object on stdout."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--world", type=Path, default=ROOT.parent / "shared" / "bench" / "simworld.py")
    options.add_argument("--seeds", default="100-111")
    options.add_argument("--other-seeds", default="200-205", help="seeds of the other worlds")
    options.add_argument("--budgets", default="300,600,1200")
    options.add_argument("--worlds", default=",".join(name.replace(",", ";") for name in WORLDS))
    options.add_argument("--skip-wall", action="store_true")
    given = options.parse_args()
    sim = find_world(given.world)
    if sim is None:
        print(json.dumps({"skipped": "The simulated world was not found; say where with --world."}))
        return
    with_peer = importlib.util.find_spec("gepa") is not None
    report: dict[str, Any] = {"gepa": "0.1.4" if with_peer else "not installed, so not compared"}
    for name in given.worlds.split(","):
        world = name.replace(";", ",")
        budgets = [int(one) for one in given.budgets.split(",")] if world == "standard" else [600]
        seeds = _seeds(given.seeds if world == "standard" else given.other_seeds)
        for budget in budgets:
            report[f"{world}, {budget} cases"] = compare(sim, WORLDS[world], budget, seeds, with_peer)
            print(world, budget, json.dumps(report[f"{world}, {budget} cases"]), file=sys.stderr, flush=True)
    if not given.skip_wall:
        report["wall"] = wall(sim, _seeds("100-101"), [1, 2, 4, 16])
    print(json.dumps(report, indent=1))


def _seeds(given: str) -> list[int]:
    first, _, last = given.partition("-")
    return list(range(int(first), int(last or first) + 1))


if __name__ == "__main__":
    main()
