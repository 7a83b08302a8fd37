"""What trying a prompt out says of its promises.

Rituals stand above this floor, so they bring their side here when they start.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from mythos.codex.standing import Evidence, TriedReply
from mythos.prompts.models import PromptCheckpoint

RITUAL = "ritual:"  # a check that begins so is the cases of one ritual


@dataclass(frozen=True)
class Tried:
    """What runs on one text found: evidence by ref of a clause, and the replies themselves."""

    evidence: Mapping[str, list[Evidence]] = field(default_factory=dict)
    replies: list[TriedReply] = field(default_factory=list)


@dataclass(frozen=True)
class RitualOfPrompt:
    """One ritual that tries a prompt out: how many cases it has, and how many of them name each clause."""

    id: int
    slug: str
    prompt_id: int
    cases: int
    naming: Mapping[str, int]

    def as_dict(self, refs: Collection[str]) -> dict[str, Any]:
        """JSON-safe, with the number of cases that name one of the refs most named."""
        naming = max((self.naming.get(ref, 0) for ref in refs), default=0)
        return {"id": self.id, "slug": self.slug, "cases": self.cases, "naming": naming}


class Trials(Protocol):
    """The floor that runs rituals."""

    def tried(self, checkpoint: PromptCheckpoint, since: Mapping[str, datetime]) -> Tried:
        """What finished runs on exactly this text found; runs older than `since` say nothing of that clause."""
        ...

    def rituals_of(self, prompt_ids: Collection[int]) -> list[RitualOfPrompt]:
        """Every ritual with cases that tries one of the prompts out."""
        ...


class _Nothing:
    def tried(self, checkpoint: PromptCheckpoint, since: Mapping[str, datetime]) -> Tried:
        return Tried()

    def rituals_of(self, prompt_ids: Collection[int]) -> list[RitualOfPrompt]:
        return []


_trials: list[Trials] = [_Nothing()]


def register_trials(trials: Trials) -> None:
    """Have these asked from now on."""
    _trials[0] = trials


def trials() -> Trials:
    """Whoever runs rituals here."""
    return _trials[0]
