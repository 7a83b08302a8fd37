"""Shapes of rituals, cases, what has to run again, and annotations."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body


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


class CaseIn(Body):
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


class RitualIn(Body):
    slug: str
    title: str = ""
    type: str = "free"
    description: str = ""
    tags: list[str] = []
    prompt: str = Field("", description="Slug of the prompt it tries out.")
    cases: list[CaseIn] = []


class CasesIn(Body):
    cases: list[CaseIn]
    base: int | None = Field(None, description="Version of the ritual that was edited; or send If-Match.")


class CaseChangesOut(Schema):
    added: int
    changed: int
    retired: int
    unchanged: int
    version: int


class RitualImportIn(Body):
    slug: str
    document: str = Field(description="The text of the file.")
    name: str = Field(description="The file's name; it tells the format.")
    format: str = Field("", description="promptfoo, csv, jsonl or prompt.yml, where the name does not tell.")
    type: str = ""
    prompt: str = ""


class RitualImportOut(Schema):
    ritual: RitualOut
    is_new: bool
    added: int
    changed: int
    retired: int
    unchanged: int
    ungraded: dict[str, str] = Field(description="Type of expectation -> why nothing here grades it.")
    notes: list[str]


class RitualExportOut(Schema):
    text: str
    notes: list[str] = Field(description="What the format cannot hold.")


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


class AnnotationIn(Body):
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
