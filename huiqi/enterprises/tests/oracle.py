"""Resolution said once more, slowly and in other words, for tests to hold the real one against.

Nothing here is imported from the code under test.
"""

from dataclasses import dataclass
from datetime import date, timedelta

RANKS = ["claimed", "confirmed", "listed"]


@dataclass
class Remark:
    """A statement as the oracle keeps it."""

    number: int
    firm: int
    fact: str
    value: object  # None: no longer said
    period: str
    as_of: date
    told: date
    standing: str
    expires: date | None = None
    taken_back: date | None = None


@dataclass
class Kind:
    """What the oracle knows of a fact."""

    asks_for: str  # "last year", "this year" or "any"
    good_for_days: int


def answer(kind: Kind, remarks: list[Remark], on: date, known_on: date) -> Remark | None:
    """The remark that prevails on a day as known at the end of another."""
    kept = []
    for one in remarks:
        if one.told > known_on:
            continue  # not yet told
        if one.taken_back and one.taken_back <= known_on:
            continue  # taken back by then
        if one.as_of > on:
            continue  # speaks of a later day
        if one.expires and one.expires < on:
            continue
        year = {"last year": on.year - 1, "this year": on.year}.get(kind.asks_for)
        if year is not None and one.period and one.period != str(year):
            continue  # speaks of another year
        closed_year = kind.asks_for == "last year" and one.period == str(on.year - 1)
        if not closed_year and (on - one.as_of).days > kind.good_for_days:
            continue  # stale
        kept.append(one)
    kept.sort(key=lambda one: (RANKS.index(one.standing), one.as_of, one.number))
    return kept[-1] if kept and kept[-1].value is not None else None


def days_after(day: date, count: int) -> list[date]:
    """The `count` days after a day."""
    return [day + timedelta(days=step) for step in range(1, count + 1)]
