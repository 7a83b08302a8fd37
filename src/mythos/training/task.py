"""The task of a chain: rituals' cases, asked and graded as in a ritual's run; the reflector; the gate. No database."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mythos.errors import Invalid, NotConfigured, ProviderFailed
from mythos.graders.base import Ask
from mythos.providers.base import Options, Reply
from mythos.providers.calling import Line
from mythos.rituals.asking import ask_and_grade
from mythos.rituals.expecting import Graded
from mythos.rituals.models import RitualCase, Split
from mythos.rituals.talking import conversation, options_of
from mythos.training.engine.protocol import (
    Breach,
    Evaluation,
    Interrupted,
    ProviderOutage,
    Record,
    Reflection,
    ReflectionRequest,
    Usage,
)
from mythos.training.gate import CodexGate
from mythos.training.plan import Plan
from mythos.training.reflecting import (
    reflection_from,
    request_messages,
    request_options,
    scripted_reflection,
    wanted,
)

# Nobody answers at all, whatever is asked; the others may be the fault of one request.
AWAY = ("unreachable", "rate_limited")
MAYBE_AWAY = ("server_error", "timeout")
MOST_LOST = 12  # cases that fail before any was measured


class OutOfMoney(Interrupted):
    """The next call might cost more than the chain may spend."""


class Unmeasured(Interrupted):
    """Nothing comes back that could be measured; what is tried next would not either."""


@dataclass
class RitualTask:
    """What the engine works on. `is_patient`: a failing server pauses the chain, instead of failing the one case.
    `has_measured`: a case was measured before, so the next that fails may be at fault itself."""

    plan: Plan
    cases: Mapping[int, RitualCase]
    gate: CodexGate
    line: Line
    model: str
    reflector: Line
    reflector_model: str
    judges: Callable[[], tuple[Ask | None, list[Reply]]] = lambda: (None, [])
    is_patient: bool = True
    has_measured: bool = False
    interruption: Interrupted | None = None
    _rules: tuple[str, ...] = field(init=False)
    _guilty: dict[str, set[str]] = field(init=False)
    _lost: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._rules = tuple(dict.fromkeys(f"{term.ref}: {term.anchor or term.rule}" for term in self.plan.terms))
        self._guilty = {}
        for term in self.plan.terms:
            self._guilty.setdefault(term.ref, set()).add(term.component)

    @property
    def start(self) -> Mapping[str, str]:
        return self.plan.start

    @property
    def train_ids(self) -> Sequence[str]:
        return self.plan.ids(Split.TRAIN)

    @property
    def validation_ids(self) -> Sequence[str]:
        return self.plan.ids(Split.VALIDATION)

    @property
    def rules(self) -> Sequence[str]:
        return self._rules

    @property
    def versions(self) -> str:
        told = {
            "provider": self.line.provider.name,
            "model": self.model,
            "parameters": self.plan.parameters,
            "graders": self.plan.graders,
            "judge": self.plan.judge,
            "reflector": [self.reflector.provider.name, self.reflector_model],
        }
        return json.dumps(told, sort_keys=True, default=str)

    def components_of(self, case_id: str) -> Sequence[str]:
        return self.plan.voice_of(case_id).components

    def evaluate(self, texts: Mapping[str, str], case_id: str) -> Evaluation:
        try:
            found = self._evaluate(texts, case_id)
        except NotConfigured as error:
            raise self._interrupted(Unmeasured(f"{error.message} {error.hint}".strip())) from error
        with self._lock:
            self.has_measured = self.has_measured or not found.error
            self._lost += bool(found.error)
            if not self.has_measured and self._lost >= min(MOST_LOST, len(self.validation_ids)):
                raise self._interrupted(Unmeasured(f"Nothing could be measured. {found.error}"))
        return found

    def _evaluate(self, texts: Mapping[str, str], case_id: str) -> Evaluation:
        planned = self.plan.by_case[case_id]
        case, voice = self.cases[planned.id], self.plan.voice_of(case_id)
        try:
            messages = conversation(self.plan.spoken(case_id, texts), voice.role, case)
        except Invalid as error:
            return Evaluation(0.0, usage=Usage(0), error=error.message)
        options: Options = options_of(self.plan.parameters, self.model, 0)
        ask, asked = self.judges()
        try:
            answered = ask_and_grade(self.line, case, messages, options, ask)
        except ProviderFailed as error:
            usage, why = self._why(error)
            return Evaluation(0.0, usage=usage, error=why)
        replies = [answered.reply, *asked]
        usage = Usage(len(replies), sum(r.tokens_in + r.tokens_out for r in replies), sum(r.cost or 0 for r in replies))
        if answered.graded.score is None:
            return Evaluation(0.0, usage=usage, error="None of its expectations could be measured.")
        records = self._records(case_id, case, answered.reply.text, answered.graded)
        return Evaluation(answered.graded.score * planned.weight, tuple(records), usage)

    def reflect(self, request: ReflectionRequest) -> Reflection:
        if self.reflector.provider.is_simulated:
            return scripted_reflection(request)
        options = request_options(request, self.reflector_model)
        try:
            reply, _ = self.reflector.chat(request_messages(request), options)
        except NotConfigured as error:
            raise self._interrupted(Unmeasured(f"{error.message} {error.hint}".strip())) from error
        except ProviderFailed as error:
            usage, why = self._why(error)
            return Reflection("", usage=usage, error=why)
        return reflection_from(reply)

    def broken(self, texts: Mapping[str, str]) -> Sequence[Breach]:
        with self._lock:
            return self.gate.broken(texts)

    def _records(self, case_id: str, case: RitualCase, reply: str, graded: Graded) -> list[Record]:
        """What was not met, said of the prompt its ritual tries out, and of those under contract to the clause."""
        planned = self.plan.by_case[case_id]
        read = set(self.components_of(case_id))
        values = {entry["id"]: entry.get("value") for entry in case.expectations}
        found = []
        for grade in graded.grades:
            if grade["value"] is None or grade["value"] >= 1.0:
                continue
            feedback = wanted(grade["type"], values.get(grade["id"]), grade["explanation"])
            guilty = {planned.about} | self._guilty.get(grade.get("clause", ""), set())
            found += [Record(key, case.input, reply, feedback) for key in sorted(guilty & read)]
        return found

    def _why(self, error: ProviderFailed) -> tuple[Usage, str]:
        """What a failed call cost and why it failed, unless it is not the case's fault: then the whole chain waits."""
        cause = str(error.data.get("cause", "server_error"))
        if cause == "budget":
            raise self._interrupted(OutOfMoney(error.message))
        if cause in AWAY or (cause in MAYBE_AWAY and self.is_patient):
            raise self._interrupted(ProviderOutage(error.message))
        return Usage(1), f"{cause}: {error.message}"

    def _interrupted(self, interruption: Interrupted) -> Interrupted:
        self.interruption = self.interruption or interruption
        return interruption
