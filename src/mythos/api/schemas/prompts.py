"""Shapes of prompts, checkpoints, mutations and labels."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from mythos.api.schemas.base import Body
from mythos.api.schemas.serving import ContractStateOut, MessageOut, SplitOut


class CheckpointOut(Schema):
    version: int
    text: str
    sha256: str
    token_count: int
    encoding: str
    tone_type: str
    tone_scores: dict[str, float]
    tags: list[str]
    traits: dict[str, float]
    message: str
    source: str
    author_name: str
    created_at: datetime


class PromptOut(Schema):
    id: int
    slug: str
    title: str
    kind: str
    tags: list[str]
    assistant: str | None = Field(None, description="Slug of the owner.")
    parent: str | None = Field(None, description="Slug of the prompt it was forked from.")
    version: int = Field(description="Newest version.")
    labels: dict[str, int] = Field(description="Label -> version.")
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_assistant(prompt: Any) -> str | None:
        return prompt.assistant.slug if prompt.assistant else None

    @staticmethod
    def resolve_parent(prompt: Any) -> str | None:
        return prompt.parent.slug if prompt.parent else None

    @staticmethod
    def resolve_version(prompt: Any) -> int:
        version: int = prompt.current.version
        return version

    @staticmethod
    def resolve_labels(prompt: Any) -> dict[str, int]:
        return {label.name: label.checkpoint.version for label in prompt.labels.all()}


class PromptWithTextOut(Schema):
    prompt: PromptOut
    checkpoint: CheckpointOut
    variables: list[str]
    text: str | None = Field(None, description="Ready for use, includes in place; only when a label was asked for.")
    messages: list[MessageOut] | None = Field(None, description="The same as messages, with `form=messages`.")
    sha256: str | None = Field(None, description="Of the text that is ready for use.")
    contract: ContractStateOut | None = Field(None, description="How its contract stands; none without one.")
    split: SplitOut | None = Field(None, description="Which arm of a split label this is; none without a split.")


class LossOut(Schema):
    field: str = Field(description="Path of the field, such as `inputs.question.type`.")
    reason: str


class PromptExportOut(Schema):
    format: str
    file: str = Field(description="Where the file belongs in a folder.")
    version: int
    content: str
    losses: list[LossOut] = Field(description="What the file cannot hold; empty when it holds everything.")

    @staticmethod
    def resolve_format(made: Any) -> str:
        return str(made.written.format)

    @staticmethod
    def resolve_file(made: Any) -> str:
        return str(made.written.file)

    @staticmethod
    def resolve_version(made: Any) -> int:
        return int(made.checkpoint.version)

    @staticmethod
    def resolve_content(made: Any) -> str:
        return str(made.written.data.decode())

    @staticmethod
    def resolve_losses(made: Any) -> Any:
        return made.written.losses


class PromptPage(Schema):
    items: list[PromptOut]
    next: str | None


class CheckpointRow(Schema):
    id: int
    prompt: str
    version: int
    token_count: int
    tone_type: str
    tags: list[str]
    message: str
    author_name: str
    created_at: datetime

    symbolic_tags: list[str] = Field(description="What the change did, and the tags people put on.")

    @staticmethod
    def resolve_prompt(row: Any) -> str:
        slug: str = row.slug
        return slug

    @staticmethod
    def resolve_symbolic_tags(row: Any) -> list[str]:
        return [tag.name for tag in row.tag_rows.all()]


class CheckpointPage(Schema):
    items: list[CheckpointRow]
    next: str | None


class MutationOut(Schema):
    id: int
    prompt: str
    parent_prompt: str
    from_version: int
    to_version: int
    assistant: str | None
    symbolic_tags: list[str]
    trait_delta: dict[str, float]
    verdict: str
    findings: list[dict[str, Any]]
    result: str
    source: str
    reason: str
    actor_name: str
    created_at: datetime

    @staticmethod
    def resolve_prompt(row: Any) -> str:
        slug: str = row.prompt.slug
        return slug

    @staticmethod
    def resolve_parent_prompt(row: Any) -> str:
        slug: str = row.parent_prompt.slug
        return slug

    @staticmethod
    def resolve_from_version(row: Any) -> int:
        version: int = row.from_checkpoint.version
        return version

    @staticmethod
    def resolve_to_version(row: Any) -> int:
        version: int = row.to_checkpoint.version
        return version

    @staticmethod
    def resolve_assistant(row: Any) -> str | None:
        return row.assistant.slug if row.assistant else None


class MutationPage(Schema):
    items: list[MutationOut]
    next: str | None


class PromptIn(Body):
    slug: str
    text: str
    title: str = ""
    kind: str = "system"
    tags: list[str] = []
    assistant: str | None = None
    message: str = ""


class CheckpointIn(Body):
    text: str
    base: int | None = Field(None, description="Version the text was edited from; If-Match says the same.")
    message: str = ""


class DetailsIn(Body):
    title: str | None = None
    kind: str | None = None
    tags: list[str] | None = None
    assistant: str | None = None


class RestoreIn(Body):
    version: int
    base: int
    message: str = ""


class ForkIn(Body):
    slug: str
    title: str = ""
    message: str = ""


class LabelIn(Body):
    version: int
    other_version: int | None = Field(None, description="Split the label: readers of arm b get this one.")
    share: int = Field(0, description="Percent of readers that get `other_version`, 1 to 99.")
    reason: str = ""


class LabelOut(Schema):
    name: str
    version: int
    other_version: int | None = Field(None, description="What readers of arm b get; none without a split.")
    share: int = Field(description="Percent of readers that get `other_version`.")
    moved_at: datetime

    @staticmethod
    def resolve_other_version(row: Any) -> int | None:
        return row.other.version if row.other else None

    @staticmethod
    def resolve_version(row: Any) -> int:
        version: int = row.checkpoint.version
        return version


class RenderIn(Body):
    values: dict[str, str] = {}
    label: str | None = None
    version: int | None = None


class RenderOut(Schema):
    text: str


class MergeConflictOut(Schema):
    line: int
    base: str
    mine: str
    theirs: str


class MergeOut(Schema):
    base: int = Field(description="Version of the parent the merge stands on; send it as `base`.")
    merged: str
    conflicts: list[MergeConflictOut]

    @staticmethod
    def resolve_base(three: Any) -> int:
        version: int = three.current.version
        return version


class MergeIn(Body):
    base: int
    text: str | None = Field(None, description="The decided text; without one both sides are put together.")
    message: str = ""
