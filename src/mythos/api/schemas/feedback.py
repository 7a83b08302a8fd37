"""Shapes of feedback, and of what it says about the arms of a split label."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body
from mythos.api.schemas.serving import Arm


class FeedbackIn(Body):
    label: str = "production"
    score: float = Field(strict=True, description="From 0 to 1; 1 is best.")
    key: str = Field("", description="Who read: the key the prompt was asked for with.")
    version: int | None = Field(None, description="The version the reader got.")
    arm: Arm | None = Field(None, description="The arm the reader got; instead of a version.")
    comment: str = ""


class FeedbackOut(Schema):
    id: int
    label: str
    version: int
    score: float
    key: str
    comment: str
    actor_name: str
    created_at: datetime

    @staticmethod
    def resolve_version(row: Any) -> int:
        version: int = row.checkpoint.version
        return version


class FeedbackPage(Schema):
    items: list[FeedbackOut]
    next: str | None


class ArmOut(Schema):
    arm: str
    version: int
    share: int = Field(description="Percent of readers that get it.")
    readers: int = Field(description="How many said something.")
    mean: float | None = Field(description="Of their scores; none while nobody said anything.")

    @staticmethod
    def resolve_version(row: Any) -> int:
        version: int = row.checkpoint.version
        return version


class ArmComparisonOut(Schema):
    label: str
    arms: list[ArmOut]
    verdict: Literal["better", "worse", "same", "not enough cases"] = Field(description="Of b against a.")
    difference: float = Field(description="Mean of b less mean of a.")
    interval: list[float] = Field(description="95 % interval of the difference.")
    p_value: float
    test: str
    is_paired: bool = Field(description="Whether the same readers were asked about both.")
    left_out: int = Field(description="Readers that this way of comparing cannot count.")
    needed: int = Field(description="How many more readers it takes, where there are not enough.")
