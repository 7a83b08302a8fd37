"""The contract of the training engine: what a task and a journal must offer, and what a run tells about itself.

The engine is plain Python. It knows texts, cases and calls; providers, rows and people are the caller's.
Everything that is stored is JSON, and every stored result is keyed by its content, so a run that is started again
with the same journal goes the same way and pays for nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Candidate = Mapping[str, str]
"""Component name -> text. A component is one text that may be changed, as `assistant-slug/prompt-slug`."""

Json = Mapping[str, Any]
CallKind = Literal["evaluation", "reflection"]
Cause = Literal["kept", "codex", "leak", "worse", "no better", "failed"]
"""Why an edit or a child was kept or not. `worse`: rolled back, the graders' records of that component got worse or the
child lost against its parent. `no better`: it changed nothing, or no gain could be shown. `failed`: the reflector gave
no usable text."""

State = Literal["finished", "paused", "failed"]


class Interrupted(Exception):
    """A task raises this to put the run aside: nothing is recorded for the call, and the state becomes `paused`."""


class ProviderOutage(Interrupted):
    """The provider cannot be reached at all; the message is the reason that people read."""


@dataclass(frozen=True)
class Usage:
    """What one call cost. `calls` counts model calls: a case that passes three assistants makes three."""

    calls: int = 1
    tokens: int = 0
    money: float = 0.0


@dataclass(frozen=True)
class Record:
    """One complaint of a grader about one component; a component without complaints has no record."""

    component: str
    input: str
    output: str
    feedback: str


@dataclass(frozen=True)
class Evaluation:
    """One case tried on one candidate: score in 0..1. `error` is set when the case failed; its score is then 0."""

    score: float
    records: tuple[Record, ...] = ()
    usage: Usage = Usage()
    error: str = ""


@dataclass(frozen=True)
class Breach:
    """Why a candidate may not be kept: a clause it breaks, or training text it copies. `component` may be empty when
    only the whole candidate breaks it. `message` is plain English, and is shown to the reflector for the repair."""

    cause: Literal["codex", "leak"]
    clause: str
    message: str
    component: str = ""


@dataclass(frozen=True)
class RejectedEdit:
    """An edit of this component that was tried and not kept, shown to the reflector so that it is not tried again."""

    component: str
    text: str
    cause: Cause
    detail: str


@dataclass(frozen=True)
class ReflectionRequest:
    """Rewrite one component. `text` is what stands now and is legal; with `breaches` this is a repair, and `attempt` is
    the rewriting of `text` that broke them.

    `nonce` is the sampling key (hand it to the provider as its seed where there is one): two requests that differ only
    in it are two samples, and the same request with the same nonce is the same call.
    """

    component: str
    text: str
    records: tuple[Record, ...]
    rules: tuple[str, ...] = ()
    rejected: tuple[RejectedEdit, ...] = ()
    breaches: tuple[Breach, ...] = ()
    attempt: str = ""
    nonce: str = ""


@dataclass(frozen=True)
class Reflection:
    """The new text of the component and, if the reflector gave one, why. `error` is set when it failed."""

    text: str
    note: str = ""
    usage: Usage = Usage()
    error: str = ""


class Task(Protocol):
    """What is trained, on what, and by whom it is judged. All methods may be called from several threads at once.

    - `start` must itself be legal (`broken(start) == ()`), or the run refuses with `ValueError`.
    - `versions` goes into every key: graders, models, options; whatever makes an old result stale.
    - `rules` are the codex clauses in words, shown to the reflector.
    """

    @property
    def start(self) -> Candidate: ...

    @property
    def train_ids(self) -> Sequence[str]: ...

    @property
    def validation_ids(self) -> Sequence[str]: ...

    @property
    def rules(self) -> Sequence[str]: ...

    @property
    def versions(self) -> str: ...

    def components_of(self, case_id: str) -> Sequence[str]:
        """The components this case's run reads; only these go into the key of its result. Free."""
        ...

    def evaluate(self, texts: Candidate, case_id: str) -> Evaluation:
        """Run and grade one case; blocks. `texts` holds only the components the case reads. An exception other than
        `Interrupted` becomes a failed case of score 0 and does not end the run."""
        ...

    def reflect(self, request: ReflectionRequest) -> Reflection:
        """Ask for one rewritten text; blocks. Exceptions as for `evaluate`."""
        ...

    def broken(self, texts: Candidate) -> Sequence[Breach]:
        """The codex gate and the leakage guard on a whole candidate. Free: it must make no paid call. Deterministic."""
        ...


@dataclass(frozen=True)
class Call:
    """One call that is about to leave. `subject` is the case id or the component."""

    key: str
    kind: CallKind
    step: int
    subject: str


class Journal(Protocol):
    """Where results are kept. May be called from several threads at once; the engine never asks for one key twice at
    the same time within a run. Values are JSON objects, to be handed back unchanged."""

    def find(self, key: str) -> Json | None:
        """The stored value of a finished call, or None (never begun, or begun and not finished)."""
        ...

    def begin(self, call: Call) -> None:
        """Durable before it returns: the call leaves right after. The same key may begin again after a crash."""
        ...

    def finish(self, key: str, value: Json) -> None:
        """The call came back. Failed cases are finished too, their value says so."""
        ...

    def commit_step(self, report: StepReport) -> None:
        """Called once per step, in order of their numbers, step 0 first. After a resume, steps that were committed
        before are committed again with identical content (only `paid` may differ): keep the first."""
        ...


@dataclass(frozen=True)
class Budget:
    """Limits; None is unlimited. `calls` counts evaluations and reflections by their `Usage.calls`; `evaluations`
    counts cases tried. Checked before each call, so it is passed by no more than the calls in flight."""

    calls: int | None = None
    evaluations: int | None = None
    tokens: int | None = None
    money: float | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Spent:
    """What was used, each distinct call counted once. `seconds` is of this process's run only."""

    calls: int = 0
    evaluations: int = 0
    reflections: int = 0
    tokens: int = 0
    money: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class Edit:
    """One reflection's outcome on one component, kept or not, in the order they were made."""

    component: str
    before: str
    after: str
    kept: bool
    cause: Cause
    detail: str
    note: str = ""


@dataclass(frozen=True)
class Child:
    """A whole candidate that met validation (or was refused before it could): `texts` complete, `parent` its key.
    `before` and `after` are scores by case, of parent and child, on the validation cases both have met."""

    key: str
    parent: str
    texts: Candidate
    changed: tuple[str, ...]
    kept: bool
    cause: Cause
    detail: str
    before: Mapping[str, float] = field(default_factory=dict)
    after: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """A kept candidate with what it is known to score, by validation case. `complete`: it met the whole set."""

    key: str
    texts: Candidate
    step: int
    parent: str
    scores: Mapping[str, float]
    complete: bool


@dataclass(frozen=True)
class Snapshot:
    """All that the next step reads: give it to `run(..., reopen=snapshot)` and the search goes on from there."""

    step: int
    members: tuple[Member, ...]
    best: str
    rejected: tuple[RejectedEdit, ...]
    memory: Json
    spent: Spent


@dataclass(frozen=True)
class StepReport:
    """One committed step. `random_state` is hash(seed, step). `train_before/after`: scores by train case of the parent
    and of the child on the cases both met. `failures`: case id -> message. `paid`: calls this process really made for
    the step (0 when replayed); `spent` is the run's total after it. Step 0 is the measuring of the start."""

    step: int
    view: int
    parent: str
    children: tuple[Child, ...]
    edits: tuple[Edit, ...]
    train_before: Mapping[str, float]
    train_after: Mapping[str, float]
    failures: Mapping[str, str]
    notes: tuple[str, ...]
    front: tuple[str, ...]
    best: str
    random_state: str
    snapshot: Snapshot
    spent: Spent
    paid: int


@dataclass(frozen=True)
class Settings:
    """How a run is made. `window`: steps in flight (1 or 2 for small budgets, 8 to 16 for speed); `in_flight`: calls at
    a time; `steps`: at most so many; `patience`: stop after so many steps in a row without a kept child
    (None: what the strategy says)."""

    budget: Budget = Budget()
    seed: int = 0
    window: int = 1
    in_flight: int = 8
    steps: int | None = None
    patience: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `best` is legal always; `score` its mean on the validation cases it met; `members` the start
    and the best of the kept (the front). `paused` can be run again with the same journal; `reason` says why."""

    state: State
    reason: str
    best: Member
    score: float
    members: tuple[Member, ...]
    steps: int
    spent: Spent
