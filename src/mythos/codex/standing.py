"""How one promise stands: evidence, and what it adds up to. Thinks only; reads and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from mythos.codex.models import STATES, State
from mythos.codex.terms import Expectation
from mythos.errors import MythosError
from mythos.graders.base import Example, Grader, Score
from mythos.plugins import find

MOST_QUOTED = 600  # characters of a reply that are kept with the evidence
_RANK = {state: rank for rank, state in enumerate(STATES)}


@dataclass(frozen=True)
class Evidence:
    """One check and what it found; `sentence` is the sentence of the prompt, or of the reply, that decided.

    Where a reply decided, `run` and `result` lead to the whole conversation.
    """

    check: str
    state: str
    text: str
    sentence: str = ""
    checkpoint: int | None = None
    run: int | None = None
    result: int | None = None
    is_simulated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON-safe; the conversation is named only where there is one."""
        shown = asdict(self)
        return shown if self.run else {key: shown[key] for key in _ALWAYS}


_ALWAYS = ("check", "state", "text", "sentence", "checkpoint")


@dataclass(frozen=True)
class TriedReply:
    """What a run on the text under contract replied in one case."""

    text: str
    case: str
    run: int
    result: int
    by: str
    is_simulated: bool
    facts: Mapping[str, Any] = field(default_factory=dict)


def worst(states: Iterable[str]) -> str:
    """The worst of some states; nothing at all is untested."""
    return min(states, key=_RANK.__getitem__, default=State.UNTESTED.value)


def fold(evidence: Sequence[Evidence]) -> str:
    """The state of a clause: a waiver stands in for everything that is not kept."""
    found = worst(item.state for item in evidence if item.check != "waiver")
    waived = any(item.check == "waiver" for item in evidence)
    return State.WAIVED.value if waived and found != State.KEPT else found


def by_check(rows: Iterable[dict[str, Any]]) -> list[Evidence]:
    """Evidence as it was stored."""
    return [Evidence(**row) for row in rows]


def check_expectation(
    expectation: Expectation, prompt_text: str, *, checkpoint: int | None, replies: Sequence[TriedReply] = ()
) -> Evidence:
    """Grade an expectation on the prompt's own text, or on what it led to; unmeasured is untested, never kept."""
    if expectation.on == "output":
        return _check_replies(expectation, replies, checkpoint)
    name = f"expectation:{expectation.id}"
    score, problem = _score(expectation, prompt_text, {})
    if score is None or score.value is None:
        why = problem if score is None else score.explanation
        return Evidence(name, State.UNTESTED, f"{said(expectation)}: {why}", "", checkpoint)
    state = State.KEPT if score.is_met else State.BREACHED
    sentence = prompt_text[slice(*score.span)] if score.span else ""
    return Evidence(name, state, f"{said(expectation)}: {score.explanation}", sentence, checkpoint)


def _check_replies(expectation: Expectation, replies: Sequence[TriedReply], checkpoint: int | None) -> Evidence:
    """Every reply has to meet it; the first that does not is the evidence."""
    name, words = f"expectation:{expectation.id}", said(expectation)
    if not replies:
        return Evidence(name, State.UNTESTED, f"{words}: no run has tried this text.", "", checkpoint)
    broken: list[tuple[TriedReply, str]] = []
    unmeasured: list[tuple[TriedReply, str]] = []
    for reply in replies:
        score, problem = _score(expectation, reply.text, reply.facts)
        if score is None or score.value is None:
            unmeasured.append((reply, problem if score is None else score.explanation))
        elif not score.is_met:
            broken.append((reply, score.explanation))
    state = State.BREACHED if broken else State.UNTESTED if unmeasured else State.KEPT
    reply, why = (broken or unmeasured or [(replies[0], "")])[0]
    tally = {
        State.BREACHED: f"{len(broken)} of {len(replies)} replies break it; {reply.case}: {why}",
        State.UNTESTED: f"{len(unmeasured)} of {len(replies)} replies could not be measured; {reply.case}: {why}",
        State.KEPT: f"{len(replies)} of {len(replies)} replies keep it.",
    }
    return Evidence(
        name,
        state,
        f"{words}, run {reply.run} on {reply.by}: {tally[state]}",
        "" if state == State.KEPT else reply.text[:MOST_QUOTED],
        checkpoint,
        reply.run,
        reply.result,
        reply.is_simulated,
    )


def _score(expectation: Expectation, text: str, facts: Mapping[str, Any]) -> tuple[Score | None, str]:
    """The score, or why there is none."""
    try:
        grader: Grader = find("grader", expectation.type)
        return grader.grade(Example(expected=expectation.value, facts=facts), text), ""
    except MythosError as error:
        return None, error.message


def said(expectation: Expectation) -> str:
    """An expectation in one short line."""
    return f"{expectation.type} {expectation.value}" if expectation.value not in (None, "") else expectation.type
