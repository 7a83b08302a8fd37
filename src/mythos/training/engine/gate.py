"""The codex gate: reflections on several components at once, and only what keeps the whole candidate legal goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mythos.training.engine.calls import StepCalls
from mythos.training.engine.protocol import (
    Breach,
    Candidate,
    Edit,
    Record,
    Reflection,
    ReflectionRequest,
    RejectedEdit,
    Task,
)
from mythos.training.engine.relevance import LEFT_OUT, unasked, without


@dataclass(frozen=True)
class Gate:
    """Asks the reflector and judges what it gives, before any case is spent on it."""

    task: Task
    calls: StepCalls
    random_state: str
    asked: Mapping[str, Sequence[str]]  # what graders complained about so far, by component

    def edit(
        self,
        texts: Candidate,
        records: Mapping[str, Sequence[Record]],
        rejected: Sequence[RejectedEdit],
        label: str,
        shown: int,
        max_records: int,
    ) -> list[Edit]:
        """One edit for every component with records, kept or not; the kept ones are legal together."""
        requests = [
            ReflectionRequest(
                component=name,
                text=texts[name],
                records=tuple(records[name][:max_records]),
                rules=tuple(self.task.rules),
                rejected=tuple(edit for edit in rejected if edit.component == name)[-shown:],
                nonce=f"{self.random_state[:16]}/{label}/{name}",
            )
            for name in sorted(records)
            if name in texts and records[name]
        ]
        if not self.calls.affords(0, len(requests)):
            return []
        standing = dict(texts)
        edits, broken = self._pass(standing, requests, self.calls.reflect(requests))
        repairs = [
            replace(request, attempt=edit.after, breaches=breaches, nonce=f"{request.nonce}/repair")
            for request, edit, breaches in broken
        ]
        if repairs and self.calls.affords(0, len(repairs)):
            mended, _ = self._pass(standing, repairs, self.calls.reflect(repairs))
            edits += mended
        return edits

    def _pass(
        self, standing: dict[str, str], requests: Sequence[ReflectionRequest], answers: Sequence[Reflection]
    ) -> tuple[list[Edit], list[tuple[ReflectionRequest, Edit, tuple[Breach, ...]]]]:
        """Let the answers in one after the other, each judged on the whole candidate; the order is fixed."""
        edits: list[Edit] = []
        broken: list[tuple[ReflectionRequest, Edit, tuple[Breach, ...]]] = []
        for request, answer in zip(requests, answers, strict=True):
            name, text = request.component, answer.text
            breaches = tuple(self.task.broken({**standing, name: text})) if text != request.text else ()
            edit = _edit(request, answer, breaches)
            edits.append(edit)
            if breaches:
                lean = self._lean(standing, request, text)
                if lean:
                    edit = Edit(name, request.text, lean, True, "kept", "", f"{answer.note} {LEFT_OUT}".strip())
                    edits.append(edit)
            if edit.kept:
                standing[name] = edit.after
            elif breaches:
                broken.append((request, edit, breaches))
        return edits, broken

    def _lean(self, standing: Candidate, request: ReflectionRequest, text: str) -> str:
        """The refused text without lines that nobody asked for, when that mends it; or nothing. It costs no call. New
        lines go first; what the prompt gathered before goes when it has no room left."""
        name = request.component
        for before in (request.text, self.task.start[name]):
            lines = unasked({name: text}, {name: before}, self.asked)
            for count in range(1, len(lines) + 1):
                lean = without({name: text}, lines[:count])[name]
                if lean.strip() and lean != request.text and not self.task.broken({**standing, name: lean}):
                    return lean
        return ""


def _edit(request: ReflectionRequest, answer: Reflection, breaches: tuple[Breach, ...]) -> Edit:
    name, before, after = request.component, request.text, answer.text
    if answer.error or not after.strip():
        return Edit(name, before, before, False, "failed", answer.error or "The reflector gave no text.", answer.note)
    if after == before:
        return Edit(name, before, after, False, "no better", "The reflector changed nothing.", answer.note)
    if breaches:
        detail = "; ".join(breach.message for breach in breaches)
        return Edit(name, before, after, False, breaches[0].cause, detail, answer.note)
    return Edit(name, before, after, True, "kept", "", answer.note)
