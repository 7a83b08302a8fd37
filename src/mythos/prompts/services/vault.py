"""A whole vault from lines of JSON into a swarm that has none: all of it with the same hashes, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connection, transaction
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
LARGEST_NUMBER = 2**53
AGAIN = "Nothing was brought in. Export the vault again, and take the file as it is."


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
    with _fitting("The rows of the file do not fit together"), transaction.atomic():
        intake = _Intake(swarm)
        for number, line in enumerate(lines, start=1):
            intake.take(number, line)
            if on_progress and number % BATCH == 0:
                on_progress(number)
        intake.finish()
        report = VaultReport(intake.counts, verify_vault(actor=actor, swarm=swarm))
        if report.proof and report.proof.broken:
            raise Invalid(f"The file was changed after it was exported. {report.proof.broken}", hint=AGAIN)
        embed_later(swarm.pk)
        compare_later(swarm.pk)
    return report


@contextmanager
def _fitting(what: str) -> Iterator[None]:
    """What the database refuses is wrong in the file: a number twice, or one that nothing has."""
    try:
        yield
    except (IntegrityError, DataError, OverflowError) as error:
        raise Invalid(f"{what}: {' '.join(str(error).split())}.", hint=AGAIN) from error


class _Intake:
    """Lines into rows, a batch of one kind at a time."""

    def __init__(self, swarm: Swarm) -> None:
        self.swarm = swarm
        self.offsets = {carried.model: _last(carried.model) for carried in KINDS}
        self.counts: dict[str, int] = {}
        self.kind = ""
        self.batch: list[Model] = []
        self.first_line = 0
        self.parents: dict[int, int | None] = {}
        self.is_complete = False

    def take(self, number: int, line: str | bytes) -> None:
        """One line; Invalid with its number when it is none of ours."""
        try:
            row = json.loads(line.decode() if isinstance(line, bytes) else line)
            json.dumps(row, ensure_ascii=False).encode()  # half a surrogate pair can be escaped, but not kept
            if not isinstance(row, dict):
                raise ValueError("it is no JSON object")
            self._line(number, row.pop("line"), row)
        except UnicodeError as error:
            raise _unreadable(number, "it is not UTF-8 text") from error
        except json.JSONDecodeError as error:
            raise _unreadable(number, f"it is not JSON ({error.msg}, column {error.colno})") from error
        except KeyError as error:
            raise _unreadable(number, f"the field {error} is missing") from error
        except ValidationError as error:
            raise _unreadable(number, " ".join(error.messages).rstrip(".")) from error
        except (ValueError, TypeError) as error:
            raise _unreadable(number, str(error)) from error

    def _line(self, number: int, kind: str, row: dict[str, Any]) -> None:
        if self.is_complete:
            raise ValueError("there is something after the end")
        if (kind == "vault") != (number == 1) or (kind == "vault" and row["format"] != FORMAT):
            raise ValueError("this is no vault of a known format")
        if kind in BY_KIND:
            self._row(number, BY_KIND[kind], row)
        elif kind == "end":
            if row["rows"] != sum(self.counts.values()):
                raise ValueError(f"{row['rows']} rows were written, and {sum(self.counts.values())} are in the file")
            self.is_complete = True
        elif kind != "vault":
            raise ValueError(f"there is no kind {kind!r}")

    def finish(self) -> None:
        """Write what is left, and what follows from the rows."""
        self._flush()
        if not self.is_complete:
            raise Invalid("The file ends too early.", hint=AGAIN)
        _plant(self.parents, self.offsets[Prompt])
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                for sql in connection.ops.sequence_reset_sql(no_style(), [carried.model for carried in KINDS]):
                    cursor.execute(sql)

    def _row(self, number: int, carried: Carried, row: dict[str, Any]) -> None:
        if carried.kind != self.kind or len(self.batch) >= BATCH:
            self._flush()
            self.kind, self.first_line = carried.kind, number
        values = {}
        for column in carried.fields:
            target = carried.points_to(column)
            value = _given(row, column, is_number=target is not None)
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
        with _fitting(f"Lines {self.first_line} to {self.first_line + len(rows) - 1} do not fit together"):
            insert_rows(rows)
        if self.kind == "checkpoint":
            remember([row for row in rows if isinstance(row, PromptCheckpoint)])


def _unreadable(number: int, what: str) -> Invalid:
    return Invalid(f"Line {number} cannot be read: {what}.", hint=AGAIN, data={"line": number})


def _given(row: dict[str, Any], column: Field[Any, Any], *, is_number: bool) -> Any:
    """A value of a line; files from before a column was there have its default."""
    if column.attname not in row and (column.null or column.has_default()):
        return column.get_default()
    value = column.to_python(row[column.attname])
    if value is None and not column.null:
        raise ValueError(f"{column.attname} is empty")
    if is_number and value is not None and not 0 < value < LARGEST_NUMBER:
        raise ValueError(f"{column.attname} is no number of a row")
    if column.default in (list, dict) and not isinstance(value, column.default):
        raise ValueError(f"{column.attname} is no {column.default.__name__}")
    column.run_validators(value)
    return value


def _last(model: type[Model]) -> int:
    """The largest number in use; the chain's rows share theirs with nobody."""
    return model._default_manager.aggregate(last=Max("pk"))["last"] or 0


def _plant(parents: dict[int, int | None], offset: int) -> None:
    """The closure of forks, from each prompt's parent; a file may say of two that each comes from the other."""
    rows: list[Model] = []
    for prompt_id in parents:
        above: int | None = prompt_id
        line: dict[int, int] = {}
        while above is not None:
            if above in line or above not in parents:
                what = "descends from itself" if above in line else "has a parent that is not in the file"
                raise Invalid(f"The prompt with the number {prompt_id - offset} {what}.", hint=AGAIN)
            line[above] = len(line)
            above = parents[above]
        rows += [PromptAncestor(prompt_id=prompt_id, ancestor_id=one, depth=depth) for one, depth in line.items()]
        if len(rows) >= BATCH:
            insert_rows(rows)
            rows = []
    insert_rows(rows)
