"""Proof that a vault's history is what was written, or the first row that is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.prompts.chain import hash_of
from mythos.prompts.models import PromptCheckpoint, PromptMutationLog, PurgedMutation
from mythos.text.normalize import content_hash

BATCH = 500
NEEDED = (
    "number", "previous_hash", "hash", "trait_delta", "result", "source", "reason", "actor_name", "created_at",
    "compared", "symbolic_tags", "findings", "verdict", "prompt__slug",
    "from_checkpoint__version", "from_checkpoint__sha256", "from_checkpoint__slug",
    "to_checkpoint__version", "to_checkpoint__sha256", "to_checkpoint__slug",
)  # fmt: skip


@dataclass(frozen=True)
class Proof:
    """What a verification saw; `broken` names the first row that was changed, and is empty for a whole history.

    `head` is the last hash. Whoever keeps it elsewhere can later tell that nothing was cut off at the end.
    """

    checkpoints: int
    mutations: int
    purged: int
    head: str
    broken: str

    @property
    def is_whole(self) -> bool:
        """Whether every row is as it was written."""
        return not self.broken


def verify_vault(*, actor: Actor, swarm: Swarm) -> Proof:
    """Walk the chain from its beginning and every text beside it; stops at the first row that does not fit."""
    require(actor, "swarm.view", swarm)
    texts, broken = _texts(swarm)
    mutations = purged = 0
    head = ""
    for number, row in enumerate(() if broken else _links(swarm), start=1):
        broken = _fault(row, number, head)
        if broken:
            break
        head = row.hash
        mutations += isinstance(row, PromptMutationLog)
        purged += isinstance(row, PurgedMutation)
    return Proof(texts, mutations, purged, head, broken)


def _texts(swarm: Swarm) -> tuple[int, str]:
    """How many texts still have the hash they were saved with, and the first that has not."""
    rows = PromptCheckpoint.objects.filter(swarm=swarm).order_by("id")
    seen = 0
    for text, sha256, slug, version in rows.values_list("text", "sha256", "slug", "version").iterator(BATCH):
        if content_hash(text) != sha256:
            return seen, f"The text of {slug} v{version} is not the one that was saved."
        seen += 1
    return seen, ""


def _links(swarm: Swarm) -> Iterator[PromptMutationLog | PurgedMutation]:
    """Every place of the chain in order, read a batch at a time."""
    live = PromptMutationLog.objects.filter(swarm=swarm).only(*NEEDED)
    live = live.select_related("prompt", "from_checkpoint", "to_checkpoint")
    gone = PurgedMutation.objects.filter(swarm=swarm)
    after = 0
    while True:
        rows = [list(kind.filter(number__gt=after).order_by("number")[:BATCH]) for kind in (live, gone)]
        merged = sorted(((row.number, row) for row in chain(*rows)), key=itemgetter(0))[:BATCH]
        if not merged:
            return
        yield from (row for _, row in merged)
        after = merged[-1][0]


def _fault(row: PromptMutationLog | PurgedMutation, number: int, head: str) -> str:
    if row.number != number:
        return f"Row {number} of the chain is missing; the next one there is {row.number}."
    if row.previous_hash != head:
        return f"Row {number} of the chain does not follow the row before it{_which(row)}."
    if isinstance(row, PurgedMutation):
        return ""
    if row.prompt.slug != row.to_checkpoint.slug or hash_of(row) != row.hash:
        return f"Row {number} of the chain was changed after it was written{_which(row)}."
    return ""


def _which(row: PromptMutationLog | PurgedMutation) -> str:
    if isinstance(row, PurgedMutation):
        return ""
    return f": {row.to_checkpoint.slug} v{row.from_checkpoint.version} → v{row.to_checkpoint.version}"
