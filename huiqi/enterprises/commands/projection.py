"""Keeping the projection true while time passes and nobody writes, and proving that it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import QuerySet

from huiqi.core.jobs import Progress
from huiqi.enterprises.commands.columns import project_firms
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.projection import Projector
from huiqi.enterprises.queries.statements import catalogue, projected_rows, size_class_of, stated_of

STEP = 500
T = TypeVar("T")


def last_of(steps: Iterator[T], nothing: T) -> T:
    """The last report of work that reports step by step; `nothing` when there was no step."""
    last = nothing
    for step in steps:
        last = step
    return last


def refresh_facts(on: date) -> Iterator[Progress]:
    """Project anew the firms whose columns ran out before `on`, were never made, or were made for a later
    day (the reference date was set back); yields (done, total). Each step is a transaction of its own, so
    that a run that was stopped goes on where it stopped.
    """
    firms = Enterprise.objects.present().order_by()
    never, out, ahead = (
        firms.filter(current_until=None),
        firms.filter(current_until__lt=on),
        firms.filter(current_on__gt=on),
    )
    done, total = 0, never.count() + out.count() + ahead.count()
    for due in (never.order_by("pk"), out.order_by("current_until", "pk"), ahead.order_by("pk")):
        for pks in _taking(due):
            project_firms(pks, on=on)
            done += len(pks)
            yield min(done, total), total


def _taking(due: QuerySet[Enterprise]) -> Iterator[list[int]]:
    """The rows due, a step at a time: those done are due no longer."""
    last: list[int] = []
    while pks := list(due.values_list("pk", flat=True)[:STEP]):
        if pks == last:
            raise RuntimeError(f"the projection of {len(pks)} firms stays due, among them {pks[:3]}")
        last = pks
        yield pks


@dataclass
class Rebuilt:
    """What a rebuild met: firms looked at, and those whose columns differed, by public id and columns."""

    firms: int = 0
    differing: int = 0
    shown: tuple[tuple[str, tuple[str, ...]], ...] = ()


def rebuild_facts(on: date, *, check: bool) -> Iterator[Rebuilt]:
    """Compare every firm's columns with its statements, `STEP` firms in memory at a time; yields after each.

    With `check` the columns are held against the day they were made for and nothing is written; else they
    are made anew for `on`.
    """
    met, after = Rebuilt(), 0
    while True:
        firms = Enterprise.objects.present().filter(pk__gt=after).order_by("pk")
        pks = list(firms.values_list("pk", flat=True)[:STEP])
        if not pks:
            return
        after = pks[-1]
        wrong = _differing(pks)
        if not check:
            project_firms(pks, on=on)
        met.firms += len(pks)
        met.differing += len(wrong)
        met.shown = (*met.shown, *wrong)[:20]
        yield met


def _differing(pks: list[int]) -> list[tuple[str, tuple[str, ...]]]:
    """Firms whose columns are not what their statements say for the day they were made for."""
    book, stated = catalogue(), stated_of(pks)
    projectors: dict[date, Projector] = {}
    wrong: list[tuple[str, tuple[str, ...]]] = []
    for row in projected_rows(pks):
        if row.on is None:
            if stated[row.pk]:
                wrong.append((row.public_id, ("current_on",)))
            continue
        if row.on not in projectors:
            projectors[row.on] = Projector(book, row.on, size_class_of)
        made = projectors[row.on].project(stated[row.pk])
        names = [name for name, value in made.columns.items() if row.columns[name] != value]
        names += ["current_until"] if made.until != row.until else []
        if names:
            wrong.append((row.public_id, tuple(names)))
    return wrong
