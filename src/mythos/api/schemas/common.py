"""Shapes that belong to no noun, and those of small nouns."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body
from mythos.work.models import Job


class SwarmOut(Schema):
    slug: str
    name: str
    protected_labels: list[str]


class MeOut(Schema):
    name: str
    kind: str
    swarms: list[SwarmOut]


class AssistantIn(Body):
    slug: str
    name: str
    description: str = ""


class AssistantOut(Schema):
    id: int
    slug: str
    name: str
    description: str
    created_at: datetime


class AssistantPage(Schema):
    items: list[AssistantOut]
    next: str | None


class CompareIn(Body):
    old: str
    new: str


class CompareOut(Schema):
    verdict: str
    is_regression: bool
    confidence: float
    similarity: float | None
    findings: list[dict[str, Any]]


class JobOut(Schema):
    id: int
    kind: str
    key: str
    state: str
    attempts: int
    progress_done: int
    progress_total: int
    error_code: str
    error: str
    created_at: datetime
    finished_at: datetime | None
    address: str = Field(description="Where to ask how far it is.")
    result: dict[str, Any] = Field(description="What came of it, once it is done.")

    @staticmethod
    def resolve_address(job: Job) -> str:
        return f"/api/v1/jobs/{job.pk}"

    @staticmethod
    def resolve_result(job: Job) -> dict[str, Any]:
        return dict(job.payload.get("result", {})) if job.state == Job.State.DONE else {}
