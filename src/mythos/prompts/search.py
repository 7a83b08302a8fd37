"""Finding checkpoints among a million: each part of a query knows its matches by index and its test on one row.

When one part alone has few matches, those are read and the other parts are tested on them. When every part has many,
the index of the sort order is walked and every part is tested on the way: a page is then full after a few thousand
rows. Both cost the same in a table of any size; what would not is stopped by `limits`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, In, LessThan, LessThanOrEqual

from mythos.accounts.models import Swarm
from mythos.prompts.fulltext import holding, matching, words_of
from mythos.prompts.likeness import prompts_nearest_to
from mythos.prompts.models import CheckpointTag, Prompt, PromptAncestor, PromptCheckpoint, PromptLabel

FEW = 10_000  # matches of one part up to which a query is counted exactly
DRIVING = 4_000  # and up to which they are read and sorted; beyond, the order is walked
PROBES = 200  # texts that are looked at to tell whether a word is frequent
MANY_WORDS = 50_000  # texts with a word up to which they are listed; beyond, each row walked is asked
SAMPLE = 20_000
SPREAD = 2_000  # rows that are looked at to estimate how many match
SMALL_SPREAD = 500  # where each row's text has to be looked at
SECONDS_KEPT = 60


@dataclass(frozen=True)
class Part:
    """One condition: `ids` by an index of its own, `test` without one; a frequent one is known to have many.

    `known` are the same ids, where they were read already.
    """

    ids: QuerySet[Any, Any]
    test: Any
    is_frequent: bool = False
    known: tuple[int, ...] | None = None

    def size(self) -> int:
        """How many matches, up to one more than few."""
        if self.is_frequent:
            return FEW + 1
        return count_up_to(self.ids, FEW) if self.known is None else len(self.known)

    def keys(self) -> Sequence[int]:
        """The ids."""
        return _keys(self.ids) if self.known is None else self.known


@dataclass(frozen=True)
class Count:
    """How many; `is_about` when it was estimated."""

    number: int
    is_about: bool = False


@dataclass(frozen=True)
class Found:
    """The rows a query finds; `few` are the same rows, reached by the few matches of one part, where there is one.

    `least` is how many there are for certain, when an estimate finds fewer.
    """

    rows: QuerySet[Any]
    few: QuerySet[Any] | None = None
    sample: int = SPREAD
    least: int = 0


class Plain(Func):
    """A column whose index SQLite shall leave alone; PostgreSQL weighs that better by itself."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **extra)


_ORDER: dict[str, Any] = {
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
    "lt": LessThan,
    "lte": LessThanOrEqual,
}


def by_value(swarm: Swarm | None, column: str, values: Sequence[str]) -> Part:
    """Rows whose column is one of the values."""
    return Part(_rows(swarm, Q(**{f"{column}__in": values})), In(Plain(F(column)), values))


def by_range(swarm: Swarm | None, column: str, limits: dict[str, int | datetime]) -> Part:
    """Rows whose column lies within limits, given by lookup."""
    held = Q(**{f"{column}__{lookup}": value for lookup, value in limits.items()})
    tests = Q()
    for lookup, value in limits.items():
        tests &= Q(_ORDER[lookup](Plain(F(column)), value))
    return Part(_rows(swarm, held), tests)


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
    return _of_prompts(swarm, Prompt.objects.filter(slug__startswith=beginning, **within(swarm)))


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


def by_words(swarm: Swarm | None, text: str) -> Part | None:
    """Rows whose text, slug or message has every word; None when there is no word to look for."""
    if not words_of(text):
        return None
    if connection.vendor == "postgresql":
        ids = PromptCheckpoint.objects.filter(pk__in=matching(text)).order_by().values_list("pk")
        return Part(ids, holding(text))
    nothing = PromptCheckpoint.objects.none()
    if not _is_everywhere(swarm, text):
        # Asked once: FTS5 puts the matches of a beginning together anew with every question.
        found = keys_of(matching(text), MANY_WORDS + 1)
        if len(found) <= MANY_WORDS:
            return Part(nothing, _among(nothing, found, is_test=True), len(found) > FEW, tuple(found))
    return Part(nothing, holding(text), is_frequent=True)


def _is_everywhere(swarm: Swarm | None, text: str) -> bool:
    """Whether a text of a large table is likely to have the words, by some that lie evenly between first and last."""
    rows = PromptCheckpoint.objects.filter(**within(swarm)).order_by()
    probes = spread(rows, PROBES)
    if not probes or probes[-1] - probes[0] < MANY_WORDS:
        return False
    return rows.filter(_among(rows, probes)).filter(holding(text)).count() > PROBES // 10


def _of_prompts(swarm: Swarm | None, prompts: QuerySet[Prompt]) -> Part:
    numbers = prompts.order_by().values("pk")
    return Part(_rows(swarm, Q(prompt__in=numbers)), In(Plain(F("prompt_id")), Subquery(numbers)))


def within(swarm: Swarm | None) -> dict[str, Any]:
    """The swarm as a filter; none for every swarm."""
    return {} if swarm is None else {"swarm": swarm}


def _rows(swarm: Swarm | None, held: Q) -> QuerySet[Any, Any]:
    return PromptCheckpoint.objects.filter(held, **within(swarm)).order_by().values_list("pk")


def search(rows: QuerySet[Any], parts: Sequence[Part]) -> Found:
    """The rows that hold every part."""
    fewest, driver = FEW + 1, None
    for part in parts:
        size = part.size()
        if size < fewest:
            fewest, driver = size, part
    others = rows
    for part in parts:
        if part is not driver:
            others = others.filter(part.test)
    if driver is None:
        slow = any(part.is_frequent for part in parts)
        return Found(others, sample=SMALL_SPREAD if slow else SPREAD, least=FEW if len(parts) == 1 and not slow else 0)
    if fewest <= DRIVING:
        few = others.filter(_among(rows, driver.keys()))
        return Found(few, few)
    # A list within a list would be looked through for every row.
    held = Q(pk__in=driver.ids) if driver.known is None else _among(rows, driver.known)
    return Found(others.filter(driver.test), others.filter(held))


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


def _among(rows: QuerySet[Any], ids: Sequence[int], *, is_test: bool = False) -> RawSQL:
    """Rows with one of these numbers, as a single parameter; a test leaves the index alone on SQLite."""
    key = f"{rows.model._meta.db_table}.id"
    if connection.vendor == "postgresql":
        return RawSQL(f"{key} = ANY(%s)", [list(ids)], BooleanField())  # noqa: S611
    held = f"{'+' * is_test}{key} IN (SELECT value FROM json_each(%s))"  # noqa: S608
    return RawSQL(held, [json.dumps(list(ids))], BooleanField())  # noqa: S611


def newest(everything: QuerySet[Any], total: int) -> QuerySet[Any]:
    """All rows, or of a large table the newest, by which the whole is judged."""
    if total <= SAMPLE:
        return everything
    times = everything.order_by("-created_at", "-id").values_list("created_at", flat=True)
    edge = list(times[SAMPLE : SAMPLE + 1])
    return everything.filter(created_at__gt=edge[0]) if edge else everything


def spread(rows: QuerySet[Any], count: int) -> Sequence[int]:
    """Numbers that lie evenly between the first row and the last; some belong to nothing or to other swarms."""
    ordered = rows.order_by("created_at", "id").values_list("pk", flat=True)
    first, last = ordered.first(), ordered.reverse().first()
    return () if first is None or last is None else range(first, last + 1, max(1, (last - first) // count))


def counted(found: Found, everything: QuerySet[Any], total: Count) -> Count:
    """How many rows: exact when few, else judged by some that lie evenly among all."""
    if found.few is not None or total.number <= SAMPLE:
        return Count((found.rows if found.few is None else found.few).order_by().count())
    probe = _among(everything, spread(everything, found.sample))
    hits, seen = (rows.filter(probe).order_by().count() for rows in (found.rows, everything))
    return Count(max(found.least, round(hits / max(1, seen) * total.number)), is_about=True)


def total_of(everything: QuerySet[Any], swarm: Swarm) -> Count:
    """All checkpoints of a swarm: exact to 10,000; beyond that counted once a minute."""
    first = count_up_to(everything, FEW)
    if first <= FEW:
        return Count(first)
    key = f"checkpoints-{swarm.pk}"
    known = cache.get(key)
    if known is None:
        known = everything.order_by().count()
        cache.set(key, known, SECONDS_KEPT)
    return Count(known, is_about=True)


def count_up_to(rows: QuerySet[Any, Any], most: int) -> int:
    """How many rows there are; `most + 1` stands for more than that, without counting them."""
    return rows.order_by()[: most + 1].count()


class Beyond(Func):
    """Whether a row stands after a key in an order of two columns, as one comparison an index can seek."""

    def __init__(self, *parts: Combinable | Any, is_down: bool, **extra: Any) -> None:
        super().__init__(*parts, template="(%(left)s) %(sign)s (%(right)s)", **extra)
        self.sign = "<" if is_down else ">"

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **extra: Any) -> Any:
        sqls, params = [], []
        for part in self.source_expressions:
            sql, given = compiler.compile(part)
            sqls.append(sql)
            params += given
        return f"({sqls[0]}, {sqls[1]}) {self.sign} ({sqls[2]}, {sqls[3]})", params
