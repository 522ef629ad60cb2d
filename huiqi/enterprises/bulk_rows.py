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
    """Write the fields `names` of many rows, given as (primary key, values in that order)."""
    fields = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)  # type: ignore[union-attr]
    prepare = [field.get_db_prep_save for field in fields]  # type: ignore[union-attr]
    lines = [
        (*(made(value, connection) for made, value in zip(prepare, values, strict=True)), pk)
        for pk, values in rows
    ]
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        # Column names come from the model, values are parameters.
        cursor.executemany(f"UPDATE {table} SET {assignments} WHERE id = %s", lines)  # noqa: S608


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
