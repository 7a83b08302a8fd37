"""How far a judge model can be trusted: its verdicts beside those of people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.rituals.models import Ritual, RitualAnnotation, RitualResult
from mythos.rituals.queries import visible_runs
from mythos.rituals.statistics import Kappa, cohen_kappa

JUDGED = ("llm-rubric", "not-llm-rubric")
MOST_LOOKED_AT = 2000
Verdict = RitualAnnotation.Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """One reply and one rubric that somebody may judge; the judge's own verdict is not shown before."""

    result: RitualResult
    expectation: str
    rubric: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """People against one judge: the answers both gave, and how far they agree beyond chance."""

    judge: str
    kappa: Kappa
    unsure: int
    is_simulated: bool


def to_annotate(actor: Actor, swarm: Swarm, *, ritual: Ritual | None = None, most: int = 20) -> list[Question]:
    """Judged replies this person has said nothing about, newest run first; a reply and a rubric are asked once."""
    mine = RitualAnnotation.objects.filter(user=person(actor))
    rows = mine.values_list("result__reply_id", "result__case_id", "expectation")
    said: set[tuple[int | None, int, str]] = set(rows)
    return list(islice(_open(_judged(actor, swarm, ritual), said), most))


def _open(results: Iterable[RitualResult], said: set[tuple[int | None, int, str]]) -> Iterator[Question]:
    seen = set(said)
    for result in results:
        rubrics = {entry["id"]: str(entry.get("value") or "") for entry in result.case.expectations}
        for grade in result.grades:
            name = grade["id"]
            same = (result.reply_id, result.case_id, name)
            if grade["type"] not in JUDGED or grade["value"] is None or same in seen:
                continue
            seen.add(same)
            yield Question(result, name, rubrics.get(name, ""))


def _judged(actor: Actor, swarm: Swarm, ritual: Ritual | None) -> QuerySet[RitualResult]:
    runs = visible_runs(actor, swarm).exclude(judge={})
    if ritual is not None:
        runs = runs.filter(ritual=ritual)
    rows = RitualResult.objects.filter(Q(reply__isnull=False), run__in=runs.values("pk"), score__isnull=False)
    return rows.select_related("run", "run__ritual", "case", "reply").order_by("-run_id", "case__position", "repeat")[
        :MOST_LOOKED_AT
    ]


def agreement(actor: Actor, swarm: Swarm, *, ritual: Ritual | None = None) -> list[Agreement]:
    """Cohen's kappa of people and each judge. Where several people spoke their majority counts; a tie is left out."""
    rows = RitualAnnotation.objects.filter(result__run__in=visible_runs(actor, swarm).values("pk"))
    if ritual is not None:
        rows = rows.filter(result__run__ritual=ritual)
    said: dict[tuple[int, str], list[str]] = defaultdict(list)
    results: dict[int, RitualResult] = {}
    for row in rows.select_related("result", "result__run"):
        said[(row.result_id, row.expectation)].append(row.verdict)
        results[row.result_id] = row.result
    pairs: dict[tuple[str, bool], list[tuple[bool, bool]]] = defaultdict(list)
    unsure: Counter[tuple[str, bool]] = Counter()
    for (result_id, name), verdicts in said.items():
        result = results[result_id]
        judge, people = judge_of(result.run.judge), _majority(verdicts)
        grade = next((grade for grade in result.grades if grade["id"] == name), None)
        key = (judge, result.run.is_simulated)
        if grade is None or grade["value"] is None or people is None:
            unsure[key] += 1
        else:
            pairs[key].append((people, grade["value"] >= 1))
    keys = sorted(pairs.keys() | unsure.keys())
    return [Agreement(judge, cohen_kappa(pairs[key]), unsure[key], key[1]) for key in keys for judge in [key[0]]]


def judge_of(judge: dict[str, Any]) -> str:
    """Who judged, in words."""
    return " ".join(part for part in (judge.get("provider"), judge.get("model")) if part) or "no judge"


def _majority(verdicts: list[str]) -> bool | None:
    balance = verdicts.count(Verdict.MET) - verdicts.count(Verdict.BROKEN)
    return None if balance == 0 else balance > 0
