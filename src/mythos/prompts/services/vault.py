"""A whole vault from lines of JSON into a swarm that has none: all of it with the same hashes, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Field, Max, Model

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.prompts.bulk import insert_rows
from mythos.prompts.carrying import BY_KIND, FORMAT, KINDS, Carried
from mythos.prompts.fulltext import remember
from mythos.prompts.models import Prompt, PromptAncestor, PromptCheckpoint
from mythos.prompts.services.recording import compare_later, embed_later
from mythos.prompts.verifying import Proof, verify_vault

BATCH = 1000


@dataclass
class VaultReport:
    """How many rows of each kind came in, and the proof that they are whole."""

    rows: dict[str, int] = field(default_factory=dict)
    proof: Proof | None = None

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.rows.values())


def import_vault(
    *, actor: Actor, swarm: Swarm, lines: Iterable[str | bytes], on_progress: Callable[[int], None] | None = None
) -> VaultReport:
    """Fill an empty swarm from an exported vault; Invalid names the line or the row that does not fit."""
    require(actor, "swarm.manage", swarm)
    if any(carried.rows(swarm).exists() for carried in KINDS):
        raise Invalid(
            f"The swarm {swarm.slug} is not empty.", hint="A vault comes into a swarm without assistants and prompts."
        )
    with transaction.atomic():
        intake = _Intake(swarm)
        for number, line in enumerate(lines, start=1):
            intake.take(number, line)
            if on_progress and number % BATCH == 0:
                on_progress(number)
        intake.finish()
        report = VaultReport(intake.counts, verify_vault(actor=actor, swarm=swarm))
        if report.proof and report.proof.broken:
            raise Invalid("The file was changed after it was exported.", hint=report.proof.broken)
        embed_later(swarm.pk)
        compare_later(swarm.pk)
    return report


class _Intake:
    """Lines into rows, a batch of one kind at a time."""

    def __init__(self, swarm: Swarm) -> None:
        self.swarm = swarm
        self.offsets = {carried.model: _last(carried.model) for carried in KINDS}
        self.counts: dict[str, int] = {}
        self.kind = ""
        self.batch: list[Model] = []
        self.parents: dict[int, int | None] = {}
        self.is_complete = False

    def take(self, number: int, line: str | bytes) -> None:
        """One line; Invalid with its number when it is none of ours."""
        try:
            row = json.loads(line.decode() if isinstance(line, bytes) else line)
            json.dumps(row, ensure_ascii=False).encode()  # half a surrogate pair can be escaped, but not kept
            kind = row.pop("line")
            if self.is_complete:
                raise ValueError("there is something after the end")
            if (kind == "vault") != (number == 1) or (kind == "vault" and row["format"] != FORMAT):
                raise ValueError("this is no vault of a known format")
            if kind in BY_KIND:
                self._row(BY_KIND[kind], row)
            elif kind == "end":
                self.is_complete = row["rows"] == sum(self.counts.values())
            elif kind != "vault":
                raise ValueError(f"there is no kind {kind!r}")
        except UnicodeError as error:
            raise Invalid(f"Line {number} cannot be read: it is not UTF-8 text.", data={"line": number}) from error
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
            raise Invalid(f"Line {number} cannot be read: {error}.", data={"line": number}) from error

    def finish(self) -> None:
        """Write what is left, and what follows from the rows."""
        self._flush()
        if not self.is_complete:
            raise Invalid("The file ends too early.", hint="Export it again, and copy all of it.")
        _plant(self.parents)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                for sql in connection.ops.sequence_reset_sql(no_style(), [carried.model for carried in KINDS]):
                    cursor.execute(sql)

    def _row(self, carried: Carried, row: dict[str, Any]) -> None:
        if carried.kind != self.kind or len(self.batch) >= BATCH:
            self._flush()
            self.kind = carried.kind
        values = {}
        for column in carried.fields:
            value = column.to_python(_given(row, column))
            target = carried.points_to(column)
            values[column.attname] = value + self.offsets[target] if target and value is not None else value
        made = carried.model(**values)
        if carried.through == "swarm":
            made.swarm_id = self.swarm.pk  # type: ignore[attr-defined]
        if isinstance(made, Prompt):
            self.parents[made.pk] = made.parent_id
        self.batch.append(made)
        self.counts[carried.kind] = self.counts.get(carried.kind, 0) + 1

    def _flush(self) -> None:
        rows, self.batch = self.batch, []
        insert_rows(rows)
        if self.kind == "checkpoint":
            remember([row for row in rows if isinstance(row, PromptCheckpoint)])


def _given(row: dict[str, Any], column: Field[Any, Any]) -> Any:
    """A value of a line; files from before a column was there have its default."""
    if column.attname not in row and (column.null or column.has_default()):
        return column.get_default()
    return row[column.attname]


def _last(model: type[Model]) -> int:
    """The largest number in use; the chain's rows share theirs with nobody."""
    return model._default_manager.aggregate(last=Max("pk"))["last"] or 0


def _plant(parents: dict[int, int | None]) -> None:
    """The closure of forks, from each prompt's parent."""
    rows: list[Model] = []
    for prompt_id in parents:
        above: int | None = prompt_id
        depth = 0
        while above is not None:
            rows.append(PromptAncestor(prompt_id=prompt_id, ancestor_id=above, depth=depth))
            above, depth = parents[above], depth + 1
        if len(rows) >= BATCH:
            insert_rows(rows)
            rows = []
    insert_rows(rows)
