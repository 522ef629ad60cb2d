"""Who sees which units side by side: a leader always, others after a leader released the month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, units_with
from huiqi.cases.models import RankingRelease
from huiqi.cases.queries.figure_counts import By, Key
from huiqi.cases.queries.figure_tables import NO_DAYS, Days, Share, Tally, days, key_names, rows_for, tallies
from huiqi.cases.queries.figures import NUMBERS, Account, offered
from huiqi.cases.queries.people import offices_above

# What units are compared by, and placed by the first of these that the site shows. No composite: the
# weights of a published one were not found.
RANKED = ("solved", "satisfied", "response", "on_time", "signed", "bounced")
# Below so many rows a rate says nothing: the unit stands in the table without a place.
FEWEST = 5


@dataclass(frozen=True)
class UnitRow:
    """A unit's numbers. `place` by the first of them; None where there were too few."""

    unit: int
    name: str
    place: int | None
    tallies: tuple[Share | Tally, ...]
    days: Days
    is_own: bool


def ranked() -> tuple[str, ...]:
    """What units are compared by on this site."""
    return offered(RANKED)


def own_units(user: User, today: date) -> set[int]:
    """The units whose own figures a person sees without a release."""
    return {
        unit
        for power in (Power.VIEW_CASE_FIGURES, Power.HANDLE_CASES)
        for unit in units_with(user, power, today)
    }


def sees_all_units(user: User, today: date) -> bool:
    """Whether the person may see units side by side before a release: who releases."""
    return may(user, Power.RELEASE_RANKING, today)


def release_for(user: User, month: date, today: date) -> RankingRelease | None:
    """The release of a month that reaches the person: of an own office or of one above it."""
    offices: set[int] = set()
    for unit in Unit.objects.filter(pk__in=own_units(user, today)).select_related("parent").order_by("pk"):
        offices |= {unit.pk, *(office.pk for office in offices_above(unit))}
    live = RankingRelease.objects.filter(month=month.replace(day=1), withdrawn_at=None)
    return live.filter(office__in=offices).select_related("office", "released_by").order_by("pk").first()


def unit_rows(account: Account, user: User, *, is_shown: bool) -> list[UnitRow]:
    """The units of an account: all when they may be seen side by side, else the person's own alone."""
    own = own_units(user, timezone.localdate(account.at))
    names = ranked()
    rows = rows_for(names, account, with_days=True)
    tables, spent = tallies(names, account, By.UNIT, rows), days(account, By.UNIT, rows)
    keys = {key for table in tables.values() for key in table if key[0] and (is_shown or key[0] in own)}
    called = key_names(By.UNIT, keys, account)
    places = _places(tables[names[0]]) if is_shown else {}
    found = [
        UnitRow(
            key[0],
            called[key],
            places.get(key),
            tuple(tables[name].get(key, _none(name)) for name in names),
            spent.get(key, NO_DAYS),
            key[0] in own,
        )
        for key in keys
    ]
    return sorted(found, key=lambda row: (row.place is None, row.place or 0, row.name))


def _none(name: str) -> Tally:
    number = NUMBERS[name]
    return Tally(number, (0,) * (len(number.parts) + 1))


def _places(rated: Mapping[Key, Tally]) -> dict[Key, int]:
    """Places by a rate, the best first; equals share a place."""
    rates = {key: tally.percent for key, tally in rated.items() if key[0] and tally.of >= FEWEST}
    order = sorted((rate for rate in rates.values() if rate is not None), reverse=True)
    first = {rate: place for place, rate in reversed(list(enumerate(order, 1)))}
    return {key: first[rate] for key, rate in rates.items() if rate is not None}


# --- as released --------------------------------------------------------------------------------------


def announced(account: Account, user: User) -> dict[str, Any]:
    """The ranking as JSON, to be kept with its release."""
    rows = unit_rows(account, user, is_shown=True)
    return {"numbers": list(ranked()), "rows": [_kept(row) for row in rows]}


def _kept(row: UnitRow) -> dict[str, Any]:
    spent = row.days
    return {
        "unit": row.unit,
        "name": row.name,
        "place": row.place,
        "shares": [[tally.counted, tally.of] for tally in row.tallies],
        "days": [
            spent.count,
            *(None if value is None else str(value) for value in (spent.median, spent.p90)),
        ],
    }


def announced_rows(figures: Mapping[str, Any], user: User, today: date) -> list[UnitRow]:
    """The rows of a release as they were released, less what the site does not show any more."""
    own = own_units(user, today)
    names = figures["numbers"]
    shown = [(place, name) for place, name in enumerate(names) if name in offered(set(names) & set(NUMBERS))]
    return [
        UnitRow(
            row["unit"],
            row["name"],
            row["place"],
            tuple(Share(NUMBERS[name], *row["shares"][place]) for place, name in shown),
            Days(row["days"][0], *(None if value is None else Decimal(value) for value in row["days"][1:])),
            row["unit"] in own,
        )
        for row in figures["rows"]
    ]
