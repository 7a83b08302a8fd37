"""Shapes of drafts, what they compile to, and versions of assistants."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body


class BlockIn(Body):
    section: str = Field(description="identity, duties, guardrails or style.")
    prompt: str = Field(description="Slug of the prompt.")
    version: int | None = Field(None, description="The newest unless given.")
    label: str | None = None


class DraftIn(Body):
    name: str
    tone: str = "neutral"
    codex_contract_type: str = "guarded"
    model: str = "general-128k"
    token_limit: int | None = Field(None, description="What the model takes, unless given.")
    assistant: str | None = Field(None, description="Slug of the assistant to update; a new one unless given.")
    prompt_cluster: list[BlockIn] = []


class DraftPatch(Body):
    base: int | None = Field(None, description="The version that was edited; or send If-Match.")
    name: str | None = None
    tone: str | None = None
    codex_contract_type: str | None = None
    model: str | None = None
    token_limit: int | None = None
    prompt_cluster: list[BlockIn] | None = Field(None, description="All blocks, in order.")
    answers: dict[str, str] | None = Field(None, description="Key of a conflict -> why both may stand.")


class DraftBlockOut(Schema):
    section: str
    prompt: str
    version: int
    sha256: str
    tokens: int
    problem: str


class DraftOut(Schema):
    id: int
    name: str
    tone: str
    codex_contract_type: str
    model: str
    token_limit: int
    assistant: str | None
    version: int
    prompt_cluster: list[DraftBlockOut]
    gone: list[str]
    answers: dict[str, str]
    author: str
    editor: str
    created_at: datetime
    updated_at: datetime


class DraftRowOut(Schema):
    id: int
    name: str
    tone: str
    codex_contract_type: str
    version: int
    updated_at: datetime


class DraftPage(Schema):
    items: list[DraftRowOut]
    next: str | None


class TokensOut(Schema):
    total: int
    limit: int
    over: int
    by_section: dict[str, int]
    headings: int = Field(description="Headings and the space between blocks.")


class PlacedBlockOut(DraftBlockOut):
    start: int = Field(description="Where the block begins in the text, in characters.")
    end: int


class ConflictOut(Schema):
    number: int
    key: str = Field(description="What an answer names.")
    one: str
    other: str
    answer: str
    sentences: list[dict[str, str]]


class GapOut(Schema):
    clause: str
    codex: str
    because: str
    suggestions: list[str]


class CompilationOut(Schema):
    text: str
    sha256: str
    tokens: TokensOut
    blocks: list[PlacedBlockOut]
    conflicts: list[ConflictOut]
    gaps: list[GapOut]
    tone_clashes: list[dict[str, str]]
    promises: list[dict[str, str]]
    variables: list[str]
    waiting: int = Field(description="Comparisons that are not made yet; ask again.")
    refusals: list[str] = Field(description="Why it may not be deployed; empty when it may.")


class DeployIn(Body):
    base: int | None = Field(None, description="The version that was looked at; or send If-Match.")
    reason: str = ""


class RollBackIn(DeployIn):
    version: int


class PinIn(DeployIn):
    prompt: str
    version: int | None = Field(None, description="The newest unless given.")


class AssistantCloneIn(Body):
    name: str = Field("", description="Of a new assistant; empty to change this one.")


class AssistantVersionOut(Schema):
    number: int
    name: str
    tone: str
    codex_contract_type: str
    model: str
    token_limit: int
    token_count: int
    sha256: str
    origin: str
    restored: int | None
    reason: str
    author: str = Field(alias="author_name")
    created_at: datetime


class PinOut(Schema):
    section: str
    order: int
    prompt: str
    version: int
    newest: int


class AssistantVersionWhole(AssistantVersionOut):
    text: str
    report: list[dict[str, Any]]
    pins: list[PinOut]


class AssistantVersionPage(Schema):
    items: list[AssistantVersionOut]
    next: str | None


class VersionDiffOut(Schema):
    old: int
    new: int
    pins: list[str]
    diff: list[dict[str, str]]
