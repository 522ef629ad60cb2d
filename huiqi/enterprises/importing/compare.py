"""What an imported row would change in the register. Pure.

A statement is not recorded again when the register says the same already: on the day the file speaks of, the
statement that prevails (among those of this standing, or among all) has this very value and this very day.
Hence the same file twice changes nothing, and an older file brought in later does not either.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from huiqi.enterprises.catalogue import Cell
from huiqi.enterprises.resolution import RANK, Stated

Key = tuple[str, str]  # fact, period


@dataclass(slots=True)
class Change:
    """What is new in a row about a firm that the register has."""

    cells: dict[Key, Cell] = field(default_factory=dict)
    name: str = ""
    registration: str = ""
    park_id: int | None = None
    has_new_contact: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.cells or self.name or self.registration or self.park_id or self.has_new_contact)

    @property
    def touches_firm(self) -> bool:
        return bool(self.name or self.registration or self.park_id)


def new_cells(
    cells: Mapping[Key, Cell], stated: Mapping[str, list[Stated]], standing: str, as_of: date
) -> dict[Key, Cell]:
    """The cells that the register does not hold yet."""
    return {
        key: cell
        for key, cell in cells.items()
        if not _is_said(stated.get(key[0], ()), key[1], cell, (standing, as_of))
    }


def _is_said(stated: Iterable[Stated], period: str, cell: Cell, said: tuple[str, date]) -> bool:
    standing, as_of = said
    known = [
        one
        for one in stated
        if one.period == period and one.as_of <= as_of and one.retracted_on is None and one.expires_on is None
    ]
    if not known:
        return False
    same = [one for one in known if one.standing == standing]
    last = max(same, key=_age, default=None)
    firmest = max(known, key=lambda one: (RANK[one.standing], *_age(one)))
    return any(
        one is not None and one.cell == cell and one.as_of == as_of and RANK[one.standing] >= RANK[standing]
        for one in (last, firmest)
    )


def _age(stated: Stated) -> tuple[date, date, int]:
    return stated.as_of, stated.recorded_on, stated.id
