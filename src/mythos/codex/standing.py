"""How one promise stands: evidence, and what it adds up to. Thinks only; reads and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mythos.codex.models import STATES, State
from mythos.codex.terms import Expectation
from mythos.errors import MythosError
from mythos.graders.base import Example
from mythos.plugins import find

_RANK = {state: rank for rank, state in enumerate(STATES)}


@dataclass(frozen=True)
class Evidence:
    """One check and what it found; `sentence` is the sentence of the prompt, or of the reply, that decided."""

    check: str
    state: str
    text: str
    sentence: str = ""
    checkpoint: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-safe."""
        return asdict(self)


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


def check_expectation(expectation: Expectation, prompt_text: str, *, checkpoint: int | None) -> Evidence:
    """Grade an expectation on the prompt's own text; what cannot be measured is untested, never kept."""
    name = f"expectation:{expectation.id}"
    if expectation.on == "output":
        return Evidence(name, State.UNTESTED, f"{said(expectation)}: no run has tried it.", "", checkpoint)
    try:
        score = find("grader", expectation.type).grade(Example(expected=expectation.value), prompt_text)
    except MythosError as error:
        return Evidence(name, State.UNTESTED, f"{said(expectation)}: {error.message}", "", checkpoint)
    if score.value is None:
        return Evidence(name, State.UNTESTED, f"{said(expectation)}: {score.explanation}", "", checkpoint)
    state = State.KEPT if score.value >= 1 else State.BREACHED
    sentence = prompt_text[slice(*score.span)] if score.span else ""
    return Evidence(name, state, f"{said(expectation)}: {score.explanation}", sentence, checkpoint)


def said(expectation: Expectation) -> str:
    """An expectation in one short line."""
    return f"{expectation.type} {expectation.value}" if expectation.value not in (None, "") else expectation.type
