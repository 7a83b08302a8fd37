"""Two runs side by side: what differs between them, and whether the newer one is better."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from mythos.accounts.actors import Actor
from mythos.errors import Invalid
from mythos.rituals.models import RitualResult, RitualRun
from mythos.rituals.queries import cases_of_run, get_run
from mythos.rituals.statistics import ALPHA, MARGIN, Paired, holm, judge, paired

State = RitualRun.State


@dataclass(frozen=True, slots=True)
class CasePair:
    """One case in both runs; scores are means over repeats, empty where nothing was measured."""

    ref: str
    weight: float
    old_score: float | None
    new_score: float | None
    old_passed: float | None
    new_passed: float | None

    @property
    def is_measured(self) -> bool:
        return self.old_score is not None and self.new_score is not None


@dataclass(frozen=True, slots=True)
class Part:
    """The same comparison for one type of expectation; `corrected_p` counts all parts (Holm)."""

    name: str
    result: Paired
    corrected_p: float


@dataclass(frozen=True, slots=True)
class RunComparison:
    """The verdict, its numbers, and what could be its cause."""

    old: RitualRun
    new: RitualRun
    result: Paired
    parts: tuple[Part, ...]
    differs: tuple[str, ...]
    pairs: tuple[CasePair, ...]
    left_out: int
    is_simulated: bool

    @property
    def is_confounded(self) -> bool:
        """Whether more than one thing differs, so that none of them is known to be the cause."""
        return len(self.differs) > 1


@dataclass(frozen=True, slots=True)
class RunScores:
    """What each case of a run gave, by the content of the case, as (value, weight): passed or not, else the score."""

    values: dict[str, tuple[float, float]]
    is_binary: bool


def scores_of(run: RitualRun) -> RunScores:
    """The measured cases of a run, to be held against another run of the same cases later."""
    cases = _measured(run)
    passes = {key: _mean(case.passes) for key, case in cases.items() if case.scores}
    by_pass = all(value is not None for value in passes.values())
    values = {}
    for key in passes:
        value = passes[key] if by_pass else _mean(cases[key].scores)
        values[key] = (value or 0.0, cases[key].weight)
    return RunScores(values, by_pass and all(value in (0.0, 1.0) for value, _ in values.values()))


def compare_runs(actor: Actor, old_id: int, new_id: int, *, margin: float = MARGIN) -> RunComparison:
    """The cases both runs have with the same content, paired; cases that changed are left out and counted."""
    old, new = get_run(actor, old_id), get_run(actor, new_id)
    if not 0 < margin <= 1:
        raise Invalid("The runs cannot be compared.", fields={"margin": "More than 0, at most 1."})
    if old.ritual_id != new.ritual_id:
        raise Invalid("Only runs of the same ritual can be compared.", fields={"new": "It is of another ritual."})
    before, after = _measured(old), _measured(new)
    shared = [key for key in before if key in after]
    pairs = tuple(_pair(before[key], after[key]) for key in shared)
    measured = [pair for pair in pairs if pair.is_measured]
    left_out = cases_of_run(old).count() + cases_of_run(new).count() - 2 * len(measured)
    return RunComparison(
        old=old,
        new=new,
        result=_overall(measured, margin),
        parts=_parts([(before[key], after[key]) for key in shared], margin),
        differs=what_differs(old, new),
        pairs=pairs,
        left_out=left_out,
        is_simulated=old.is_simulated or new.is_simulated,
    )


def pooled(comparisons: Iterable[RunComparison], *, margin: float = MARGIN) -> Paired:
    """One verdict over the cases of several rituals."""
    pairs = [pair for found in comparisons for pair in found.pairs if pair.is_measured]
    return _overall(pairs, margin)


def what_differs(old: RitualRun, new: RitualRun) -> tuple[str, ...]:
    """Everything besides chance that could have made the difference."""
    checks = {
        "prompt": (old.text_sha256, old.text_role) != (new.text_sha256, new.text_role),
        "model": (old.provider, old.model) != (new.provider, new.model),
        "parameters": old.parameters != new.parameters,
        "grader": old.graders != new.graders,
        "judge": old.judge != new.judge,
        "cases": old.cases_sha256 != new.cases_sha256,
        "repeats": old.repeats != new.repeats,
    }
    return tuple(name for name, is_different in checks.items() if is_different)


@dataclass(slots=True)
class _Case:
    """What the repeats of one case gave."""

    ref: str
    weight: float
    scores: list[float]
    passes: list[float]
    by_type: dict[str, list[float]]


def _measured(run: RitualRun) -> dict[str, _Case]:
    """By content of the case; failed calls are not measured."""
    found: dict[str, _Case] = {}
    rows = RitualResult.objects.filter(run=run).select_related("case").defer("message", "attempts")
    for row in rows.iterator(chunk_size=500):
        key = f"{row.case.ref}:{row.case.sha256}"
        case = found.setdefault(key, _Case(row.case.ref, row.case.weight, [], [], defaultdict(list)))
        if row.score is not None:
            case.scores.append(row.score)
        if row.passed is not None:
            case.passes.append(float(row.passed))
        for grade in row.grades:
            if grade["value"] is not None:
                case.by_type[grade["type"]].append(grade["value"])
    return found


def _pair(old: _Case, new: _Case) -> CasePair:
    means = (_mean(values) for values in (old.scores, new.scores, old.passes, new.passes))
    return CasePair(old.ref, old.weight, *means)


def _mean(values: Iterable[float]) -> float | None:
    given = list(values)
    return sum(given) / len(given) if given else None


def _overall(pairs: list[CasePair], margin: float) -> Paired:
    """By passed or not where every case has one, else by score."""
    weights = [pair.weight for pair in pairs]
    passes = [(pair.old_passed, pair.new_passed) for pair in pairs]
    known = [(old, new) for old, new in passes if old is not None and new is not None]
    if len(known) == len(pairs):
        return _paired(known, weights, margin)
    scores = [(pair.old_score or 0.0, pair.new_score or 0.0) for pair in pairs]
    return _paired(scores, weights, margin)


def _paired(values: list[tuple[float, float]], weights: list[float], margin: float) -> Paired:
    is_binary = all(value in (0.0, 1.0) for both in values for value in both)
    return paired([new - old for old, new in values], weights, is_binary=is_binary, margin=margin)


def _parts(cases: list[tuple[_Case, _Case]], margin: float) -> tuple[Part, ...]:
    names = sorted({name for old, new in cases for name in old.by_type if name in new.by_type})
    results: list[Paired] = []
    for name in names:
        both = [(old, new) for old, new in cases if old.by_type.get(name) and new.by_type.get(name)]
        values: list[tuple[Any, Any]] = [(_mean(old.by_type[name]), _mean(new.by_type[name])) for old, new in both]
        results.append(_paired(values, [old.weight for old, _ in both], margin))
    corrected = holm([result.p_value for result in results])
    parts = []
    for name, result, p_value in zip(names, results, corrected, strict=True):
        verdict = judge(p_value, result.difference, result.interval, margin, ALPHA)
        parts.append(Part(name, replace(result, verdict=verdict), p_value))
    return tuple(parts)
