"""Writing many rows of one table at once, past the ORM."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Model

Row = dict[str, Any]


def insert_rows(model: type[Model], rows: Sequence[Row]) -> None:
    """Insert rows given by column name: COPY on PostgreSQL, executemany elsewhere.

    The ORM takes most of the time of many firms with their hundred columns. Columns that no row names are
    left to the database, so they must be nullable or have a default there. Errors are Django's.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        return
    quote = connection.ops.quote_name
    table, listed = quote(model._meta.db_table), ", ".join(map(quote, names))
    adapted = _as_is if connection.vendor == "postgresql" else _for_sqlite
    lines = (tuple(adapted(row.get(name)) for name in names) for row in rows)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
        else:
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", list(lines))  # noqa: S608


def update_rows(model: type[Model], names: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]]]) -> None:
    """Write the fields `names` of many rows, given as (primary key, values in that order).

    PostgreSQL takes one statement for all, half the work of a statement a row; SQLite has nobody to talk to.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    prepare = [field.get_db_prep_save for field in fields]
    lines = [
        (pk, *(made(value, connection) for made, value in zip(prepare, values, strict=True)))
        for pk, values in rows
    ]
    if not lines:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                _update_from_arrays(model, fields), [list(column) for column in zip(*lines, strict=True)]
            )
        else:
            cursor.executemany(_update_by_key(model, fields), [(*cells, pk) for pk, *cells in lines])


# Table and column names come from the model, values are parameters.


def _update_by_key(model: type[Model], fields: Sequence[Any]) -> str:
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    return f"UPDATE {quote(model._meta.db_table)} SET {assignments} WHERE id = %s"  # noqa: S608


def _update_from_arrays(model: type[Model], fields: Sequence[Any]) -> str:
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), [quote(field.column) for field in fields]
    assignments = ", ".join(f"{name} = new.{name}" for name in names)
    arrays = ", ".join(f"%s::{kind}[]" for kind in ["bigint", *(f.db_type(connection) for f in fields)])
    given = f"unnest({arrays}) AS new(id, {', '.join(names)})"
    return f"UPDATE {table} SET {assignments} FROM {given} WHERE {table}.id = new.id"  # noqa: S608


@lru_cache(maxsize=4096)
def _as_text(value: date) -> str | None:
    ops = connection.ops
    if isinstance(value, datetime):
        return ops.adapt_datetimefield_value(value)
    return ops.adapt_datefield_value(value)


def _as_is(value: Any) -> Any:
    return value


def _for_sqlite(value: Any) -> Any:
    return _as_text(value) if isinstance(value, date) else value
