"""What an assistant is composed of, whether it is a draft, a deployed version or a change of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mythos.accounts.models import Swarm
from mythos.assistants.compiling import SECTIONS, Block
from mythos.drafts.models import AssistantDraft, AssistantVersion
from mythos.errors import Invalid, NotFound
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.rendering import with_includes
from mythos.text.normalize import content_hash

MOST_BLOCKS = 300
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Composition:
    """Everything that decides what is compiled, and what is asked of it."""

    swarm: Swarm
    assistant_id: int | None
    name: str
    tone: str
    codex_contract_type: str
    model: str
    token_limit: int
    rows: Sequence[Row]
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One prompt of a composition at its checkpoint; `problem` says why its text cannot be used as it is."""

    prompt: Prompt
    checkpoint: PromptCheckpoint
    block: Block
    sha256: str
    problem: str = ""

    @property
    def has_newer(self) -> bool:
        """Whether the prompt has been revised since."""
        return self.prompt.current_id is not None and self.prompt.current_id != self.checkpoint.pk


def composition_of_draft(draft: AssistantDraft) -> Composition:
    """What a draft says."""
    return Composition(
        draft.swarm,
        draft.assistant_id,
        draft.name,
        draft.tone,
        draft.codex_contract_type,
        draft.model,
        draft.token_limit,
        draft.prompt_cluster,
        draft.answers,
    )


def composition_of_version(version: AssistantVersion) -> Composition:
    """What a version was deployed with."""
    pins = version.pins.order_by("order").values("section", "order", "prompt", "checkpoint")
    return Composition(
        version.assistant.swarm,
        version.assistant_id,
        version.name,
        version.tone,
        version.codex_contract_type,
        version.model,
        version.token_limit,
        list(pins),
        version.answers,
    )


def parts_of(swarm: Swarm, rows: Sequence[Row]) -> tuple[list[Part], list[str]]:
    """The blocks in the order they are compiled, and what is no longer there, in words."""
    prompts: dict[int, Any] = (
        Prompt.objects.filter(swarm=swarm, deleted_at=None)
        .select_related("current")
        .in_bulk({r["prompt"] for r in rows})
    )
    checkpoints: dict[int, Any] = PromptCheckpoint.objects.filter(swarm=swarm).in_bulk({r["checkpoint"] for r in rows})
    parts, gone = [], []
    for row in sorted(rows, key=lambda row: (SECTIONS.index(row["section"]), row["order"])):
        prompt, checkpoint = prompts.get(row["prompt"]), checkpoints.get(row["checkpoint"])
        if prompt is None or checkpoint is None or checkpoint.prompt_id != prompt.pk:
            gone.append(f"{checkpoint.slug if checkpoint else 'A prompt'} is gone.")
            continue
        parts.append(part_of(swarm, row, prompt, checkpoint))
    return parts, gone


def part_of(swarm: Swarm, row: Row, prompt: Prompt, checkpoint: PromptCheckpoint) -> Part:
    """One block, with what it includes."""
    text, problem = checkpoint.text, ""
    try:
        text = with_includes(swarm, checkpoint.text, (prompt.slug,))
    except (Invalid, NotFound) as error:
        problem = error.message
    source = f"{prompt.slug}@v{checkpoint.version}"
    block = Block(row["section"], row["order"], text, source)
    sha256 = checkpoint.sha256 if text == checkpoint.text else content_hash(text)
    return Part(prompt, checkpoint, block, sha256, problem)


def clean_rows(swarm: Swarm, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as they are stored, numbered as they stand in each section; Invalid says what is wrong with which."""
    given = list(rows)
    if len(given) > MOST_BLOCKS:
        raise Invalid("The draft has too many blocks.", fields={"prompt_cluster": f"At most {MOST_BLOCKS}."})
    wanted = [row.get("checkpoint") for row in given]
    numbers = {key for key in wanted if isinstance(key, int)}
    found = PromptCheckpoint.objects.filter(swarm=swarm, pk__in=numbers, prompt__deleted_at=None)
    owners: dict[int, int] = dict(found.order_by().values_list("pk", "prompt_id"))
    fields: dict[str, str] = {}
    seen: set[int] = set()
    clean: list[dict[str, Any]] = []
    for number, row in enumerate(given):
        prompt = owners.get(row["checkpoint"]) if isinstance(row.get("checkpoint"), int) else None
        if row.get("section") not in SECTIONS:
            fields[f"prompt_cluster.{number}.section"] = f"One of {', '.join(SECTIONS)}."
        elif prompt is None or row.get("prompt", prompt) != prompt:
            fields[f"prompt_cluster.{number}.checkpoint"] = "There is no such checkpoint of the prompt."
        elif prompt in seen:
            fields[f"prompt_cluster.{number}.prompt"] = "The prompt stands in the draft twice."
        else:
            seen.add(prompt)
            clean.append({"section": row["section"], "prompt": prompt, "checkpoint": row["checkpoint"]})
    if fields:
        raise Invalid("The blocks cannot be stored.", fields=fields)
    clean.sort(key=lambda row: SECTIONS.index(row["section"]))
    return [{"section": row["section"], "order": order} | row for order, row in enumerate(clean)]
