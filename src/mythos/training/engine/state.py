"""The state of a search and how one step's outcome is laid upon it: pure, so commits in order give one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mythos.training.engine.keys import candidate_key
from mythos.training.engine.parts import Proposed, Verdict
from mythos.training.engine.protocol import Candidate, Child, Member, Snapshot, Spent
from mythos.training.engine.ranking import best_of, ranked

REMEMBERED = 36
FRONT = 6
ASKED = 16
TRIED = 300
ASIDE = 60


@dataclass(frozen=True)
class StepOutcome:
    """What a step found, before it is committed. `measured` are validation scores of members met on the way; `starved`:
    0, or among how many steps the budget was shared when its part had no room for anything."""

    parent: Member
    proposed: Proposed
    verdict: Verdict | None
    measured: Mapping[str, Mapping[str, float]]
    starved: int = 0


def beginning(texts: Candidate) -> Snapshot:
    """Before step 0: the start alone, unmeasured."""
    key = candidate_key(texts)
    start = Member(key, dict(texts), 0, "", {}, False)
    return Snapshot(
        -1,
        (start,),
        key,
        (),
        {"stall": 0, "dead": 0, "width": 0, "starved": False, "asked": {}, "tried": [], "aside": []},
        Spent(),
    )


def changed(parent: Candidate, child: Candidate) -> tuple[str, ...]:
    """The components whose texts differ."""
    return tuple(sorted(name for name in child if child[name] != parent[name]))


def child_of(outcome: StepOutcome) -> Child | None:
    """The step's child with its verdict; None when no edit was kept, so there is no child."""
    verdict, texts = outcome.verdict, outcome.proposed.texts
    if verdict is None:
        return None
    both = [case for case in verdict.after if case in verdict.before]
    return Child(
        candidate_key(texts),
        outcome.parent.key,
        dict(texts),
        changed(outcome.parent.texts, texts),
        verdict.kept,
        verdict.cause,
        verdict.detail,
        {case: verdict.before[case] for case in both},
        {case: verdict.after[case] for case in both},
    )


def front(members: list[Member]) -> list[Member]:
    """The start, and the best of the others, in the order they came: a long run does not carry all it ever kept."""
    if len(members) <= FRONT:
        return members
    stay = {member.key for member in ranked(members[1:], best_of(members))[: FRONT - 1]}
    return [member for at, member in enumerate(members) if at == 0 or member.key in stay]


def advance(state: Snapshot, number: int, outcome: StepOutcome, cases: int, spent: Spent) -> Snapshot:
    """The state after the step: new scores, the child if it is kept, the champion, and what was rejected."""
    members = [_measured(member, outcome.measured.get(member.key, {}), cases) for member in state.members]
    child = child_of(outcome)
    kept = child is not None and child.kept
    if child is not None and outcome.verdict and kept and all(member.key != child.key for member in members):
        scores = dict(outcome.verdict.after)
        members.append(Member(child.key, child.texts, number, child.parent, scores, len(scores) >= cases))
    dead = outcome.proposed.dead
    reflected = any(edit.cause != "failed" for edit in outcome.proposed.edits)
    asked = {name: list(found) for name, found in state.memory["asked"].items()}
    for name, found in outcome.proposed.asked.items():
        asked[name] = list(dict.fromkeys([*asked.get(name, ()), *found]))[-ASKED:]
    memory = {
        "asked": asked,
        "tried": [*state.memory["tried"], *outcome.proposed.tried][-TRIED:],
        "aside": [*state.memory.get("aside", ()), *(list(line) for line in outcome.proposed.aside)][-ASIDE:],
        "stall": 0 if kept else int(state.memory["stall"]) + (number > 0),
        "dead": dead if reflected else int(state.memory["dead"]) + dead,
        "width": outcome.starved // 2 if outcome.starved > 1 else state.memory["width"],
        "starved": outcome.starved == 1,
    }
    rejected = (*state.rejected, *outcome.proposed.rejected)[-REMEMBERED:]
    if tuple(members) == state.members:  # nothing was learnt of anybody, as in most steps of a long run
        return Snapshot(number, state.members, state.best, rejected, memory, spent)
    members = front(members)
    return Snapshot(number, tuple(members), best_of(members).key, rejected, memory, spent)


def _measured(member: Member, scores: Mapping[str, float], cases: int) -> Member:
    """The member with these scores as well."""
    both = {**member.scores, **scores}
    return member if both == member.scores else replace(member, scores=both, complete=len(both) >= cases)
