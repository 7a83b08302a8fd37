"""Shapes of the vault."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field


class ProofOut(Schema):
    is_whole: bool
    checkpoints: int
    mutations: int
    purged: int
    head: str = Field(description="The last hash; keep it elsewhere to tell that nothing was cut off.")
    broken: str = Field(description="The first row that is not as it was written; empty for a whole history.")


class TagsIn(Schema):
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


class LikeIn(Schema):
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
