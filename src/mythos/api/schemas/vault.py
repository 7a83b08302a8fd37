"""Shapes of the vault."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body
from mythos.api.schemas.common import CompareOut


class ProofOut(Schema):
    is_whole: bool
    checkpoints: int
    mutations: int
    purged: int
    head: str = Field(description="The last hash; keep it elsewhere to tell that nothing was cut off.")
    broken: str = Field(description="The first row that is not as it was written; empty for a whole history.")


class ImportedOut(Schema):
    rows: dict[str, int] = Field(description="How many rows of each kind came in.")
    proof: ProofOut


class ComparedOut(Schema):
    trait_delta: dict[str, float]
    comparison: CompareOut


class NodeOut(Schema):
    checkpoint: int
    prompt: str
    version: int
    lane: int = Field(description="0 for the prompt asked about; each other prompt of the family has its own.")
    message: str
    labels: list[str]
    tags: list[str]
    is_current: bool
    created_at: datetime

    @staticmethod
    def resolve_checkpoint(node: Any) -> int:
        key: int = node.checkpoint.pk
        return key

    @staticmethod
    def resolve_prompt(node: Any) -> str:
        slug: str = node.checkpoint.slug
        return slug

    @staticmethod
    def resolve_version(node: Any) -> int:
        version: int = node.checkpoint.version
        return version

    @staticmethod
    def resolve_message(node: Any) -> str:
        message: str = node.checkpoint.message
        return message

    @staticmethod
    def resolve_created_at(node: Any) -> Any:
        return node.checkpoint.created_at


class EdgeOut(Schema):
    newer: int
    older: int
    kind: str = Field(description="step, fork, or copy for a roll back or a merge")

    @staticmethod
    def resolve_newer(edge: Any) -> int:
        key: int = edge.newer.checkpoint.pk
        return key

    @staticmethod
    def resolve_older(edge: Any) -> int:
        key: int = edge.older.checkpoint.pk
        return key


class LineageOut(Schema):
    nodes: list[NodeOut]
    edges: list[EdgeOut]
    hidden: int = Field(description="Versions of the family that are further away than the nearest fifty shown.")


class TagsIn(Body):
    ids: list[int] = Field(description="Checkpoints, 10,000 at most.")
    name: str
    remove: bool = False


class TaggedOut(Schema):
    changed: int


class TrashedOut(Schema):
    id: int
    slug: str
    title: str
    deleted_at: datetime | None


class LikeIn(Body):
    text: str
    count: int = Field(20, ge=1, le=100)


class LikeOut(Schema):
    id: int
    slug: str
    title: str
    version: int
    similarity: float

    @staticmethod
    def resolve_id(like: Any) -> int:
        key: int = like.prompt.pk
        return key

    @staticmethod
    def resolve_slug(like: Any) -> str:
        slug: str = like.prompt.slug
        return slug

    @staticmethod
    def resolve_title(like: Any) -> str:
        title: str = like.prompt.title
        return title

    @staticmethod
    def resolve_version(like: Any) -> int:
        version: int = like.prompt.current.version
        return version
