"""Paging that never fails: a page number out of range shows the nearest page there is."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

PAGE_SIZE = 20


def paginate(rows: QuerySet[Any] | Sequence[Any], number: str | None, size: int = PAGE_SIZE) -> Page[Any]:
    """The page called `number` (as typed in the address), or the first or last one."""
    return Paginator(rows, size).get_page(number)
