"""Which of many statements about one fact counts on a date, as far as was known on another (design §4).

Pure. A statement counts when it was recorded by `known_on` and not taken back by then, when it speaks of a
day up to `on` and of the period the fact is asked for, and while it is fresh. Of those that count the
firmest standing wins (an authority's list, then confirmed, then claimed), then the latest as-of, then the
latest day of recording, then the last written. When none counts the fact is unknown: old knowledge is not
knowledge. A statement without a cell competes like any other, and where it wins the fact is unknown.

Days are whole: what was recorded or taken back on a day is known at its end. Within a day the order is that
of writing: on a site with a fixed reference date the time of day begins anew every midnight.
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
    best = strongest(fact, statements, on, known_on)
    if best is None or best.cell is None:
        return None
    return Resolved(best, last_day(fact, best, on))


def strongest(fact: Fact, statements: Iterable[Stated], on: date, known_on: date) -> Stated | None:
    """The one that prevails among the statements that count; it may be one without a cell."""
    best: Stated | None = None
    for stated in statements:
        if is_standing(stated, known_on) and bears_on(fact, stated, on):
            best = stated if best is None or strength(stated) > strength(best) else best
    return best


def is_standing(stated: Stated, known_on: date) -> bool:
    """Whether it was recorded by the end of `known_on`, and not taken back by then."""
    if stated.recorded_on > known_on:
        return False
    return stated.retracted_on is None or stated.retracted_on > known_on


def bears_on(fact: Fact, stated: Stated, on: date) -> bool:
    """Whether it speaks of `on`: begun, of the period asked for, neither stale nor expired."""
    return stated.as_of <= on <= fresh_until(fact, stated) and is_of_period(fact, stated, on)


def is_of_period(fact: Fact, stated: Stated, on: date) -> bool:
    """Whether it is of the period the fact is asked for on a date; one without a period is of any."""
    wanted = wanted_period(fact, on)
    return wanted is None or stated.period in (wanted, "")


def fresh_until(fact: Fact, stated: Stated) -> date:
    """The last day on which a statement is neither stale nor expired.

    The figure of a closed year does not age while that year is the one asked for: 2019's turnover, stated
    as of 31 December 2019 with 365 days, still answers on 31 December 2020.
    """
    fresh = FOREVER if fact.fresh_days is None else _plus(stated.as_of, fact.fresh_days)
    if fact.period == "prev_year" and stated.period.isdigit():
        fresh = max(fresh, date(min(int(stated.period) + 1, FOREVER.year), 12, 31))
    return min(fresh, stated.expires_on or FOREVER)


def last_day(fact: Fact, stated: Stated, on: date) -> date:
    """The last day on which what counts on `on` still does: freshness, expiry, the year's turn."""
    until = fresh_until(fact, stated)
    return min(until, _year_end(on)) if wanted_period(fact, on) and stated.period else until


def strength(stated: Stated) -> tuple[int, date, date, int]:
    """What decides between two statements that both count."""
    return RANK[stated.standing], stated.as_of, stated.recorded_on, stated.id


def next_change(fact: Fact, statements: Iterable[Stated], on: date) -> date:
    """The first day after `on` on which the resolution may differ without any write, or FOREVER.

    The strongest statement rules until its last day, unless a stronger one begins before; statements of
    another period may come in with the new year, tomorrow's statement tomorrow.
    """
    live = [stated for stated in statements if is_standing(stated, FOREVER)]
    best = strongest(fact, live, on, FOREVER)
    days = [FOREVER if best is None else _plus(last_day(fact, best, on), 1)]
    if wanted_period(fact, on) is not None and any(stated.period for stated in live):
        days.append(_plus(_year_end(on), 1))
    days += [
        stated.as_of
        for stated in live
        if stated.as_of > on and (best is None or strength(stated) > strength(best))
    ]
    return min(days)


def _year_end(on: date) -> date:
    return date(on.year, 12, 31)


def _plus(day: date, days: int) -> date:
    return FOREVER if (FOREVER - day).days < days else day + timedelta(days=days)
