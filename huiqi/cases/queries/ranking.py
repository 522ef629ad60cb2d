"""Who sees which units side by side: a leader always, others after a leader released the month."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, units_with
from huiqi.cases.models import RankingRelease
from huiqi.cases.queries.figure_tables import NO_DAYS, By, Days, Key, Tally, days, key_names, tallies
from huiqi.cases.queries.figures import NUMBERS, Account
from huiqi.cases.queries.people import offices_above

# What units are compared by. No composite: the weights of a published one were not found.
RANKED = ("solved", "satisfied", "response", "on_time", "signed", "bounced")
# Below so many rows a rate says nothing: the unit stands in the table without a place.
FEWEST = 5


@dataclass(frozen=True)
class UnitRow:
    """A unit's numbers. `place` by the solved rate; None where there were too few."""

    unit: int
    name: str
    place: int | None
    tallies: tuple[Tally, ...]
    days: Days
    is_own: bool


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
    tables, spent = tallies(RANKED, account, By.UNIT), days(account, By.UNIT)
    keys = {key for table in tables.values() for key in table if key[0] and (is_shown or key[0] in own)}
    names = key_names(By.UNIT, keys, account)
    places = _places({key: tables["solved"].get(key) for key in keys}) if is_shown else {}
    rows = [
        UnitRow(
            key[0],
            names[key],
            places.get(key),
            tuple(tables[name].get(key, _none(name)) for name in RANKED),
            spent.get(key, NO_DAYS),
            key[0] in own,
        )
        for key in keys
    ]
    return sorted(rows, key=lambda row: (row.place is None, row.place or 0, row.name))


def _none(name: str) -> Tally:
    number = NUMBERS[name]
    return Tally(number, (0,) * (len(number.parts) + 1))


def _places(solved: dict[Key, Any]) -> dict[Key, int]:
    """Places by the solved rate; equals share a place."""
    rates = {key: tally.percent for key, tally in solved.items() if tally is not None and tally.of >= FEWEST}
    return {key: 1 + sum(other > rate for other in rates.values()) for key, rate in rates.items()}
