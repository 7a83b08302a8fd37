"""Shapes of training chains."""

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from mythos.api.schemas.base import Body


class ChainIn(Body):
    title: str = Field(max_length=150)
    assistants: list[str] = Field(min_length=1, max_length=60)
    prompts: list[str] | None = Field(None, max_length=60)
    provider: str
    engine: str = "mythos"
    model: str = ""
    reflector: str = ""
    reflector_model: str = ""
    judge: str = ""
    calls: int = 300
    tokens: int | None = None
    money: float | None = None
    seconds: float | None = None
    seed: int = 0
    steps: int | None = None
    patience: int | None = 12
    goal: float | None = None
    in_flight: int | None = None
    window: int | None = None
    max_tokens: int = 512
    temperature: float = 0.0
    refuse_copies: bool = True


class ChainResumeIn(Body):
    calls: int | None = None


class SealIn(Body):
    reason: str = Field("", max_length=2000)


class ReopenIn(Body):
    title: str = Field("", max_length=150)
    seed: int | None = None
    calls: int | None = None


class ChainOut(Schema):
    id: int
    chain_title: str
    state: str
    note: str
    stopped_by: str
    seed_assistant: str
    current_step: int
    score_before: float | None
    score: float | None
    codex_tension: float
    zone: str
    provider: str
    model: str
    reflector: str
    reflector_model: str
    is_simulated: bool
    seed: int
    most_calls: int
    most_tokens: int | None
    most_money: float | None
    most_seconds: float | None
    calls: int
    tokens: int
    spent: float
    seconds: float
    author_name: str
    sealer_name: str
    seal_reason: str
    sealed_at: datetime | None
    reopened_from: int | None
    reopened_step: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ChainPage(Schema):
    items: list[ChainOut]
    next: str | None


class StepOut(Schema):
    number: int
    is_done: bool
    score: float | None
    belief_delta: float
    codex_tension: float
    calls: int
    tokens: int
    cost: float
    begun_at: datetime
    finished_at: datetime | None
    report: dict[str, Any]


class ReflectionOut(Schema):
    step: int
    assistant: str
    reflection_notes: str
    memory_snapshot: dict[str, Any]
    created_at: datetime


class ChainMutationOut(Schema):
    mutation_step: int
    prompt: str
    kept: bool
    cause: str
    detail: str
    belief_delta: float | None
    text_before: str
    text: str
    version: int | None


class ReportOut(ChainOut):
    engine: str
    involved_assistants: list[str]
    belief_delta_tracker: dict[str, Any]
    result: dict[str, Any]
    calls_by_state: dict[str, int]
    steps: list[StepOut]
    reflections: list[ReflectionOut]
    mutations: list[ChainMutationOut]


class ReadyOut(Schema):
    ritual: str
    assistant: str
    train: int
    validation: int
    held_out: int
    problem: str
    caution: str
    noise: float | None


class ChainPlanOut(Schema):
    prompts: list[str]
    rituals: list[ReadyOut]
    calls: int
    held_out_calls: int
    tokens: int
    money: float | None
    minutes: float | None
    is_simulated: bool


class ReplayOut(Schema):
    is_same: bool
    steps: int
    missing: int
    different: list[int]
