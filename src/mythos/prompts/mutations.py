"""Changes found by a query, and each as a plain row for files, programs and the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.prompts.models import PromptMutationLog
from mythos.prompts.mutation_query import read_mutation_query
from mythos.prompts.queries import visible_mutations, with_result, with_rollbacks
from mythos.prompts.search import search

COLUMNS = (
    "prompt", "parent_prompt", "from_version", "to_version", "assistant", "symbolic_tags", "trait_delta", "verdict",
    "result", "rolled_back", "source", "reason", "actor_name", "created_at",
)  # fmt: skip
TEXTS = ("from_checkpoint__text", "to_checkpoint__text", "from_checkpoint__traits", "to_checkpoint__traits")
CHUNK = 500


def matching_mutations(actor: Actor, swarm: Swarm, query: str, result: str = "") -> QuerySet[Any]:
    """What a query finds, newest first."""
    rows = with_result(with_rollbacks(visible_mutations(actor, swarm)), result)
    return search(rows, read_mutation_query(query, swarm)).rows.order_by("-created_at", "-id")


def mutation_rows(rows: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    """Each change as an export shows it."""
    for row in rows.defer(*TEXTS).iterator(chunk_size=CHUNK):
        yield mutation_as_row(row)


def mutation_as_row(row: PromptMutationLog) -> dict[str, Any]:
    """One change with the names of what it refers to."""
    named = {
        "prompt": row.prompt.slug,
        "parent_prompt": row.parent_prompt.slug,
        "from_version": row.from_checkpoint.version,
        "to_version": row.to_checkpoint.version,
        "assistant": row.assistant.slug if row.assistant else "",
    }
    return {name: named[name] if name in named else getattr(row, name) for name in COLUMNS}
