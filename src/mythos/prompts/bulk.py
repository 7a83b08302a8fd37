"""Rows by SQL that is not built anew each time: what every saved text goes through, and thousands at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

from django.db import connection, connections
from django.db.models import DateTimeField, JSONField, Model

Row = TypeVar("Row", bound=Model)
PLAIN = (int, str, type(None))


def new_row(model: type[Row], known: Mapping[str, Model] | None = None, **columns: Any) -> Row:
    """A row by its columns (`prompt_id`), others as the model says; `known` are rows it points to, by name (`prompt`).

    The model itself takes nearly twice as long when it is told names and rows instead of all columns in order.
    """
    row = model(*[columns.pop(name) if name in columns else default() for name, default in _defaults(model)])
    if columns:
        raise TypeError(f"{model.__name__} has no column {', '.join(columns)}.")
    row._state.fields_cache.update(known or {})
    return row


@cache
def _defaults(model: type[Model]) -> list[tuple[str, Callable[[], Any]]]:
    return [(field.attname, field.get_default) for field in model._meta.concrete_fields]


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert new rows of one model and give them their keys; the caller holds a transaction.

    On SQLite the transaction holds the write lock, so the keys after the last are free; PostgreSQL hands them out.
    """
    if not rows:
        return
    meta = type(rows[0])._meta
    missing = [row for row in rows if row.pk is None]
    for row, key in zip(missing, _keys(type(rows[0]), len(missing)), strict=True):
        row.pk = key
    for row in rows:
        row._state.adding = False
    read = itemgetter(*(field.attname for field in meta.concrete_fields))
    write_rows(type(rows[0]), [read(vars(row)) for row in rows])


def write_rows(model: type[Model], values: Sequence[Sequence[Any]]) -> None:
    """Insert rows given as Python values in the order of the model's columns."""
    with connection.cursor() as cursor:
        cursor.executemany(_insert(model, connection.vendor), _prepared(model._meta.concrete_fields, values))


@cache
def _insert(model: type[Model], vendor: str) -> str:
    fields, quote = model._meta.concrete_fields, connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608


def update_rows(model: type[Model], columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    """Update rows by key: each of `values` holds the new values and then the key."""
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(str(model._meta.get_field(name).column))} = %s" for name in columns)  # type: ignore[union-attr]
    fields = [model._meta.get_field(name) for name in (*columns, "id")]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE id = %s",  # noqa: S608
            _prepared(fields, values),
        )


def has_row(model: type[Model], **columns: Any) -> bool:
    """Whether a row has these values in these columns, named as the model's attributes (`prompt_id`)."""
    named = {field.attname: str(field.column) for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    where = " AND ".join(f"{quote(named[name])} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {quote(model._meta.db_table)} WHERE {where} LIMIT 1", [*columns.values()])  # noqa: S608
        return cursor.fetchone() is not None


def read_row(model: type[Row], key: int | None) -> Row | None:
    """The row of a key as the model's own object, or None."""
    sql, names, read = _reader(model, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, [key])
        found = cursor.fetchone()
    if found is None:
        return None
    values = list(found)
    for place, column, convert in read:
        values[place] = convert(values[place], column, connection)
    return model.from_db(connection.alias, names, values)


@cache
def _reader(model: type[Model], vendor: str) -> tuple[str, list[str], list[tuple[int, Any, Callable[..., Any]]]]:
    """The question for one row, its columns as attributes, and what makes a value of the database one of Python."""
    quote, fields = connection.ops.quote_name, model._meta.concrete_fields
    columns = [field.get_col(model._meta.db_table) for field in fields]
    sql = f"SELECT {', '.join(quote(str(field.column)) for field in fields)} "
    sql += f"FROM {quote(model._meta.db_table)} WHERE id = %s"
    read = [
        (place, column, convert)
        for place, column in enumerate(columns)
        for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
    ]
    return sql, [field.attname for field in fields], read


def _prepared(fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Rows as the database takes them, made a column at a time."""
    here = connections[connection.alias]  # without the detour through the thread's own for each value
    columns = (_column(here, field, values) for field, values in zip(fields, zip(*rows, strict=True), strict=True))
    return list(zip(*columns, strict=True))


def _column(here: Any, field: Any, values: Sequence[Any]) -> list[Any]:
    """A plain number or word is what the database takes; the others as their field prepares them."""
    if isinstance(field, JSONField):
        return [None if value is None else here.ops.adapt_json_value(value, field.encoder) for value in values]
    if isinstance(field, DateTimeField):
        return [here.ops.adapt_datetimefield_value(value) for value in values]
    return [value if type(value) in PLAIN else field.get_db_prep_save(value, here) for value in values]


def _keys(model: type[Model], count: int) -> Sequence[int]:
    if not count:
        return ()
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        return range(last + 1, last + 1 + count)
