"""Shapes of contracts, roles, waivers, proposals and label requests."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema

from mythos.api.schemas.base import Body


class ClauseTermIn(Body):
    ref: str
    codex: str = ""
    version: int = 0
    obligation: str = ""


class ExpectationIn(Body):
    id: str = ""
    type: str
    value: Any = None
    weight: float = 1.0
    on: Literal["prompt", "output"] = "prompt"
    clause: str = ""


class ContractIn(Body):
    base: int | None = None
    type: str = "guarded"
    clauses: list[ClauseTermIn] = []
    expectations: list[ExpectationIn] = []
    roles: list[str] = []
    reason: str = ""


class ContractRowOut(Schema):
    id: int
    prompt_id: int
    prompt: str
    version: int
    status: str
    type: str
    state: str
    counts: dict[str, int]
    fingerprint: str
    signer: str
    created_at: datetime
    checked_at: datetime | None

    @staticmethod
    def resolve_prompt(row: Any) -> str:
        slug: str = row.prompt.slug
        return slug

    @staticmethod
    def resolve_signer(row: Any) -> str:
        name: str = row.signer_name
        return name


class ContractPage(Schema):
    items: list[ContractRowOut]
    next: str | None


class ContractOut(Schema):
    prompt: str
    version: int
    status: str
    type: str
    state: str
    counts: dict[str, int]
    fingerprint: str
    signer: str
    signed_at: datetime
    reason: str
    prompt_version: int | None
    obligations: list[dict[str, Any]]
    expectations: list[dict[str, Any]]
    roles: list[dict[str, Any]]


class SuggestionOut(Schema):
    codex: str
    ref: str
    title: str
    version: int
    state: str
    sentence: str
    similarity: float


class WaiverIn(Body):
    clause: str
    reason: str
    expires_at: datetime


class WaiverOut(Schema):
    id: int
    clause: str
    owner_name: str
    reason: str
    expires_at: datetime
    revoked_at: datetime | None

    @staticmethod
    def resolve_clause(row: Any) -> str:
        ref: str = row.clause.ref
        return ref


class RoleIn(Body):
    base: int | None = None
    title: str = ""
    description: str = ""
    clauses: list[ClauseTermIn] = []
    includes: list[str] = []


class RoleOut(Schema):
    name: str
    version: int
    title: str
    description: str
    clauses: list[dict[str, Any]]
    includes: list[str]
    author_name: str
    created_at: datetime


class ClauseEditIn(Body):
    ref: str
    text: str
    authority: str | None = None


class ProposalIn(Body):
    title: str = ""
    edits: list[ClauseEditIn] = []
    document: str = ""
    name: str = "proposal.md"


class ProposalOut(Schema):
    id: int
    codex: str
    title: str
    status: str
    error: str
    report: dict[str, Any]
    author_name: str
    decider_name: str
    decision_reason: str
    created_at: datetime
    measured_at: datetime | None
    decided_at: datetime | None

    @staticmethod
    def resolve_codex(row: Any) -> str:
        slug: str = row.codex.slug
        return slug


class ProposalPage(Schema):
    items: list[ProposalOut]
    next: str | None


class ReasonIn(Body):
    reason: str = ""


class LabelRequestIn(Body):
    version: int
    reason: str = ""


class LabelDecisionIn(Body):
    decision: Literal["approve", "refuse"]
    reason: str = ""


class LabelRequestOut(Schema):
    id: int
    prompt_id: int
    label: str
    version: int
    status: str
    reason: str
    requester_name: str
    decider_name: str
    decision_reason: str
    created_at: datetime

    @staticmethod
    def resolve_label(row: Any) -> str:
        name: str = row.name
        return name

    @staticmethod
    def resolve_version(row: Any) -> int:
        version: int = row.checkpoint.version
        return version


class LabelRequestPage(Schema):
    items: list[LabelRequestOut]
    next: str | None
