"""Shapes of runs, results and comparisons."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body


class JudgeIn(Body):
    provider: str
    model: str = ""


class RunIn(Body):
    provider: str
    model: str = ""
    version: int | None = Field(None, description="Version of the bound prompt; default its current one.")
    label: str | None = None
    text: str | None = Field(None, description="Another text to try, which need not be saved.")
    parameters: dict[str, Any] = {}
    judge: JudgeIn | None = None
    split: str = ""
    repeats: int = 1
    concurrency: int | None = None
    budget: float | None = Field(None, description="US dollars; the run stops before a call that would exceed it.")
    use_cache: bool = True


class RunResumeIn(Body):
    budget: float | None = None


class RunOut(Schema):
    id: int
    ritual: str
    ritual_version: int
    cases_sha256: str
    prompt: str | None = None
    version: int | None = Field(None, description="Version of the prompt that was tried.")
    text_sha256: str
    provider: str
    model: str
    parameters: dict[str, Any]
    judge: dict[str, str]
    graders: dict[str, int]
    ungraded: dict[str, str]
    is_simulated: bool = Field(description="Replies came from a rule follower, not from a language model.")
    split: str
    repeats: int
    budget: float | None
    spent: float
    state: str
    note: str
    total: int
    done: int
    summary: dict[str, Any]
    author_name: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @staticmethod
    def resolve_ritual(run: Any) -> str:
        slug: str = run.ritual.slug
        return slug

    @staticmethod
    def resolve_prompt(run: Any) -> str | None:
        return run.checkpoint.prompt.slug if run.checkpoint else None

    @staticmethod
    def resolve_version(run: Any) -> int | None:
        return run.checkpoint.version if run.checkpoint else None


class RunPage(Schema):
    items: list[RunOut]
    next: str | None = None


class ReplyOut(Schema):
    text: str
    tokens_in: int
    tokens_out: int
    cost: float | None
    latency_ms: float
    model: str
    finish: str


class ResultOut(Schema):
    id: int
    ref: str
    repeat: int
    status: str
    score: float | None
    passed: bool | None = Field(description="Empty when it could not be measured.")
    grades: list[dict[str, Any]]
    is_cached: bool
    cause: str
    message: str
    attempts: list[str]
    reply: ReplyOut | None

    @staticmethod
    def resolve_ref(result: Any) -> str:
        ref: str = result.case.ref
        return ref


class ResultPage(Schema):
    items: list[ResultOut]
    next: str | None = None


class PairedOut(Schema):
    n: int
    difference: float
    interval: tuple[float, float]
    p_value: float
    test: str
    improved: int
    worsened: int
    verdict: str = Field(description="better, worse, same, or not enough cases.")
    needed: int = Field(description="How many more cases it would take.")


class ScorePartOut(Schema):
    name: str
    result: PairedOut
    corrected_p: float


class CasePairOut(Schema):
    ref: str
    weight: float
    old_score: float | None
    new_score: float | None
    old_passed: float | None
    new_passed: float | None


class ComparisonOut(Schema):
    old: RunOut
    new: RunOut
    result: PairedOut
    parts: list[ScorePartOut]
    differs: list[str] = Field(description="What besides chance could have made the difference.")
    is_confounded: bool
    is_simulated: bool
    left_out: int
    pairs: list[CasePairOut]
