"""The one look at held-out cases: the start and the result, paired, with an interval. Never used to choose."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from mythos.rituals.models import Split
from mythos.rituals.statistics import paired
from mythos.training.engine.protocol import Call, Evaluation, Interrupted
from mythos.training.journal import RowJournal
from mythos.training.task import RitualTask

KIND = "held_out"


def measure_held_out(
    task: RitualTask, journal: RowJournal, best: Mapping[str, str], step: int, in_flight: int
) -> dict[str, Any]:
    """What the result is worth on cases that nothing was learnt from or chosen by."""
    ids = task.plan.ids(Split.HELD_OUT)
    if not ids:
        return {"n": 0, "verdict": "not measured", "why": "The rituals have no held-out cases."}
    asked = {_key(task, texts, pk): (texts, pk) for pk in ids for texts in (task.start, best)}
    with ThreadPoolExecutor(max_workers=max(1, in_flight)) as hands:
        found = dict(
            zip(asked, hands.map(lambda key: _measure(task, journal, key, *asked[key], step), asked), strict=True)
        )
    rows = [(pk, found[_key(task, task.start, pk)], found[_key(task, best, pk)]) for pk in ids]
    whole = [(pk, old, new) for pk, old, new in rows if not old["error"] and not new["error"]]
    if not whole:
        return {"n": 0, "verdict": "not measured", "why": "No held-out case got a reply that could be graded."}
    weights = [task.plan.by_case[pk].weight for pk, _, _ in whole]
    scores = [(old["score"] / by, new["score"] / by) for (_, old, new), by in zip(whole, weights, strict=True)]
    is_binary = all(score in (0.0, 1.0) for both in scores for score in both)
    result = paired([new - old for old, new in scores], weights, is_binary=is_binary)
    before, after = (
        sum(both[at] * by for both, by in zip(scores, weights, strict=True)) / sum(weights) for at in (0, 1)
    )
    return {
        "n": len(whole),
        "lost": len(rows) - len(whole),
        "before": before,
        "after": after,
        "difference": result.difference,
        "interval": list(result.interval),
        "p_value": result.p_value,
        "verdict": result.verdict,
        "needed": result.needed,
        "cases": [[pk, *both] for (pk, _, _), both in zip(whole, scores, strict=True)],
    }


def _key(task: RitualTask, texts: Mapping[str, str], case_id: str) -> str:
    read = {name: texts[name] for name in task.components_of(case_id)}
    body = json.dumps([KIND, task.versions, case_id, read], sort_keys=True)
    return f"{KIND}:{hashlib.sha256(body.encode()).hexdigest()}"


def _measure(
    task: RitualTask, journal: RowJournal, key: str, texts: Mapping[str, str], case_id: str, step: int
) -> Mapping[str, Any]:
    known = journal.find(key)
    if known is not None:
        return known
    journal.begin(Call(key, "evaluation", step, case_id), KIND)
    try:
        result = task.evaluate({name: texts[name] for name in task.components_of(case_id)}, case_id)
    except Interrupted:
        raise
    except Exception as error:  # a grader from outside may fail in any way; the case is lost, the figure is not
        result = Evaluation(0.0, error=f"{type(error).__name__}: {error}")
    value = asdict(result)
    journal.finish(key, value)
    return value
