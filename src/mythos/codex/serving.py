"""What running programs are given: the exact text, its hash, where it comes from and how its contract stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mythos.accounts.actors import Actor
from mythos.assistants.compiling import Block, Compiled, compile_blocks
from mythos.assistants.models import Assistant
from mythos.codex.models import CodexContract
from mythos.errors import NotFound
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.queries import checkpoint_of, render_prompt, visible_checkpoints, visible_prompts
from mythos.prompts.rendering import with_includes
from mythos.prompts.splitting import ANYBODY, Arm, Reader
from mythos.text.normalize import content_hash
from mythos.text.template import variables


@dataclass(frozen=True, slots=True)
class ContractState:
    """How the contract in force stood when it was last checked, and on which version of the text."""

    version: int
    type: str
    state: str
    checked_version: int | None


@dataclass(frozen=True, slots=True)
class Split:
    """Which arm of a split label this is, and the percent of readers that get arm b."""

    arm: Arm
    share: int


@dataclass(frozen=True, slots=True)
class Served:
    """A text ready for use. Its `tag` differs whenever the text or the standing of its contract does."""

    text: str
    sha256: str
    variables: tuple[str, ...]
    checkpoint: PromptCheckpoint
    contract: ContractState | None
    split: Split | None = None

    @property
    def messages(self) -> list[dict[str, str]]:
        """The text as the conversation a chat service takes."""
        return messages_of(self.checkpoint.prompt.kind, self.text)

    @property
    def tag(self) -> str:
        """What an ETag is made of."""
        included = "" if self.sha256 == self.checkpoint.sha256 else f".{self.sha256[:12]}"
        return serving_tag(self.checkpoint.version, self.contract, self.split) + included


@dataclass(frozen=True, slots=True)
class ServedAssistant:
    """An assistant's prompts compiled to one text, with the part each played."""

    assistant: Assistant
    compiled: Compiled
    blocks: tuple[tuple[Block, Served], ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables that are open in the text."""
        return variables(self.compiled.text)

    @property
    def tag(self) -> str:
        """What an ETag is made of: the text, and how the contracts behind it stand."""
        return content_hash("\n".join([self.compiled.sha256, *(served.tag for _, served in self.blocks)]))[:32]


def messages_of(kind: str, text: str) -> list[dict[str, str]]:
    """A prompt for users opens the conversation as the user; every other kind instructs the model."""
    return [{"role": "user" if kind == Prompt.Kind.USER else "system", "content": text}]


def serving_tag(version: int, contract: ContractState | None, split: Split | None = None) -> str:
    """`v3`, or with a contract `v3.c2.kept.3`: version, contract, its state, the version the state speaks of.

    An arm of a split label ends in `.b20`: the arm, and the percent that get b.
    """
    arm = f".{split.arm}{split.share}" if split is not None else ""
    if contract is None:
        return f"v{version}{arm}"
    return f"v{version}.c{contract.version}.{contract.state}.{contract.checked_version or 0}{arm}"


def serve_prompt(
    actor: Actor, prompt: Prompt, *, label: str | None = None, version: int | None = None, reader: Reader = ANYBODY
) -> Served:
    """The text of a label or version with what it includes; NotFound when either is not there.

    Of a split label a reader gets the arm of its key, one by chance without a key, or the arm it names.
    """
    row = next((row for row in prompt.labels.all() if row.name == label and row.share), None)
    split = Split(reader.arm_of(prompt.slug, row.name, row.share), row.share) if row is not None else None
    if row is not None and row.other is not None and split is not None and split.arm == "b":
        checkpoint = checkpoint_of(actor, prompt, version=row.other.version)
    else:
        checkpoint = checkpoint_of(actor, prompt, label=label, version=version)
    served = _served(prompt, checkpoint, contract_states([prompt.pk]).get(prompt.pk))
    return replace(served, split=split)


def serve_rendered(
    actor: Actor,
    prompt: Prompt,
    values: Mapping[str, object],
    *,
    label: str | None = None,
    version: int | None = None,
    reader: Reader = ANYBODY,
) -> Served:
    """The same with its variables filled; Invalid names every one that has no value."""
    served = serve_prompt(actor, prompt, label=label, version=version, reader=reader)
    text = render_prompt(actor, prompt, values, version=served.checkpoint.version)
    return replace(served, text=text, sha256=content_hash(text), variables=())


def serve_assistant(actor: Actor, assistant: Assistant) -> ServedAssistant:
    """The compiled text of an assistant: pinned checkpoints as they are, labels where they point now."""
    rows: Sequence[Mapping[str, Any]] = assistant.prompt_cluster
    if not rows:
        raise NotFound(
            f"{assistant.name} has no prompts to speak from yet.",
            hint="Deploy a draft of it.",
            fields={"prompt_cluster": "It is empty."},
        )
    prompts = {
        row.pk: row for row in visible_prompts(actor, assistant.swarm).filter(pk__in=[r["prompt"] for r in rows])
    }
    pins = [row["checkpoint"] for row in rows if row["checkpoint"]]
    pinned = {row.pk: row for row in visible_checkpoints(actor, assistant.swarm).filter(pk__in=pins)}
    contracts = contract_states(prompts)
    blocks = []
    for row in rows:
        prompt = prompts.get(row["prompt"])
        checkpoint = pinned.get(row["checkpoint"]) if row["checkpoint"] else _pointed(prompt, row["label"])
        if prompt is None or checkpoint is None:
            raise _gone(assistant, row, prompt)
        served = _served(prompt, checkpoint, contracts.get(prompt.pk))
        source = f"{prompt.slug}@v{checkpoint.version}"
        blocks.append((Block(row["section"], row["order"], served.text, source), served))
    return ServedAssistant(assistant, compile_blocks(block for block, _ in blocks), tuple(blocks))


def contract_states(prompt_ids: Iterable[int]) -> dict[int, ContractState]:
    """Prompt -> how its contract in force stands."""
    rows = CodexContract.objects.filter(prompt__in=list(prompt_ids), status=CodexContract.Status.IN_FORCE)
    return {
        row.prompt_id: ContractState(
            row.version, row.type, row.state, row.checked_checkpoint.version if row.checked_checkpoint else None
        )
        for row in rows.select_related("checked_checkpoint")
    }


def _served(prompt: Prompt, checkpoint: PromptCheckpoint, contract: ContractState | None) -> Served:
    text = with_includes(prompt.swarm, checkpoint.text, (prompt.slug,))
    return Served(text, content_hash(text), variables(text), checkpoint, contract)


def _pointed(prompt: Prompt | None, name: str) -> PromptCheckpoint | None:
    if prompt is None:
        return None
    if name == "latest":
        return prompt.current
    return next((label.checkpoint for label in prompt.labels.all() if label.name == name), None)


def _gone(assistant: Assistant, row: Mapping[str, Any], prompt: Prompt | None) -> NotFound:
    what = f"the prompt {row['prompt']}" if prompt is None else f"the label {row['label']!r} of {prompt.slug}"
    if prompt is not None and row["checkpoint"]:
        what = f"the pinned checkpoint of {prompt.slug}"
    return NotFound(
        f"{assistant.name} cannot be compiled: {what} is gone.",
        hint="Deploy the assistant again without it, or bring it back.",
        fields={"prompt_cluster": f"{what[0].upper()}{what[1:]} is gone."},
    )
