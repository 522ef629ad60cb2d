"""Which of many statements about one fact counts on a date, as far as was known on another (design §4).

Pure. A statement counts when it was recorded by `known_on` and not taken back by then, when it speaks of a
day up to `on` and of the period the fact is asked for, and while it is fresh. Of those that count the
firmest standing wins (an authority's list, then confirmed, then claimed), then the latest as-of, then the
latest record. When none counts the fact is unknown: old knowledge is not knowledge.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from huiqi.rules.catalogue import Fact

RANK = {"listed": 2, "confirmed": 1, "claimed": 0}
FOREVER = date.max


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement as resolution sees it. `cell` None says: whoever stated this no longer does."""

    id: int
    fact: str
    period: str
    cell: int | str | None
    as_of: date
    recorded_on: date
    standing: str
    expires_on: date | None = None
    retracted_on: date | None = None
    order: int = 0  # the instant of recording, so that two statements of one day have an order


@dataclass(frozen=True, slots=True)
class Resolved:
    """The statement that counts, and the last day on which it does without another write."""

    stated: Stated
    until: date


def wanted_period(fact: Fact, on: date) -> str | None:
    """The reference period a fact is asked for on a date, or None when any period will do."""
    if fact.period == "prev_year":
        return str(on.year - 1)
    return str(on.year) if fact.period == "year" else None


def resolve(fact: Fact, statements: Iterable[Stated], on: date, known_on: date) -> Resolved | None:
    """The statement that counts on `on` as known on `known_on`, or None when the fact is unknown."""
    best: Stated | None = None
    for stated in statements:
        if _counts(fact, stated, on, known_on) and (best is None or _key(stated) > _key(best)):
            best = stated
    if best is None or best.cell is None:
        return None
    return Resolved(best, last_day(fact, best, on))


def _counts(fact: Fact, stated: Stated, on: date, known_on: date) -> bool:
    if stated.recorded_on > known_on or stated.as_of > on:
        return False
    if stated.retracted_on is not None and stated.retracted_on <= known_on:
        return False
    period = wanted_period(fact, on)
    if period is not None and stated.period not in (period, ""):
        return False
    return on <= fresh_until(fact, stated)


def fresh_until(fact: Fact, stated: Stated) -> date:
    """The last day on which a statement is neither stale nor expired."""
    days = fact.fresh_days
    fresh = FOREVER if days is None else _plus(stated.as_of, days)
    return min(fresh, stated.expires_on or FOREVER)


def last_day(fact: Fact, stated: Stated, on: date) -> date:
    """The last day on which the choice made for `on` stands: freshness, expiry, or the year's turn."""
    until = fresh_until(fact, stated)
    return min(until, date(on.year, 12, 31)) if wanted_period(fact, on) and stated.period else until


def _plus(day: date, days: int) -> date:
    return FOREVER if (FOREVER - day).days < days else day + timedelta(days=days)


def _key(stated: Stated) -> tuple[int, date, int, int]:
    return RANK[stated.standing], stated.as_of, stated.order, stated.id


def next_change(fact: Fact, statements: Iterable[Stated], on: date) -> date:
    """The first day after `on` on which the resolution may differ without any write, or FOREVER.

    Statements that speak of a later day begin to count on that day; those that count now cease the day
    after their last.
    """
    days = [FOREVER]
    for stated in statements:
        if stated.as_of > on:
            days.append(stated.as_of)
        elif fresh_until(fact, stated) >= on:
            days.append(_plus(last_day(fact, stated, on), 1))
    if wanted_period(fact, on) is not None:
        days.append(_plus(date(on.year, 12, 31), 1))
    return min(days)
