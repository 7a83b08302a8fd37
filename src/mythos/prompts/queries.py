"""Questions about prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from mythos.accounts.actors import Actor, System
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.errors import Invalid, NotFound
from mythos.prompts.bulk import read_row
from mythos.prompts.models import (
    CheckpointTag,
    LabelRequest,
    Prompt,
    PromptCheckpoint,
    PromptFeedback,
    PromptLabel,
    PromptLabelMove,
    PromptMutationLog,
)
from mythos.prompts.rendering import render
from mythos.text.compare import Comparison, compare
from mythos.text.diff import Conflict, DiffSpan, merge3, word_diff
from mythos.text.normalize import normalize
from mythos.text.template import includes
from mythos.text.traits import delta

ROLLED_BACK = "rolled_back"
LISTED = ("slug", "version", "token_count", "tone_type", "tags", "message", "author_name", "created_at")


@dataclass(frozen=True)
class CheckpointComparison:
    """Two checkpoints side by side."""

    old: PromptCheckpoint
    new: PromptCheckpoint
    diff: list[DiffSpan]
    comparison: Comparison
    trait_delta: dict[str, float]


@dataclass(frozen=True)
class ThreeWay:
    """An edit that came too late: where it began, what it says, what is newer, and both merged."""

    base: PromptCheckpoint
    current: PromptCheckpoint
    mine: str
    merged: str
    conflicts: tuple[Conflict, ...]


def seen_in(actor: Actor, swarm: Swarm | None) -> Q:
    """The condition on `swarm` for rows an actor may see; one swarm is asked for by its number, for the index."""
    if swarm is None:
        return Q(swarm__in=swarms_of(actor))
    return Q(swarm_id=swarm.pk) if swarms_of(actor).filter(pk=swarm.pk).exists() else Q(pk__in=[])


def visible_prompts(actor: Actor, swarm: Swarm | None = None) -> QuerySet[Prompt]:
    """Prompts of the actor's swarms, or of one of them, with what a list shows."""
    found = Prompt.objects.filter(seen_in(actor, swarm), deleted_at__isnull=True)
    labels = Prefetch("labels", PromptLabel.objects.select_related("checkpoint", "other"))
    return found.select_related("swarm", "assistant", "current", "parent").prefetch_related(labels)


def get_prompt(actor: Actor, key: int | str, swarm: Swarm | None = None) -> Prompt:
    """One prompt by id or slug, or NotFound when it is not the actor's to see."""
    found = visible_prompts(actor, swarm)
    prompt = found.filter(pk=key).first() if isinstance(key, int) else found.filter(slug=key).first()
    if prompt is None:
        raise NotFound(f"There is no prompt {key!r}.")
    return prompt


def trashed_prompts(actor: Actor, swarm: Swarm | None = None) -> QuerySet[Prompt]:
    """Prompts in the trash, the last one first."""
    found = Prompt.objects.filter(seen_in(actor, swarm), deleted_at__isnull=False)
    return found.select_related("swarm").order_by("-deleted_at", "-id")


def prompt_to_change(actor: Actor, prompt_id: int) -> Prompt:
    """One prompt by id with its swarm, its current text and nothing else, or NotFound."""
    prompt = read_row(Prompt, prompt_id)
    swarm = _swarm_seen(actor, prompt.swarm_id) if prompt and prompt.deleted_at is None else None
    if prompt is None or swarm is None:
        raise NotFound(f"There is no prompt {prompt_id!r}.")
    prompt.swarm, prompt.current = swarm, read_row(PromptCheckpoint, prompt.current_id)
    return prompt


def _swarm_seen(actor: Actor, swarm_id: int) -> Swarm | None:
    if isinstance(actor, System):
        return read_row(Swarm, swarm_id)
    return swarms_of(actor).filter(pk=swarm_id).order_by().first()


def checkpoint_of(
    actor: Actor, prompt: Prompt, *, label: str | None = None, version: int | None = None
) -> PromptCheckpoint:
    """The checkpoint of a label or version, else the current one."""
    rows = PromptCheckpoint.objects.filter(prompt=prompt, prompt__swarm__in=swarms_of(actor)).order_by("-version")
    if label is not None and label != "latest":
        rows, name, wanted = rows.filter(labels__name=label), "label", label
    elif version is not None:
        rows, name, wanted = rows.filter(version=version), "version", str(version)
    else:
        name, wanted = "version", "any"
    found: PromptCheckpoint | None = rows.first()
    if found is None:
        raise NotFound(f"{prompt.slug} has no {name} {wanted!r}.", fields={name: f"Unknown {name}."})
    return found


def get_checkpoint(actor: Actor, key: int) -> PromptCheckpoint:
    """One checkpoint by number, or NotFound when it is not the actor's to see."""
    found: PromptCheckpoint | None = visible_checkpoints(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(f"There is no checkpoint {key}.")
    return found


def visible_checkpoints(actor: Actor, swarm: Swarm | None = None) -> QuerySet[PromptCheckpoint]:
    """Checkpoints of the actor's prompts, newest first."""
    found = PromptCheckpoint.objects.filter(seen_in(actor, swarm), ~Q(prompt__in=_trash(swarm)))
    return found.select_related("prompt", "prompt__assistant").prefetch_related("labels", "mutations", "tag_rows")


def listed(rows: QuerySet[PromptCheckpoint]) -> QuerySet[PromptCheckpoint]:
    """Checkpoints with what a list of them tells and no more: neither texts nor measures are read."""
    tags = Prefetch("tag_rows", CheckpointTag.objects.only("checkpoint_id", "name"))
    return rows.select_related(None).prefetch_related(None).prefetch_related(tags).only(*LISTED)


def _trash(swarm: Swarm | None) -> QuerySet[Any, Any]:
    """Prompts in the trash, by number: few, so that leaving them out costs nothing."""
    found = Prompt.objects.filter(deleted_at__isnull=False)
    return (found.filter(swarm=swarm) if swarm is not None else found).order_by().values("pk")


def visible_mutations(actor: Actor, swarm: Swarm | None = None) -> QuerySet[PromptMutationLog]:
    """Mutations of the actor's prompts, newest first."""
    found = PromptMutationLog.objects.filter(seen_in(actor, swarm), ~Q(prompt__in=_trash(swarm)))
    return found.select_related("prompt", "parent_prompt", "from_checkpoint", "to_checkpoint", "assistant", "actor")


def with_rollbacks(rows: QuerySet[PromptMutationLog]) -> QuerySet[PromptMutationLog]:
    """Mutations with `rolled_back`: a later checkpoint of the prompt says again what one before the change said."""
    said_before = PromptCheckpoint.objects.filter(
        prompt=OuterRef("prompt"), version__lt=OuterRef(OuterRef("to_checkpoint__version")), sha256=OuterRef("sha256")
    )
    again = PromptCheckpoint.objects.filter(
        Exists(said_before), prompt=OuterRef("prompt"), version__gt=OuterRef("to_checkpoint__version")
    )
    return rows.annotate(rolled_back=Exists(again))


def with_result(rows: QuerySet[Any], result: str) -> QuerySet[Any]:
    """Mutations with one result: one of the stored ones that was not rolled back since, or `rolled_back`."""
    if result == ROLLED_BACK:
        return rows.filter(rolled_back=True)
    if result and result not in PromptMutationLog.Result.values:
        known = ", ".join([*PromptMutationLog.Result.values, ROLLED_BACK])
        raise Invalid("There is no such result.", fields={"result": f"One of {known}."})
    return rows.filter(result=result, rolled_back=False) if result else rows


def prompt_history(actor: Actor, prompt: Prompt) -> QuerySet[PromptCheckpoint]:
    """Every checkpoint of a prompt, newest first, with mutation and labels."""
    return visible_checkpoints(actor).filter(prompt=prompt).order_by("-version")


def label_history(actor: Actor, prompt: Prompt) -> QuerySet[PromptLabelMove]:
    """Every move of the prompt's labels, newest first."""
    return PromptLabelMove.objects.filter(prompt=prompt, prompt__swarm__in=swarms_of(actor)).select_related(
        "from_checkpoint", "to_checkpoint", "other_checkpoint"
    )


def feedback_of(actor: Actor, prompt: Prompt, label: str = "") -> QuerySet[PromptFeedback]:
    """What readers said about the texts of a prompt, newest first."""
    found = PromptFeedback.objects.filter(prompt=prompt, prompt__swarm__in=swarms_of(actor))
    return (found.filter(label=label) if label else found).select_related("checkpoint")


def label_requests(actor: Actor, swarm: Swarm | None = None) -> QuerySet[LabelRequest]:
    """Moves of protected labels that wait for a decision, oldest first."""
    found = LabelRequest.objects.filter(prompt__swarm__in=swarms_of(actor), status=LabelRequest.Status.PENDING)
    if swarm is not None:
        found = found.filter(prompt__swarm=swarm)
    return found.select_related("prompt", "prompt__swarm", "checkpoint", "requested_by").order_by("created_at", "id")


def get_label_request(actor: Actor, request_id: int) -> LabelRequest:
    """One request, decided or not, or NotFound."""
    found = LabelRequest.objects.filter(pk=request_id, prompt__swarm__in=swarms_of(actor))
    asked = found.select_related("prompt__swarm", "checkpoint", "decided_by").first()
    if asked is None:
        raise NotFound(f"There is no request {request_id}.")
    return asked


def compare_checkpoints(
    actor: Actor, old: PromptCheckpoint, new: PromptCheckpoint, *, use_embeddings: bool = True
) -> CheckpointComparison:
    """Difference in words, meaning and traits between two checkpoints the actor holds."""
    return CheckpointComparison(
        old,
        new,
        word_diff(old.text, new.text),
        compare(old.text, new.text, use_embeddings=use_embeddings, measure_similarity=use_embeddings),
        delta(old.traits, new.traits),
    )


def three_way(actor: Actor, prompt: Prompt, base: int, text: str) -> ThreeWay:
    """What a person needs to decide after somebody else saved first."""
    began = checkpoint_of(actor, prompt, version=base)
    current = checkpoint_of(actor, prompt)
    merge = merge3(began.text + "\n", normalize(text) + "\n", current.text + "\n")
    return ThreeWay(began, current, text, merge.text.rstrip("\n"), tuple(merge.conflicts))


def fork_merge(actor: Actor, fork: Prompt) -> ThreeWay:
    """A fork's text and its parent's, merged over the last text both had; Invalid for a prompt that is no fork."""
    if fork.parent_id is None or fork.current is None:
        raise Invalid(f"{fork.slug} is no fork.", fields={"prompt": "It was not forked from another prompt."})
    parent = get_prompt(actor, fork.parent_id)
    current = checkpoint_of(actor, parent)
    merges = PromptCheckpoint.objects.filter(prompt=parent, derived_from__prompt=fork).select_related("derived_from")
    merged_before = merges.order_by("-version").first()
    began = merged_before.derived_from if merged_before else _left_at(fork)
    assert began is not None
    merge = merge3(began.text + "\n", fork.current.text + "\n", current.text + "\n")
    return ThreeWay(began, current, fork.current.text, merge.text.rstrip("\n"), tuple(merge.conflicts))


def _left_at(fork: Prompt) -> PromptCheckpoint:
    """The text a fork began with."""
    first: PromptCheckpoint = fork.checkpoints.get(version=1)
    return first


def missing_includes(actor: Actor, swarm: Swarm, text: str) -> tuple[str, ...]:
    """`slug@label` of everything the text includes that is not there; empty for a text that cannot be read."""
    try:
        wanted = includes(text)
    except Invalid:
        return ()
    slugs = {slug for slug, _ in wanted}
    found = visible_prompts(actor, swarm).filter(slug__in=slugs)
    there = {(prompt.slug, label.name) for prompt in found for label in prompt.labels.all()}
    there |= {(prompt.slug, "latest") for prompt in found}
    return tuple(f"{slug}@{label}" for slug, label in wanted if (slug, label) not in there)


def render_prompt(
    actor: Actor,
    prompt: Prompt,
    values: Mapping[str, object],
    *,
    label: str | None = None,
    version: int | None = None,
) -> str:
    """The text of a checkpoint with variables and includes filled in."""
    checkpoint = checkpoint_of(actor, prompt, label=label, version=version)
    return render(prompt.swarm, checkpoint.text, values, (prompt.slug,))
