"""Writing the columns of firms: made whole from all statements, or amended where new ones were filed.

Both ways end in the same columns and the same last day; amending reads no more than the facts filed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q

from huiqi.enterprises.bulk_rows import update_rows
from huiqi.enterprises.catalogue import columns, settled_together
from huiqi.enterprises.listeners import tell_written
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.projection import Projected, Projector
from huiqi.enterprises.queries.statements import ByFact, catalogue, size_class_of, stated_of
from huiqi.enterprises.resolution import Stated

BATCH = 1000
DAYS = ("current_on", "current_until")
Columns = Mapping[int, tuple[Any, ...]]


def lock_firms(enterprise_ids: Iterable[int]) -> dict[int, int]:
    """Lock these rows and those that stand for them; returns for each the key of the row that does.

    In the order of their keys, so that two acts on the same firms wait for each other, never in a ring.
    """
    ids = set(enterprise_ids)
    firms = Enterprise.objects.order_by("pk")
    kept = firms.filter(pk__in=ids, merged_into__isnull=False).order_by().values("merged_into")
    wanted = firms.filter(Q(pk__in=ids) | Q(pk__in=kept)).select_for_update(of=("self",))
    rows = dict(wanted.values_list("pk", "merged_into_id"))
    stands_for = {pk: rows[pk] or pk for pk in sorted(ids & rows.keys())}
    late = [pk for pk in stands_for.values() if pk not in rows]
    if late:  # merged while we waited for the lock
        list(firms.filter(pk__in=late).select_for_update(of=("self",)).values_list("pk"))
    return stands_for


@transaction.atomic
def project_firms(enterprise_ids: Iterable[int], *, on: date) -> int:
    """Bring the current columns of these firms up to date for `on`; returns how many rows changed.

    The locks make it wait for a filing under way, which would otherwise be projected away.
    """
    return project_locked(lock_firms(enterprise_ids).values(), on=on)


def project_locked(roots: Iterable[int], *, on: date) -> int:
    """As `project_firms`, for rows the caller has locked and that are not merged into others."""
    firms = set(roots)
    tell_written(firms)
    return sum(_project_batch(pks, on) for pks in _batches(firms))


def amend_locked(told: Counter[tuple[int, str]], *, on: date) -> None:
    """Bring columns up to date for `on` after statements were added, as `project_locked` would.

    `told`: how many statements were just added, by firm and fact. The firms are locked and stand for
    themselves.
    """
    tell_written({pk for pk, _fact in told})
    for pks in _batches(pk for pk, _fact in told):
        _amend_batch(pks, told, on)


def _batches(pks: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(sorted(set(pks)))
    while batch := list(islice(rest, BATCH)):
        yield batch


def _project_batch(pks: Sequence[int], on: date) -> int:
    book = catalogue()
    stated = stated_of(pks)
    projector = Projector(book, on, size_class_of)
    names = [fact.id for fact in columns(book)]
    before = _standing(pks, names)
    after = {pk: _columns(projector.project(stated[pk]), names, on) for pk in before}
    return _write_differing(names, before, after)


def _amend_batch(pks: Sequence[int], told: Counter[tuple[int, str]], on: date) -> None:
    names = sorted(settled_together(fact for _pk, fact in told))
    stated = stated_of(pks, names)
    projector = Projector(catalogue(), on, size_class_of)
    before = _standing(pks, names)
    after = {}
    for pk, row in before.items():
        by_fact = {name: stated[pk].get(name, []) for name in names}
        earlier = {name: _without_last(by_fact[name], told[pk, name]) for name in names}
        if (made := _amended(projector, row, earlier, by_fact)) is not None:
            after[pk] = _columns(made, names, on)
    _write_differing(names, before, after)
    project_locked(before.keys() - after.keys(), on=on)


def _without_last(statements: list[Stated], count: int) -> list[Stated]:
    """The order of recording is that of the keys, so those added under our lock are the last."""
    return statements[: len(statements) - count]


def _amended(projector: Projector, row: tuple[Any, ...], before: ByFact, after: ByFact) -> Projected | None:
    """None where what stands was not made to hold on the day, or only all facts tell how long it will."""
    made_on, until = row[:2]
    if made_on is None or not made_on <= projector.on <= until:
        return None
    return projector.amend(until, before, after)


def _standing(pks: Sequence[int], names: Sequence[str]) -> Columns:
    """The columns as they are: the days they were made for and hold until, then these facts."""
    rows = Enterprise.objects.filter(pk__in=pks).order_by("pk")
    return {row[0]: row[1:] for row in rows.values_list("pk", *DAYS, *names)}


def _columns(projected: Projected, names: Sequence[str], on: date) -> tuple[Any, ...]:
    return (on, projected.until, *map(projected.columns.__getitem__, names))


def _write_differing(names: Sequence[str], before: Columns, after: Columns) -> int:
    """Write the rows that differ, and of their hundred columns those that differ somewhere."""
    pks = [pk for pk in after if before[pk] != after[pk]]
    named = [*DAYS, *names]
    places = [at for at in range(len(named)) if any(before[pk][at] != after[pk][at] for pk in pks)]
    if places:
        rows = ((pk, [after[pk][at] for at in places]) for pk in pks)
        update_rows(Enterprise, [named[at] for at in places], rows)
    return len(pks)
