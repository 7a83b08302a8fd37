"""The chain of a swarm's mutations: each row carries the hash of the one before it, so no row can change unseen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import connection

from mythos.accounts.models import Swarm
from mythos.prompts.models import Compared, PromptMutationLog


@dataclass(frozen=True)
class Head:
    """Where the next row of a chain is fastened; a chain begins at number 0 with no hash."""

    number: int
    hash: str


_ENDS = """
SELECT number, hash FROM (
  SELECT number, hash FROM prompts_promptmutationlog WHERE swarm_id = %s ORDER BY number DESC LIMIT 1) AS kept
UNION ALL
SELECT number, hash FROM (
  SELECT number, hash FROM prompts_purgedmutation WHERE swarm_id = %s ORDER BY number DESC LIMIT 1) AS purged
"""


def lock_chain(swarm_id: int) -> None:
    """Let one writer of a swarm in at a time; taken before any prompt's lock, so that two writers never cross.

    SQLite needs nothing: its transactions begin with the write lock.
    """
    if connection.features.has_select_for_update:
        list(Swarm.objects.select_for_update(no_key=True).filter(pk=swarm_id).values_list("pk"))


def stamp_of(prompt_id: int) -> tuple[int, int | None]:
    """By what a prompt is known to be unchanged: its stamp and its current checkpoint; held until the end."""
    hold = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT stamp, current_id FROM prompts_prompt WHERE id = %s{hold}", [prompt_id])  # noqa: S608
        stamp, current_id = cursor.fetchone()
    return stamp, current_id


def head_of(swarm_id: int) -> Head:
    """The end of a swarm's chain, for a writer who holds its lock."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, [swarm_id, swarm_id])
        number, digest = max(cursor.fetchall(), default=(0, ""))
    return Head(number, digest)


def facts(row: PromptMutationLog) -> dict[str, Any]:
    """What the hash of a row covers, in natural keys; what was compared later is no part of it."""
    before, after = row.from_checkpoint, row.to_checkpoint
    covered: dict[str, Any] = {
        "number": row.number,
        "previous": row.previous_hash,
        "prompt": after.slug,
        "parent": before.slug,
        "from": [before.version, before.sha256],
        "to": [after.version, after.sha256],
        "delta": row.trait_delta,
        "result": row.result,
        "source": row.source,
        "reason": row.reason,
        "actor": row.actor_name,
        "at": row.created_at.astimezone(UTC).isoformat(),
        "at_once": row.compared == Compared.AT_ONCE,
    }
    if row.compared == Compared.AT_ONCE:
        covered |= {"tags": row.symbolic_tags, "findings": row.findings, "verdict": row.verdict}
    return covered


def hash_of(row: PromptMutationLog) -> str:
    """SHA-256 of the row's facts in canonical JSON."""
    canonical = json.dumps(facts(row), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def fasten(row: PromptMutationLog, head: Head) -> Head:
    """Give a row its place after `head`; the new end of the chain."""
    row.number, row.previous_hash = head.number + 1, head.hash
    row.hash = hash_of(row)
    return Head(row.number, row.hash)
