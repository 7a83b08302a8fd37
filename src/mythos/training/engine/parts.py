"""The exchangeable parts of a search: who is the parent, how a child is made, whether it is kept, when to stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mythos.training.engine.calls import StepCalls
from mythos.training.engine.protocol import (
    Candidate,
    Cause,
    Edit,
    Member,
    RejectedEdit,
    Settings,
    Snapshot,
    Task,
)


@dataclass(frozen=True)
class Setting:
    """What every part may read: the task, the state of the search when the step began, and the step's own chance."""

    task: Task
    view: Snapshot
    step: int
    random_state: str

    @property
    def sibling(self) -> int:
        """How many steps with an older number read about the same view: siblings should not all try the same."""
        return self.step - self.view.step - 1

    def complaints(self, now: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """What graders complained about, by component: before the step began, and in it."""
        before = self.view.memory["asked"]
        return {name: (*before.get(name, ()), *now.get(name, ())) for name in sorted({*before, *now})}


@dataclass(frozen=True)
class Proposed:
    """A child before validation; `texts` equal the parent's when no edit was kept. `asked` are complaints by component,
    `tried` what was taken out, `aside` the lines (component, line) that were left out of the child."""

    texts: Candidate
    edits: tuple[Edit, ...] = ()
    rejected: tuple[RejectedEdit, ...] = ()
    train_before: Mapping[str, float] = field(default_factory=dict)
    train_after: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    dead: int = 0
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tried: tuple[str, ...] = ()
    aside: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """Whether the child is kept, and the validation scores of both."""

    kept: bool
    cause: Cause
    detail: str
    before: Mapping[str, float]
    after: Mapping[str, float]


class Selection(Protocol):
    """Which member the step starts from."""

    def parent(self, setting: Setting) -> Member: ...


class Proposal(Protocol):
    """How a child is made. Every child it returns is legal."""

    def propose(self, setting: Setting, parent: Member, calls: StepCalls) -> Proposed: ...


class Acceptance(Protocol):
    """Whether a child is kept, and how the kept are measured to the end."""

    def judge(self, setting: Setting, parent: Member, texts: Candidate, calls: StepCalls) -> Verdict: ...

    def measure(self, setting: Setting, member: Member, calls: StepCalls, whole: bool) -> Mapping[str, float]:
        """The member's validation scores, more of them than before."""
        ...


class Stopping(Protocol):
    """When the search ends; the empty string is to go on."""

    def reason(self, view: Snapshot, settings: Settings) -> str: ...

    def failure(self, view: Snapshot) -> str:
        """Why the run cannot go on; the empty string is no failure."""
        ...
