"""A whole vault as lines of JSON: what a line holds, and the export that streams them.

Rows keep their own numbers; an import adds one offset a table, so it needs no map of a million keys. People stay
behind: their names stand in the rows, their accounts belong to the instance.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, ForeignKey, Model, QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm, User
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.prompts.models import (
    CheckpointTag,
    Prompt,
    PromptCheckpoint,
    PromptLabel,
    PromptLabelMove,
    PromptMutationLog,
    PurgedMutation,
)

FORMAT = 1
CHUNK = 1000


@dataclass(frozen=True)
class Carried:
    """One kind of line: a table without its swarm and its people."""

    kind: str
    model: type[Model]
    through: str = "swarm"

    @cached_property
    def fields(self) -> list[Field[Any, Any]]:
        """The columns a line holds."""
        return [field for field in self.model._meta.concrete_fields if field.related_model not in (Swarm, User)]

    def points_to(self, field: Field[Any, Any]) -> type[Model] | None:
        """The table whose numbers a column holds; None for a plain value."""
        if isinstance(field, ForeignKey):
            return field.related_model
        return self.model if field.primary_key else None

    def rows(self, swarm: Swarm) -> QuerySet[Any]:
        """The rows of a swarm, oldest first."""
        return self.model._default_manager.filter(**{self.through: swarm}).order_by("pk")


KINDS = (
    Carried("assistant", Assistant),
    Carried("prompt", Prompt),
    Carried("checkpoint", PromptCheckpoint),
    Carried("mutation", PromptMutationLog),
    Carried("purged", PurgedMutation),
    Carried("tag", CheckpointTag),
    Carried("label", PromptLabel, "prompt__swarm"),
    Carried("label_move", PromptLabelMove, "prompt__swarm"),
)
BY_KIND = {carried.kind: carried for carried in KINDS}


def export_lines(*, actor: Actor, swarm: Swarm) -> Iterator[str]:
    """The vault of a swarm, a line a row: flat memory, one snapshot, an end that tells whether all of it arrived."""
    require(actor, "swarm.view", swarm)
    return _lines(swarm)


def _lines(swarm: Swarm) -> Iterator[str]:
    count = 0
    with _snapshot():
        yield _line("vault", {"format": FORMAT, "swarm": swarm.slug, "name": swarm.name})
        for carried in KINDS:
            names = [field.attname for field in carried.fields]
            for values in carried.rows(swarm).values_list(*names).iterator(CHUNK):
                yield _line(carried.kind, dict(zip(names, values, strict=True)))
                count += 1
        yield _line("end", {"rows": count})


def _line(kind: str, row: dict[str, Any]) -> str:
    return json.dumps({"line": kind, **row}, ensure_ascii=False, separators=(",", ":"), default=_plain) + "\n"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be carried.")


@contextmanager
def _snapshot() -> Iterator[None]:
    """Everything read inside is of one moment; writers are not kept waiting."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # Django's own transactions take the write lock at once
            try:
                yield
            finally:
                cursor.execute("COMMIT")
