"""Tens of thousands of new rows at once, for acts that concern everybody on one day."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from django.db import connection, models
from django.db.models.constants import OnConflict

# Rows in one statement: a few thousand values, which both databases take.
_AT_ONCE = 400
# What the database takes as it is.
_PLAIN = (models.CharField, models.ForeignKey, models.IntegerField, models.BooleanField)
_IDLE = (models.Field.pre_save, models.DateField.pre_save, models.DateTimeField.pre_save)


def insert_all(rows: Iterable[models.Model], *, once: bool = False) -> None:
    """Save unsaved rows of one model without their keys; `once`: those that are there already are left out.

    As `bulk_create` does it, at a third of its price: that asks every field of every row what becomes of its
    value, here each field is asked once. Not for fields that fill themselves in when a row is saved.
    """
    found = list(rows)
    if not found:
        return
    fields = [each for each in type(found[0])._meta.concrete_fields if not each.primary_key]
    prepared = [(each.attname, _prepared(each)) for each in fields]
    ops, conflict = connection.ops, OnConflict.IGNORE if once else None
    columns = ", ".join(ops.quote_name(str(each.column)) for each in fields)
    table = ops.quote_name(type(found[0])._meta.db_table)
    start = f"{ops.insert_statement(on_conflict=conflict)} {table} ({columns}) VALUES "
    end = ops.on_conflict_suffix_sql(fields, conflict, [], [])
    marks = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for first in range(0, len(found), _AT_ONCE):
            part = found[first : first + _AT_ONCE]
            values = ([become(row.__dict__[name]) for name, become in prepared] for row in part)
            sql = f"{start}{', '.join([marks] * len(part))} {end}"
            cursor.execute(sql, list(chain.from_iterable(values)))


def _prepared(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    """What makes of a value of the field what the database takes."""
    if type(field).pre_save not in _IDLE or _is_stamped(field):
        raise TypeError(f"{field} fills itself in")
    if isinstance(field, _PLAIN):
        return _as_it_is
    if isinstance(field, models.DateField):  # and instants; of thousands of rows a few hundred differ
        known: dict[Any, Any] = {}

        def remembered(value: Any) -> Any:
            if value not in known:
                known[value] = field.get_db_prep_save(value, connection)
            return known[value]

        return remembered
    return lambda value: field.get_db_prep_save(value, connection)


def _is_stamped(field: models.Field[Any, Any]) -> bool:
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


def _as_it_is(value: Any) -> Any:
    return value
