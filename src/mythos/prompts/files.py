"""A prompt as a file of some format, and what of it such a file cannot hold."""

from __future__ import annotations

from dataclasses import dataclass

from mythos import plugins
from mythos.accounts.actors import Actor
from mythos.accounts.permissions import require
from mythos.errors import Invalid, NotFound
from mythos.formats.prompts import FORMATS, Format, PromptRecord, Revision
from mythos.formats.prompts.losses import Loss, Written, write
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.queries import checkpoint_of


@dataclass(frozen=True)
class ExportedPrompt:
    """A prompt as a file."""

    title: str
    checkpoint: PromptCheckpoint
    written: Written

    @property
    def format(self) -> str:
        """The format's name."""
        return self.written.format

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What the file cannot hold."""
        return self.written.losses

    @property
    def name(self) -> str:
        """The file's path as one name."""
        return self.written.file.replace("/", "-")


def format_named(name: str) -> Format:
    """A format by its name; Invalid lists the known ones."""
    try:
        found: Format = plugins.find("format", name)
    except NotFound as error:
        raise Invalid(
            f"There is no format “{name}”.",
            hint=f"Known: {', '.join(FORMATS)}.",
            fields={"format": f"One of {', '.join(FORMATS)}."},
        ) from error
    return found


def record_of(prompt: Prompt, checkpoint: PromptCheckpoint | None = None) -> PromptRecord:
    """A prompt as formats take it."""
    text = checkpoint or prompt.current
    assert text is not None
    revision = Revision(text.text)
    tags = tuple(prompt.tags)
    return PromptRecord(prompt.slug, prompt.title, (revision,), prompt.kind, tags, metadata=prompt.metadata)


def prompt_as_file(
    actor: Actor, prompt: Prompt, format_name: str, *, label: str | None = None, version: int | None = None
) -> ExportedPrompt:
    """The file of a label or version, else of the newest, with its losses."""
    require(actor, "swarm.view", prompt.swarm)
    form = format_named(format_name)
    checkpoint = checkpoint_of(actor, prompt, label=label, version=version)
    return ExportedPrompt(form.title, checkpoint, write(record_of(prompt, checkpoint), form))


def prompt_in_every_format(actor: Actor, prompt: Prompt) -> list[ExportedPrompt]:
    """The newest text in each built-in format."""
    return [prompt_as_file(actor, prompt, name) for name in FORMATS]
