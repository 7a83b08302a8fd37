"""The two arms of a split label side by side: what their readers thought of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean

from mythos.accounts.actors import Actor
from mythos.errors import NotFound
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptFeedback
from mythos.prompts.queries import get_prompt
from mythos.prompts.splitting import ARMS, Arm
from mythos.rituals.statistics import Paired, paired
from mythos.rituals.two_samples import Unpaired, unpaired

MOST_READ = 200_000


@dataclass(frozen=True, slots=True)
class ArmScores:
    """One arm: its text, how many percent get it, how many readers said something and what on average."""

    arm: Arm
    checkpoint: PromptCheckpoint
    share: int
    readers: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class ArmComparison:
    """Whether b is better than a. Paired where most readers have seen both; readers left out are counted."""

    prompt: Prompt
    label: str
    arms: tuple[ArmScores, ArmScores]
    result: Paired | Unpaired
    left_out: int

    @property
    def is_paired(self) -> bool:
        """Whether the same readers were asked about both."""
        return isinstance(self.result, Paired)

    @property
    def is_heard(self) -> bool:
        """Whether somebody said something of each: else there is nothing to compare, and no number to show."""
        return all(arm.readers for arm in self.arms)


def compare_arms(actor: Actor, prompt_id: int, label: str) -> ArmComparison:
    """What the feedback says about a split label; NotFound when it is not split.

    A reader is a key and counts once, with the mean of what it said; feedback without a key counts by itself.
    """
    prompt = get_prompt(actor, prompt_id)
    row = prompt.labels.select_related("checkpoint", "other").filter(name=label, share__gt=0).first()
    if row is None or row.other is None:
        raise NotFound(f"{label} of {prompt.slug} is not split.", fields={"label": "Not split."})
    scores = _by_reader(prompt, label, (row.checkpoint, row.other))
    both = [(a, b) for a, b in scores.values() if a is not None and b is not None]
    only_a = [a for a, b in scores.values() if b is None and a is not None]
    only_b = [b for a, b in scores.values() if a is None and b is not None]
    result: Paired | Unpaired
    if len(both) > len(only_a) + len(only_b):
        is_binary = all(value in (0.0, 1.0) for pair in both for value in pair)
        result, left_out = paired([b - a for a, b in both], is_binary=is_binary), len(only_a) + len(only_b)
    else:
        result, left_out = unpaired(only_a, only_b), len(both)
    groups = ([a for a, _ in both] + only_a, [b for _, b in both] + only_b)
    shares = (100 - row.share, row.share)
    arms = [
        ArmScores(arm, checkpoint, share, len(group), fmean(group) if group else None)
        for arm, checkpoint, share, group in zip(ARMS, (row.checkpoint, row.other), shares, groups, strict=True)
    ]
    return ArmComparison(prompt, label, (arms[0], arms[1]), result, left_out)


def _by_reader(
    prompt: Prompt, label: str, checkpoints: tuple[PromptCheckpoint, PromptCheckpoint]
) -> dict[str, tuple[float | None, float | None]]:
    """What each reader thought of both, on average."""
    said: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    rows = PromptFeedback.objects.filter(prompt=prompt, label=label, checkpoint__in=checkpoints)
    for pk, key, checkpoint_id, score in rows.values_list("pk", "key", "checkpoint_id", "score")[:MOST_READ]:
        reader = f"key {key}" if key else f"row {pk}"
        said[reader][0 if checkpoint_id == checkpoints[0].pk else 1].append(score)
    return {
        reader: (fmean(first) if first else None, fmean(second) if second else None)
        for reader, (first, second) in said.items()
    }
