"""Shapes of webhooks and of what was sent to them."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body


class WebhookIn(Body):
    url: str
    events: list[str] = Field([], description="Types of events; none: all.")
    description: str = ""


class WebhookPatch(Body):
    url: str | None = None
    events: list[str] | None = None
    description: str | None = None
    is_enabled: bool | None = Field(None, description="Off, or on again: what waits is then sent in order.")


class WebhookOut(Schema):
    id: int
    url: str
    events: list[str]
    description: str
    is_enabled: bool
    disabled_at: datetime | None
    disabled_reason: str = Field(description="Why the server switched it off; empty when a person did.")
    failing_since: datetime | None
    created_at: datetime


class WebhookSecretOut(WebhookOut):
    secret: str = Field(description="Verifies signatures; shown this once.")


class EventTypeOut(Schema):
    type: str
    means: str


class DeliveryOut(Schema):
    id: int
    message_id: str
    event: str
    state: str
    attempts: list[dict[str, Any]] = Field(description="`at`, `status`, `ms` and `error` of each.")
    payload: str
    response: str = Field(description="The first kilobyte of the last answer.")
    next_at: datetime | None = Field(None, description="When it is tried again; only while it waits.")
    replay_of: int | None = Field(None, description="The delivery it repeats.")
    created_at: datetime
    finished_at: datetime | None

    @staticmethod
    def resolve_next_at(row: Any) -> datetime | None:
        return row.next_at if row.state == "pending" else None

    @staticmethod
    def resolve_replay_of(row: Any) -> int | None:
        number: int | None = row.replay_of_id
        return number


class DeliveryPage(Schema):
    items: list[DeliveryOut]
    next: str | None
