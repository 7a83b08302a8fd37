"""Shapes of curricula, ritual tag bundles and teaching."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body
from mythos.market.queries.curricula import parts_of


class ClauseRef(Schema):
    codex: str
    ref: str


class ClauseRefIn(Body):
    codex: str
    ref: str


class BundleOut(Schema):
    id: int
    slug: str
    tag_name: str
    description: str
    rituals: list[str] = Field(description="Slugs.")
    codex_clauses: list[ClauseRef]
    adoption_metric: float = Field(description="Share of eligible assistants that still pass after 30 days, decayed.")
    adoption: dict[str, Any] = Field(description="What adoption_metric was computed from.")
    lineage: str

    @staticmethod
    def resolve_rituals(bundle: Any) -> list[str]:
        return sorted(ritual.slug for ritual in bundle.rituals.all())


class BundlePage(Schema):
    items: list[BundleOut]
    next: str | None = None


class BundleIn(Body):
    slug: str
    tag_name: str
    rituals: list[str]
    description: str = ""
    codex_clauses: list[ClauseRefIn] | None = Field(None, description="Without: those the cases are about.")


class BundlePatch(Body):
    tag_name: str | None = None
    rituals: list[str] | None = None
    description: str | None = None
    codex_clauses: list[ClauseRefIn] | None = None


class Part(Schema):
    ritual: str
    pass_mark: float = 0.8
    prerequisites: list[int] = Field([], description="Numbers of earlier parts.")
    bundle: str = ""


class PartIn(Part, Body):
    pass


class PartOut(Part):
    position: int
    sealed: int = Field(description="Held-out cases that are not here.")


class FiguresOut(Schema):
    adopters: int
    adopters_month: int
    trend: list[int]
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    gain_count: int
    gain_simulated: int = Field(description="Of gain_count: how many rest on a rule follower, not on a language model.")
    rating: float | None
    rating_low: float | None
    rating_high: float | None
    rating_count: int
    adoption: dict[str, Any]


class CurriculumOut(Schema):
    id: int
    slug: str
    title: str = Field(alias="curriculum_title")
    description: str
    curator: str
    swarm: str
    license: str
    version: str = Field(description="Of the last export, or empty.")
    sha256: str
    signature: dict[str, Any]
    lineage: str
    origin: dict[str, Any]
    codex_alignment: dict[str, Any]
    adoption_rate: float
    figures: FiguresOut | None = None
    created_at: datetime

    @staticmethod
    def resolve_curator(row: Any) -> str:
        return str(row.curator.slug)

    @staticmethod
    def resolve_swarm(row: Any) -> str:
        return str(row.swarm.slug)

    @staticmethod
    def resolve_figures(row: Any) -> Any:
        return getattr(row, "figures", None)


class CurriculumDetail(CurriculumOut):
    parts: list[PartOut]

    @staticmethod
    def resolve_parts(row: Any) -> list[dict[str, Any]]:
        return [
            {
                "position": part.position,
                "ritual": part.ritual.slug,
                "pass_mark": part.pass_mark,
                "prerequisites": [before.position for before in part.prerequisites.all()],
                "bundle": part.bundle.slug if part.bundle else "",
                "sealed": part.sealed.get("count", 0),
            }
            for part in parts_of(row)
        ]


class CurriculumPage(Schema):
    items: list[CurriculumOut]
    next: str | None = None


class CurriculumIn(Body):
    slug: str
    title: str
    curator: str
    parts: list[PartIn]
    description: str = ""
    license: str = "LicenseRef-None"


class CurriculumPatch(Body):
    title: str | None = None
    curator: str | None = None
    parts: list[PartIn] | None = None
    description: str | None = None
    license: str | None = None


class CurriculumExportIn(Body):
    version: str = ""
    key: str = ""


class SignedOut(Schema):
    document: dict[str, Any]
    signature: dict[str, Any]


class TeachIn(Body):
    assistant: str
    provider: str = "scripted"
    model: str = ""
    prompt: str = Field("", description="What it speaks from; empty: its deployed text.")


class AttemptOut(Schema):
    id: int
    kind: str
    state: str
    cases: int
    score: float | None
    passed: bool | None
    run: int | None = Field(None, description="Of the practice cases; runs on sealed ones are nobody's to see.")
    created_at: datetime


class PartProgressOut(Schema):
    position: int
    ritual: str
    state: str
    pass_mark: float
    before: float | None
    after: float | None
    attempts: list[AttemptOut]


class EnrollmentOut(Schema):
    id: int
    curriculum: str
    assistant: str
    state: str
    provider: str
    model: str
    score_before: float | None
    score_after: float | None
    problem: str
    note: str
    certificate: str | None = None
    created_at: datetime

    @staticmethod
    def resolve_curriculum(row: Any) -> str:
        return str(row.curriculum.slug)

    @staticmethod
    def resolve_assistant(row: Any) -> str:
        return str(row.assistant.slug)

    @staticmethod
    def resolve_certificate(row: Any) -> str | None:
        found = getattr(row, "certificate", None)
        return found.serial if found and not isinstance(found, str) else None


class EnrollmentPage(Schema):
    items: list[EnrollmentOut]
    next: str | None = None


class ProgressOut(Schema):
    enrollment: EnrollmentOut
    passed: int
    parts: list[PartProgressOut]


class PartTryIn(Body):
    position: int


class NoteIn(Body):
    note: str


class SourceOut(Schema):
    id: int
    address: str
    title: str
    fingerprint: str
    signer_name: str
    problem: str
    checked_at: datetime


class SourceIn(Body):
    address: str
    fingerprint: str = Field("", description="Heard by another way; without it the first key is taken.")


class RemoteOut(Schema):
    id: int
    name: str
    title: str
    version: str
    license: str
    lineage: str
    market: str
    entry: dict[str, Any]

    @staticmethod
    def resolve_market(row: Any) -> str:
        return str(row.source.address)


class RemotePage(Schema):
    items: list[RemoteOut]
    next: str | None = None
