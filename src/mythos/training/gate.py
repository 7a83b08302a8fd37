"""The gate of a chain: a text may be kept only if it breaks no promise that the start kept, and copies no case.

Offline and deterministic: it compares words and sentences, and calls nobody. Stricter than the gate of a deployment:
nobody is watching, so a promise that can no longer be confirmed counts as broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mythos.codex.models import STATES, State
from mythos.codex.standing import check_expectation
from mythos.codex.terms import Expectation
from mythos.errors import MythosError
from mythos.text.carrying import Carrier, judge
from mythos.text.coverage import Coverage, coverage
from mythos.text.normalize import content_hash
from mythos.text.template import includes, variables
from mythos.training.engine.protocol import Breach
from mythos.training.leaks import Copies
from mythos.training.plan import ClauseTerm, Plan

Ask = Callable[[str, str], Coverage]
Keep = Callable[[str, list[dict[str, Any]]], None]
_RANK = {state: rank for rank, state in enumerate(STATES)}
LONGEST_GROWTH, SPARE_CHARACTERS = 4, 4000
WEIGHTS = {"block": 3.0, "warn": 2.0, "note": 1.0}


@dataclass(frozen=True, slots=True)
class Promise:
    """How one promise stands on one text."""

    name: str
    severity: str
    state: str
    reason: str


class CodexGate:
    """Holds candidates against the promises of a plan."""

    def __init__(
        self,
        plan: Plan,
        copies: Copies,
        *,
        ask: Ask = coverage,
    ) -> None:
        self._plan, self._copies, self._ask = plan, copies, ask
        self._keep: Keep = lambda key, rows: None
        self._answers: dict[str, list[Promise]] = {}

    def remember(self, known: Mapping[str, Sequence[Mapping[str, Any]]], keep: Keep) -> None:
        """Answers from before, and who keeps new ones."""
        self._answers |= {key: [Promise(**row) for row in rows] for key, rows in known.items()}
        self._keep = keep

    def broken(self, texts: Mapping[str, str]) -> list[Breach]:
        """Why these texts may not be kept; empty when they may."""
        found: list[Breach] = []
        for key, text in texts.items():
            if text != self._plan.start[key]:
                found += self._malformed(key, text) or [*self._worse(key, text), *self._copied(key, text)]
        return found

    def promises(self, component: str, text: str) -> list[Promise]:
        """How every promise about a component stands on a text; found out once for each text."""
        key = content_hash(f"{component}\n{text}")
        if key not in self._answers:
            rows = [*self._of_clauses(component, text), *self._of_expectations(component, text)]
            self._answers[key] = rows
            self._keep(key, [{name: getattr(row, name) for name in Promise.__slots__} for row in rows])
        return self._answers[key]

    def _worse(self, component: str, text: str) -> list[Breach]:
        before = {promise.name: promise.state for promise in self.promises(component, self._plan.start[component])}
        return [
            Breach("codex", promise.name, f"{promise.name} is {promise.state}. {promise.reason}", component)
            for promise in self.promises(component, text)
            if _RANK[promise.state] < _RANK[before[promise.name]]
        ]

    def _malformed(self, component: str, text: str) -> list[Breach]:
        start = self._plan.start[component]
        if not text.strip():
            return [Breach("codex", "", "The text is empty.", component)]
        if len(text) > LONGEST_GROWTH * len(start) + SPARE_CHARACTERS:
            return [Breach("codex", "", "The text has grown too long.", component)]
        try:
            same = _places(text) == _places(start)
        except MythosError as error:
            return [Breach("codex", "", error.message, component)]
        if same:
            return []
        names = ", ".join("{{" + name + "}}" for name in variables(start)) or "none"
        return [Breach("codex", "", f"The variables and included prompts have to stay: {names}.", component)]

    def _copied(self, component: str, text: str) -> list[Breach]:
        span = self._copies.longest(text, self._plan.start[component]) if self._plan.refuse_copies else ""
        return [Breach("leak", "", f"It copies a case word for word: “{span}”.", component)] if span else []

    def _of_clauses(self, component: str, text: str) -> list[Promise]:
        return [_carried(term, text, self._ask) for term in self._plan.terms if term.component == component]

    def _of_expectations(self, component: str, text: str) -> list[Promise]:
        found = []
        for key, row in self._plan.expectations:
            if key == component:
                evidence = check_expectation(Expectation(**row), text, checkpoint=None)
                found.append(Promise(row.get("clause") or row["id"], "warn", evidence.state, evidence.text))
        return found


def _carried(term: ClauseTerm, text: str, ask: Ask) -> Promise:
    carrier = Carrier(term.rule, term.anchor, term.signed, text)
    question = carrier.question
    found = judge(carrier, ask(*question) if question else None)
    return Promise(term.ref, term.severity, found.state, found.reason)


def _places(text: str) -> tuple[set[str], set[tuple[str, str]]]:
    return set(variables(text)), set(includes(text))


def tension(promises: Sequence[Promise], scores: Sequence[float]) -> tuple[float, str]:
    """Codex tension, 0–1, and the clause that pulls hardest.

    The weighted share that the current texts break: promises by severity (block 3, warn 2, note 1), and the cases'
    expectations (1 a case) by the share of them that is not met. Both halves count alike where both are there.
    """
    weight = sum(WEIGHTS[promise.severity] for promise in promises)
    broken = [promise for promise in promises if promise.state == State.BREACHED]
    halves = []
    if weight:
        halves.append(sum(WEIGHTS[promise.severity] for promise in broken) / weight)
    if scores:
        halves.append(1 - sum(scores) / len(scores))
    hardest = max(broken, key=lambda promise: WEIGHTS[promise.severity], default=None)
    return (round(sum(halves) / len(halves), 6) if halves else 0.0), hardest.name if hardest else ""
