"""Shapes of texts that running programs use."""

from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body

Form = Literal["text", "messages"]
Arm = Literal["a", "b"]


class MessageOut(Schema):
    role: str
    content: str


class ContractStateOut(Schema):
    version: int
    type: str
    state: str
    checked_version: int | None = Field(description="Version of the text that the state speaks of.")


class SplitOut(Schema):
    arm: str = Field(description="a or b.")
    share: int = Field(description="Percent of readers that get b.")


class RenderTextIn(Body):
    prompt: str = Field(description="Slug of the prompt.")
    label: str | None = None
    version: int | None = None
    values: dict[str, Any] = {}
    form: Form = "text"
    key: str | None = Field(None, description="Who reads: of a split label the same key gets the same arm.")
    arm: Arm | None = Field(None, description="The arm of a split label, whoever reads.")


class RenderTextOut(Schema):
    text: str | None
    messages: list[MessageOut] | None
    sha256: str = Field(description="Of the text with its values in place.")
    version: int
    checkpoint_sha256: str
    contract: ContractStateOut | None
    split: SplitOut | None = Field(None, description="Which arm of a split label this is; none without a split.")


class BlockOut(Schema):
    section: str
    order: int
    prompt: str
    version: int
    sha256: str
    start: int = Field(description="Where the block begins in the compiled text, in characters.")
    end: int
    contract: ContractStateOut | None


class CompiledOut(Schema):
    assistant: str
    text: str | None
    messages: list[MessageOut] | None
    sha256: str = Field(description="Of the compiled text.")
    variables: list[str]
    blocks: list[BlockOut]
