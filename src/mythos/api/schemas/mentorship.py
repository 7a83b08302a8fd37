"""Shapes of mentorship."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body


class SetIn(Body):
    name: str
    prompts: list[str] = Field(description="Slugs of prompts the assistant speaks from.")


class MentorshipOfferIn(Body):
    sets: list[SetIn]
    subjects: list[str] = []
    mentorship_notes: str = Field("", description="The terms.")


class SetOut(Schema):
    name: str
    prompts: list[str]


class MentorTagOut(Schema):
    assistant: str
    assistant_id: int
    is_offering: bool
    subjects: list[str]
    mentorship_notes: str
    mentor_score: float = Field(description="Faded to this moment.")
    mentees_counted: int
    sets: list[SetOut]


class RankedRitualOut(Schema):
    ritual: str
    cases: int
    difference: float = Field(description="Mentor less mentee, on the cases both have taken.")
    low: float
    high: float
    beats: bool
    is_simulated: bool


class RankedMentorOut(Schema):
    place: int
    mentor: str
    mentor_id: int
    subjects: list[str]
    fit: float = Field(description="teach x (1 + overlap) / 2 x (1 + mentor_score)")
    teach: float
    overlap: float
    mentor_score: float
    cases: int
    missing: str
    rituals: list[RankedRitualOut]


class RankingOut(Schema):
    best: str | None = Field(description="The mentor to suggest; empty where the evidence does not say who.")
    verdict: str = Field(description="told, open or none.")
    missing: str
    offering: int
    mentors: list[RankedMentorOut]


class AdoptIn(Body):
    mentor: str
    set: str
    base: int | None = Field(None, description="The version of the mentee one saw; or If-Match.")
    in_place_of: dict[str, str] = Field({}, description="Slug of the mentor's prompt -> slug of the mentee's.")
    notes: str = ""
    digest: str = Field("", description="Of the preview one saw.")


class HandoverOut(Schema):
    source: str
    fork: str
    section: str
    is_update: bool
    in_place_of: str
    contract: int | None
    own_changes: bool


class PreviewOut(Schema):
    mentee: str
    mentor: str
    set: str
    base: int
    prompts: list[HandoverOut]
    skipped: list[str]
    tokens: int
    tokens_added: int
    token_limit: int
    diff: list[dict[str, Any]]
    clashes: list[str]
    stale: list[str] = Field(description="What would no longer rest on a test of the very text.")
    refusals: list[str]
    digest: str


class AdoptedPromptOut(Schema):
    source: str
    fork: str
    is_update: bool


class AdoptionOut(Schema):
    id: int
    mentor: str
    mentee: str
    set: str
    prompts: list[AdoptedPromptOut]
    mutation_notes: str
    state: str
    note: str
    trust_delta: float = Field(description="Gain and the share of people, within -1 and 1.")
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    cases: int
    feedback: float
    is_simulated: bool
    before: int | None
    after: int | None
    created_at: datetime
    actor: str
    undone_at: datetime | None
    undone_by: str


class AdoptionPage(Schema):
    items: list[AdoptionOut]
    next: str | None = None


class MeasureIn(Body):
    rituals: list[str]
    provider: str
    model: str = ""


class MentorshipTryIn(MeasureIn):
    assistants: list[str] = Field(
        [], description="Empty: the assistant and those of its mentors that fit into 40 runs."
    )


class TriedOut(Schema):
    runs: list[int]


class UndoIn(Body):
    reason: str = ""


class UndoneOut(Schema):
    version: int


class VoiceIn(Body):
    value: int = Field(description="From -2 (it hurts) to 2 (it helps a lot).")
    note: str = ""
