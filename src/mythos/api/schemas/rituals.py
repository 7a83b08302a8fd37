"""Shapes of rituals, cases, runs, results and comparisons."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field


class RitualOut(Schema):
    id: int
    slug: str
    title: str
    type: str
    description: str
    tags: list[str]
    prompt: str | None = Field(None, description="Slug of the prompt it tries out.")
    version: int
    cases: int = Field(description="Cases in use.")
    last_run: int | None = Field(None, description="Number of the newest run.")
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_prompt(ritual: Any) -> str | None:
        return ritual.prompt.slug if ritual.prompt else None

    @staticmethod
    def resolve_cases(ritual: Any) -> int:
        count: int = ritual.case_count
        return count

    @staticmethod
    def resolve_last_run(ritual: Any) -> int | None:
        run: int | None = ritual.last_run_id
        return run


class RitualPage(Schema):
    items: list[RitualOut]
    next: str | None = None


class CaseIn(Schema):
    ref: str = ""
    input: str = ""
    variables: dict[str, Any] = {}
    messages: list[dict[str, str]] = []
    expectations: list[dict[str, Any]] = []
    weight: float = 1.0
    split: str = ""
    threshold: float | None = None


class CaseOut(Schema):
    id: int
    ref: str
    position: int
    split: str
    weight: float
    input: str
    variables: dict[str, Any]
    messages: list[dict[str, str]]
    expectations: list[dict[str, Any]]
    threshold: float | None
    sha256: str


class CasePage(Schema):
    items: list[CaseOut]
    next: str | None = None


class RitualIn(Schema):
    slug: str
    title: str = ""
    type: str = "free"
    description: str = ""
    tags: list[str] = []
    prompt: str = Field("", description="Slug of the prompt it tries out.")
    cases: list[CaseIn] = []


class CasesIn(Schema):
    cases: list[CaseIn]
    base: int | None = Field(None, description="Version of the ritual that was edited; or send If-Match.")


class CaseChangesOut(Schema):
    added: int
    changed: int
    retired: int
    unchanged: int
    version: int


class ImportIn(Schema):
    slug: str
    document: str = Field(description="The text of the file.")
    name: str = Field(description="The file's name; it tells the format.")
    format: str = Field("", description="promptfoo, csv, jsonl or prompt.yml, where the name does not tell.")
    type: str = ""
    prompt: str = ""


class ImportOut(Schema):
    ritual: RitualOut
    is_new: bool
    added: int
    changed: int
    retired: int
    unchanged: int
    ungraded: dict[str, str] = Field(description="Type of expectation -> why nothing here grades it.")
    notes: list[str]


class ExportOut(Schema):
    text: str
    notes: list[str] = Field(description="What the format cannot hold.")


class JudgeIn(Schema):
    provider: str
    model: str = ""


class RunIn(Schema):
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


class ResumeIn(Schema):
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


class PartOut(Schema):
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
    parts: list[PartOut]
    differs: list[str] = Field(description="What besides chance could have made the difference.")
    is_confounded: bool
    is_simulated: bool
    left_out: int
    pairs: list[CasePairOut]


class StandingOut(Schema):
    ritual: str
    must_run: bool
    reason: str = Field(description="Why it has to run, or why it may be skipped.")
    last_run: int | None

    @staticmethod
    def resolve_ritual(row: Any) -> str:
        slug: str = row.ritual.slug
        return slug

    @staticmethod
    def resolve_last_run(row: Any) -> int | None:
        return row.last_run.pk if row.last_run else None


class AnnotationIn(Schema):
    expectation: str = Field(description="Id of the expectation a judge has graded.")
    verdict: str = Field(description="met, broken or unsure.")
    note: str = ""


class AnnotationOut(Schema):
    result: int
    expectation: str
    verdict: str
    note: str
    user_name: str

    @staticmethod
    def resolve_result(row: Any) -> int:
        pk: int = row.result_id
        return pk


class KappaOut(Schema):
    n: int
    agreed: int
    value: float | None = Field(description="Cohen's kappa; empty where it is not defined.")
    interval: tuple[float, float] | None


class AgreementOut(Schema):
    judge: str
    kappa: KappaOut
    unsure: int = Field(description="Replies left out: nobody could tell, or people disagreed.")
    is_simulated: bool
