"""`gepa` behind the same protocol, for comparison: its own search over our task, with the codex gate in its reflection.

It has no steps that can be replayed, so nothing is committed to a journal, and a run that is cut is lost. The settings
are the best we know: all components at once, minibatch 6, the rules shown, its evaluation cache off.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from types import SimpleNamespace
from typing import Any

from mythos.training.engine.keys import candidate_key
from mythos.training.engine.protocol import (
    Evaluation,
    Interrupted,
    Member,
    Outcome,
    Record,
    ReflectionRequest,
    Settings,
    Spent,
    Task,
)

VERSION = "0.1.4"
MINIBATCH = 6


class PeerMissing(ImportError):
    """The optional engine is not installed, or not in the version it was measured with."""


def run_peer(task: Task, settings: Settings, should_stop: Callable[[], bool] = lambda: False) -> Outcome:
    """Let `gepa` train on the task. Only `budget.evaluations` and `seed` of the settings mean something to it;
    `should_stop` is asked between its rounds."""
    gepa = load()
    if settings.budget.evaluations is None:
        raise ValueError("The gepa engine needs a budget of evaluations.")
    if task.broken(task.start):
        raise ValueError("The start breaks its rules.")
    adapter = _Adapter(task)
    found = gepa.optimize(
        seed_candidate=dict(task.start),
        trainset=[("train", case) for case in task.train_ids],
        valset=[("validation", case) for case in task.validation_ids],
        adapter=adapter,
        reflection_strategy=_Reflector(adapter),
        module_selector="all",
        reflection_minibatch_size=MINIBATCH,
        max_metric_calls=settings.budget.evaluations,
        cache_evaluation=False,
        stop_callbacks=lambda state: should_stop(),
        seed=settings.seed,
        logger=SimpleNamespace(log=lambda message: None),
        display_progress_bar=False,
    )
    members = tuple(_member(task, found, at) for at in range(len(found.candidates)))
    best = members[found.best_idx]
    score = float(found.val_aggregate_scores[found.best_idx])
    spent = adapter.spent
    return Outcome("finished", "gepa used its budget.", best, score, members, len(members) - 1, spent)


def load() -> Any:
    """The package, in the version it was measured with; PeerMissing says what to install."""
    try:
        found = version("gepa")
    except PackageNotFoundError as missing:
        raise PeerMissing(f"The gepa engine is optional: install it with `pip install gepa=={VERSION}`.") from missing
    if found != VERSION:
        raise PeerMissing(f"The gepa engine was measured with gepa {VERSION}; gepa {found} is installed.")
    return importlib.import_module("gepa")


def _member(task: Task, found: Any, at: int) -> Member:
    texts = dict(found.candidates[at])
    parents = [parent for parent in found.parents[at] if parent is not None]
    parent = candidate_key(found.candidates[parents[0]]) if parents else ""
    scores = {task.validation_ids[int(case)]: float(score) for case, score in found.val_subscores[at].items()}
    return Member(candidate_key(texts), texts, at, parent, scores, len(scores) == len(task.validation_ids))


@dataclass
class _Adapter:
    """What gepa calls an adapter."""

    task: Task
    propose_new_texts: None = None
    spent: Spent = field(default_factory=Spent)

    def evaluate(
        self, batch: Sequence[tuple[str, str]], candidate: Mapping[str, str], capture_traces: bool = False
    ) -> Any:
        from gepa.core.adapter import EvaluationBatch

        results = [self._try(candidate, case) for _, case in batch]
        return EvaluationBatch(
            outputs=[None] * len(results),
            scores=[result.score for result in results],
            trajectories=results if capture_traces else None,
        )

    def _try(self, candidate: Mapping[str, str], case: str) -> Evaluation:
        texts = {name: candidate[name] for name in self.task.components_of(case)}
        try:
            result = self.task.evaluate(texts, case)
        except Interrupted:
            raise
        except Exception as error:  # as in our engine, one failing case does not end the run
            result = Evaluation(0.0, error=f"{type(error).__name__}: {error}")
        self.account(result.usage.calls, result.usage.tokens, result.usage.money, evaluations=1)
        return result

    def account(self, calls: int, tokens: int, money: float, evaluations: int = 0) -> None:
        spent = self.spent
        self.spent = Spent(
            spent.calls + calls,
            spent.evaluations + evaluations,
            spent.reflections + 1 - evaluations,
            spent.tokens + tokens,
            spent.money + money,
        )

    def make_reflective_dataset(
        self, candidate: Mapping[str, str], eval_batch: Any, components_to_update: Sequence[str]
    ) -> dict[str, list[dict[str, Any]]]:
        records = [record for result in eval_batch.trajectories for record in result.records]
        return {
            name: [{"record": record} for record in records if record.component == name]
            for name in components_to_update
        }


@dataclass
class _Reflector:
    """gepa's reflection step, by the task's reflector; texts that break a rule are held back before they are tried."""

    adapter: _Adapter
    asked: int = 0

    def reflect(
        self,
        candidate: Mapping[str, str],
        reflective_dataset: Mapping[str, Sequence[Mapping[str, Record]]],
        components_to_update: Sequence[str],
    ) -> tuple[Any, _Reflector]:
        from gepa.proposer.reflective_mutation.reflection_lm import ReflectionProposal

        task, kept = self.adapter.task, dict[str, str]()
        for name in components_to_update:
            records = tuple(row["record"] for row in reflective_dataset.get(name, ()))
            if not records:
                continue
            self.asked += 1
            request = ReflectionRequest(name, candidate[name], records, tuple(task.rules), nonce=f"gepa/{self.asked}")
            answer = task.reflect(request)
            self.adapter.account(answer.usage.calls, answer.usage.tokens, answer.usage.money)
            if not task.broken({**candidate, **kept, name: answer.text}):
                kept[name] = answer.text
        return ReflectionProposal(new_texts=kept), self
