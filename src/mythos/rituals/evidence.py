"""What finished runs say of the promises of a contract: each reply is a test of the clauses its case names.

A result counts for exactly the text it was made on, for cases that are still in use, and only when it is newer than
the clause. A run on a real model outranks a simulated one, a newer run an older one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from mythos.codex.models import State
from mythos.codex.standing import MOST_QUOTED, Evidence, TriedReply, worst
from mythos.codex.trying import RITUAL, RitualOfPrompt, Tried
from mythos.errors import MythosError
from mythos.prompts.models import PromptCheckpoint
from mythos.rituals.models import Ritual, RitualCase, RitualResult, RitualRun
from mythos.rituals.pinning import tried_text
from mythos.rituals.queries import results_of

MOST_RUNS = 20  # of one ritual that are looked through for results
MOST_REPLIES = 300  # that expectations of a contract are held against


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case stands to one clause; no run means that it was not tried."""

    case: str
    state: str
    why: str = ""
    run: RitualRun | None = None
    result: RitualResult | None = None


class RunTrials:
    """The answers of this floor to the one below."""

    def tried(self, checkpoint: PromptCheckpoint, since: Mapping[str, datetime]) -> Tried:
        rituals = list(Ritual.objects.filter(prompt=checkpoint.prompt_id).select_related("swarm", "prompt"))
        if not rituals:
            return Tried()
        evidence: dict[str, list[Evidence]] = {}
        replies: list[TriedReply] = []
        for ritual in rituals:
            runs = runs_on(ritual, checkpoint)
            for ref, outcomes in _outcomes(ritual, runs, since).items():
                evidence.setdefault(ref, []).append(_summed(ritual, ref, outcomes, checkpoint))
            replies += _replies(runs, MOST_REPLIES - len(replies))
        return Tried(evidence, replies)

    def rituals_of(self, prompt_ids: Collection[int]) -> list[RitualOfPrompt]:
        rows = RitualCase.objects.filter(ritual__prompt__in=prompt_ids, retired_version=None)
        found: dict[tuple[int, str, int], list[set[str]]] = {}
        fields = ("ritual_id", "ritual__slug", "ritual__prompt_id", "expectations")
        for pk, slug, prompt, expectations in rows.values_list(*fields):
            found.setdefault((pk, slug, prompt), []).append(named_by(expectations))
        return [
            RitualOfPrompt(pk, slug, prompt, len(cases), Counter(ref for case in cases for ref in case))
            for (pk, slug, prompt), cases in found.items()
        ]


def named_by(expectations: Iterable[Mapping[str, Any]]) -> set[str]:
    """The refs of clauses that expectations are about."""
    return {str(entry["clause"]) for entry in expectations if entry.get("clause")}


def runs_on(ritual: Ritual, checkpoint: PromptCheckpoint) -> list[RitualRun]:
    """Finished runs of the ritual on this very text, with what it includes today; the ones to believe first."""
    try:
        text = tried_text(ritual, checkpoint, None)["text_sha256"]
    except MythosError:
        return []  # what it includes is gone, so nothing was tried on the text as it would be today
    done = RitualRun.objects.filter(
        ritual=ritual, checkpoint__prompt=checkpoint.prompt_id, text_sha256=text, state=RitualRun.State.DONE
    )
    return list(done.order_by("is_simulated", "-pk")[:MOST_RUNS])


def _outcomes(
    ritual: Ritual, runs: Iterable[RitualRun], since: Mapping[str, datetime]
) -> dict[str, dict[int, Outcome]]:
    """Ref -> case -> how it stands, for the clauses of the contract that a case names."""
    in_use = RitualCase.objects.filter(ritual=ritual, retired_version=None).only("ref", "expectations")
    cases = {case.pk: case for case in in_use} if since else {}
    open_pairs = {(pk, ref) for pk, case in cases.items() for ref in named_by(case.expectations) & since.keys()}
    found: dict[str, dict[int, Outcome]] = {}
    for pk, ref in sorted(open_pairs):
        found.setdefault(ref, {})[pk] = Outcome(cases[pk].ref, State.UNTESTED)
    for run in runs:
        wanted = {pair for pair in open_pairs if run.created_at >= since[pair[1]]}
        if not wanted:
            continue
        given = _results(run, {pk for pk, _ in wanted})
        for pk, ref in wanted:
            if pk in given:
                found[ref][pk] = _outcome(cases[pk].ref, ref, run, given[pk])
                open_pairs.discard((pk, ref))
    return found


def _results(run: RitualRun, case_ids: set[int]) -> dict[int, list[RitualResult]]:
    found: dict[int, list[RitualResult]] = {}
    for result in RitualResult.objects.filter(run=run, case__in=case_ids).select_related("reply"):
        found.setdefault(result.case_id, []).append(result)
    return found


def _outcome(case: str, ref: str, run: RitualRun, results: list[RitualResult]) -> Outcome:
    """Every repeat has to keep the clause; the worst one is shown."""
    outcomes = [Outcome(case, *_judged(result, ref), run, result) for result in results]
    return _worst(outcomes)


def _judged(result: RitualResult, ref: str) -> tuple[str, str]:
    """The state one reply gives a clause, and why it is not kept."""
    grades = [grade for grade in result.grades if grade.get("clause") == ref]
    if result.status == RitualResult.Status.FAILED or not grades:
        return State.UNTESTED.value, result.message or "it was not graded."
    broken = [grade for grade in grades if grade["value"] is not None and grade["value"] < 1]
    unmeasured = [grade for grade in grades if grade["value"] is None]
    if broken:
        return State.BREACHED.value, broken[0]["explanation"]
    return (State.UNTESTED.value, unmeasured[0]["explanation"]) if unmeasured else (State.KEPT.value, "")


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    """One of the worst state, with a reply to show if there is one."""
    given = list(outcomes)
    state = worst(outcome.state for outcome in given)
    return max((outcome for outcome in given if outcome.state == state), key=lambda one: one.run is not None)


def _summed(ritual: Ritual, ref: str, outcomes: Mapping[int, Outcome], checkpoint: PromptCheckpoint) -> Evidence:
    """One piece of evidence for all cases of a ritual that name a clause."""
    decisive = _worst(outcomes.values())
    number = sum(outcome.state == decisive.state for outcome in outcomes.values())
    tally = f"{number} of {len(outcomes)} case{'' if len(outcomes) == 1 else 's'}"
    s = "s" if number == 1 else ""
    name, run, result = f"{RITUAL}{ritual.slug}", decisive.run, decisive.result
    if run is None or result is None:
        text = f"{tally} about it {'has' if number == 1 else 'have'} not been run on this text."
        return Evidence(name, State.UNTESTED, text, "", checkpoint.version)
    words = {
        State.BREACHED: f"{tally} break{s} it; {decisive.case}: {decisive.why}",
        State.UNTESTED: f"{tally} could not be measured; {decisive.case}: {decisive.why}",
        State.KEPT: f"{tally} keep{s} it.",
    }[State(decisive.state)]
    said = result.reply.text[:MOST_QUOTED] if result.reply and decisive.state != State.KEPT else ""
    text = f"Run {run.pk} on {spoken_by(run)}: {words}"
    return Evidence(name, decisive.state, text, said, checkpoint.version, run.pk, result.pk, run.is_simulated)


def spoken_by(run: RitualRun) -> str:
    """Who replied, and whether that was a language model at all."""
    return f"{run.provider} {run.model}" + (" (simulated)" if run.is_simulated else "")


def _replies(runs: Iterable[RitualRun], most: int) -> list[TriedReply]:
    """What the run to believe first replied in cases that are still in use."""
    newest = next(iter(runs), None)
    if newest is None or most <= 0:
        return []
    rows = results_of(newest).filter(Q(case__retired_version=None), reply__isnull=False)
    return [
        TriedReply(
            row.reply.text,
            row.case.ref,
            newest.pk,
            row.pk,
            spoken_by(newest),
            newest.is_simulated,
            {"cost": row.reply.cost, "tokens": row.reply.tokens_out, "finish": row.reply.finish},
        )
        for row in rows[:most]
        if row.reply is not None
    ]
