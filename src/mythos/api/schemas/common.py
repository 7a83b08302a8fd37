"""Shapes that belong to no noun, and those of small nouns."""

from datetime import datetime
from typing import Any

from ninja import Schema


class SwarmOut(Schema):
    slug: str
    name: str
    protected_labels: list[str]


class MeOut(Schema):
    name: str
    kind: str
    swarms: list[SwarmOut]


class AssistantIn(Schema):
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


class CompareIn(Schema):
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


class JobPage(Schema):
    items: list[JobOut]
    next: str | None
