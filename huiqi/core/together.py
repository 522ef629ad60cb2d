"""Several small questions to the database in one statement: each alone costs more to ask than to answer."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def rows_together(questions: Sequence[QuerySet[Any, tuple[int, ...]]]) -> list[list[tuple[int, ...]]]:
    """The rows of each question (`values_list` of the same number of whole numbers, at least one question
    with a limit of its own), in no order among themselves: whoever needs one asks for its key."""
    found: list[list[tuple[int, ...]]] = [[] for _ in questions]
    parts: list[str] = []
    params: list[Any] = []
    for at, question in enumerate(questions):
        try:
            sql, given = question.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT {at} AS question, one{at}.* FROM ({sql}) AS one{at}")
        params += given
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for at, *row in cursor.fetchall():
                found[at].append(tuple(row))
    return found


def counts_together(questions: Sequence[QuerySet[Any]], most: int) -> list[int]:
    """How many rows each question has, counted no further than `most`."""
    counts = [0 for _ in questions]
    parts: list[str] = []
    params: list[Any] = []
    for at, question in enumerate(questions):
        try:
            sql, given = question.order_by().values_list("pk")[:most].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT {at}, COUNT(*) FROM ({sql}) AS one{at}")
        params += given
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for at, count in cursor.fetchall():
                counts[at] = count
    return counts
