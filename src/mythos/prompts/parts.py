"""The parts of a query of the grid: each knows its matches by an index, and its test on one row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, In, LessThan, LessThanOrEqual

from mythos.accounts.models import Swarm
from mythos.prompts.likeness import prompts_nearest_to
from mythos.prompts.models import CheckpointTag, Prompt, PromptAncestor, PromptCheckpoint, PromptLabel

FEW = 10_000  # matches up to which a part is counted exactly
WIDE = 20_000  # the same where an index holds what the usual filters and orders ask for


@dataclass(frozen=True)
class Part:
    """One condition: `ids` by an index of its own, `test` without one; a frequent one is known to have many.

    `known` are the same ids, where they were read already. `held` is the condition as an index can seek it, where
    the index of `column` also holds what the other columns are sorted and filtered by.
    """

    ids: QuerySet[Any, Any]
    test: Any
    is_frequent: bool = False
    known: tuple[int, ...] | None = None
    held: Q | None = None
    column: str = ""

    @property
    def most(self) -> int:
        """How many matches are counted."""
        return FEW if self.held is None and connection.vendor == "sqlite" else WIDE

    def size(self) -> int:
        """How many matches, up to one more than the most."""
        if self.is_frequent:
            return self.most + 1
        return count_up_to(self.ids, self.most) if self.known is None else len(self.known)

    def keys(self) -> Sequence[int]:
        """The ids."""
        return _keys(self.ids) if self.known is None else self.known


class Plain(Func):
    """A column whose index SQLite shall leave alone; PostgreSQL weighs that better by itself."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **extra)


class Aside(Plain):
    """A column to sort rows by that another index found: that of the order shall not be walked past all others."""

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"COALESCE({column}, {column})", [*params, *params]


_ORDER: dict[str, Any] = {
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
    "lt": LessThan,
    "lte": LessThanOrEqual,
}


def by_value(swarm: Swarm | None, column: str, values: Sequence[str]) -> Part:
    """Rows whose column is one of the values."""
    held = Q(**{f"{column}__in": values})
    # Rows of several values do not lie in the order of the column's index.
    return Part(_rows(swarm, held), In(Plain(F(column)), values), held=held, column=column if len(values) == 1 else "")


def by_range(swarm: Swarm | None, column: str, limits: dict[str, Any]) -> Part:
    """Rows whose column lies within limits, given by lookup."""
    held = Q(**{f"{column}__{lookup}": value for lookup, value in limits.items()})
    tests = Q()
    for lookup, value in limits.items():
        tests &= Q(_ORDER[lookup](Plain(F(column)), value))
    return Part(_rows(swarm, held), tests, held=held, column=column)


def by_tag(swarm: Swarm | None, names: Sequence[str]) -> Part:
    """Rows that carry one of the tags, measured or put on."""
    tags = CheckpointTag.objects.filter(name__in=names, **within(swarm)).order_by()
    return Part(
        tags.values_list("checkpoint_id"),
        Exists(CheckpointTag.objects.filter(checkpoint=OuterRef("pk"), name__in=names)),
    )


def by_label(swarm: Swarm | None, name: str) -> Part:
    """Rows a label points to now."""
    labels = PromptLabel.objects.filter(name=name).order_by()
    if swarm is not None:
        labels = labels.filter(prompt__swarm=swarm)
    return Part(
        labels.values_list("checkpoint_id"), Exists(PromptLabel.objects.filter(checkpoint=OuterRef("pk"), name=name))
    )


def by_prompt(swarm: Swarm | None, beginning: str) -> Part:
    """Rows of prompts whose slug begins so."""
    if connection.vendor == "postgresql":  # in the order of a locale a beginning is no range
        begins = Q(slug__startswith=beginning)
        return Part(_rows(swarm, begins), begins, held=begins)
    after = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    return by_range(swarm, "slug", {"gte": beginning, "lt": after})


def by_assistant(swarm: Swarm | None, slug: str) -> Part:
    """Rows of an assistant's prompts."""
    return _of_prompts(swarm, Prompt.objects.filter(assistant__slug=slug, **within(swarm)))


def by_ancestor(swarm: Swarm | None, slug: str) -> Part:
    """Rows of a prompt and of everything that was forked from it, however far."""
    above = Prompt.objects.filter(slug=slug, **within(swarm)).order_by().values("pk")
    family = PromptAncestor.objects.filter(ancestor__in=above).values("prompt_id")
    return _of_prompts(swarm, Prompt.objects.filter(pk__in=family))


def by_likeness(swarm: Swarm | None, slug: str) -> Part:
    """The current texts of the prompts most like one, by what they mean."""
    near = prompts_nearest_to(swarm, slug) if swarm is not None else []
    current = Prompt.objects.filter(pk__in=near).order_by().values("current_id")
    return Part(_rows(swarm, Q(pk__in=current)), In(Plain(F("pk")), Subquery(current)))


def _of_prompts(swarm: Swarm | None, prompts: QuerySet[Prompt]) -> Part:
    numbers = prompts.order_by().values("pk")
    return Part(_rows(swarm, Q(prompt__in=numbers)), In(Plain(F("prompt_id")), Subquery(numbers)))


def within(swarm: Swarm | None) -> dict[str, Any]:
    """The swarm as a filter; none for every swarm."""
    return {} if swarm is None else {"swarm": swarm}


def _rows(swarm: Swarm | None, held: Q) -> QuerySet[Any, Any]:
    return PromptCheckpoint.objects.filter(held, **within(swarm)).order_by().values_list("pk")


def _keys(ids: QuerySet[Any, Any]) -> list[int]:
    """Thousands of numbers, without the cost of a model for each."""
    try:
        sql, params = ids.query.sql_with_params()
    except EmptyResultSet:  # a part of nothing, such as the prompts like one that is not there
        return []
    return keys_of(RawSQL(sql, params))  # noqa: S611


def keys_of(asked: RawSQL, most: int | None = None) -> list[int]:
    """What a query of numbers gives, without the cost of a model for each; the first so many."""
    with connection.cursor() as cursor:
        cursor.execute(asked.sql, asked.params)
        found = cursor.fetchall() if most is None else cursor.fetchmany(most)
        return [key for (key,) in found]


def among(rows: QuerySet[Any], ids: Sequence[int], *, is_test: bool = False) -> RawSQL:
    """Rows with one of these numbers, as a single parameter; a test leaves the index alone on SQLite."""
    key = f"{rows.model._meta.db_table}.id"
    if connection.vendor == "postgresql":
        return RawSQL(f"{key} = ANY(%s)", [list(ids)], BooleanField())  # noqa: S611
    held = f"{'+' * is_test}{key} IN (SELECT value FROM json_each(%s))"  # noqa: S608
    return RawSQL(held, [json.dumps(list(ids))], BooleanField())  # noqa: S611


def count_up_to(rows: QuerySet[Any, Any], most: int) -> int:
    """How many rows there are; `most + 1` stands for more than that, without counting them."""
    return rows.order_by()[: most + 1].count()
