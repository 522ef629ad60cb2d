"""Reading the ledger: months, when they are due, what is missing, sums by place, the burn-down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import units_with
from huiqi.arrears.models import LedgerUnit, LedgerUnitQuerySet, MonthReport, MonthRow, YearTarget
from huiqi.arrears.regimes import book
from huiqi.reference.queries import code_tables
from huiqi.reference.working_days import Basis, Due, due

MONTHS = 12


def first_of(day: date) -> date:
    """The month of a day, as its first day."""
    return day.replace(day=1)


def month_after(month: date, step: int = 1) -> date:
    """So many months later (or before)."""
    place = month.year * MONTHS + month.month - 1 + step
    return date(place // MONTHS, place % MONTHS + 1, 1)


def newest_month(today: date) -> date:
    """The last month that is over and therefore to be reported."""
    return month_after(first_of(today), -1)


def due_of(month: date, today: date) -> Due:
    """By when a month is to be reported: working days of the next month, as known today."""
    last_day = month_after(month) - timedelta(days=1)
    return due(last_day, book().ledger.due_days, Basis(known_on=today))


@dataclass(frozen=True)
class Figures:
    """A sum of rows in fen."""

    count: int = 0
    amount: int = 0
    paid: int = 0
    remaining: int = 0
    bands: tuple[int, ...] = (0, 0, 0, 0)

    def plus(self, other: "Figures") -> "Figures":
        bands = tuple(mine + more for mine, more in zip(self.bands, other.bands, strict=True))
        return Figures(
            self.count + other.count,
            self.amount + other.amount,
            self.paid + other.paid,
            self.remaining + other.remaining,
            bands,
        )


def figures_of(rows: Iterable[MonthRow]) -> Figures:
    """The sum of a report's rows."""
    found = Figures()
    for row in rows:
        found = found.plus(Figures(row.count, row.amount, row.paid, row.remaining, row.bands))
    return found


@dataclass(frozen=True)
class UnitMonth:
    """One unit in one month. `report` None: nothing was said."""

    duty: LedgerUnit
    report: MonthReport | None
    figures: Figures

    @property
    def is_missing(self) -> bool:
        return self.report is None


@dataclass
class Place:
    """A county, a city or the whole with the units in it."""

    code: str
    name: str
    units: list[UnitMonth] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    reported: int = 0

    def add(self, row: UnitMonth) -> None:
        self.units.append(row)
        self.figures = self.figures.plus(row.figures)
        self.reported += not row.is_missing


def unit_months(duties: LedgerUnitQuerySet, month: date) -> list[UnitMonth]:
    """The units that report for the month with what they reported; three queries."""
    units = list(duties.due_in(month).select_related("unit").order_by("prefecture", "unit__name", "pk"))
    reports = {
        row.duty_id: row
        for row in MonthReport.objects.filter(month=month, duty__in=units).prefetch_related("rows")
    }
    found = []
    for duty in units:
        report = reports.get(duty.pk)
        rows = report.rows.all() if report else ()
        found.append(UnitMonth(duty, report, figures_of(rows)))
    return found


def places(rows: Sequence[UnitMonth], level: str) -> list[Place]:
    """The rows by county or by city, in the order of the codes. Only what was reported is summed."""
    divisions = code_tables().divisions
    found: dict[str, Place] = {}
    for row in rows:
        code = row.duty.prefecture if level == "county" else row.duty.prefecture[:4] + "00"
        if code not in found:
            named: Any = divisions.get(code)
            found[code] = Place(code, named.name if named else code)
        found[code].add(row)
    return [found[code] for code in sorted(found)]


def whole(rows: Sequence[UnitMonth]) -> Place:
    """All rows in one sum."""
    place = Place("", "")
    for row in rows:
        place.add(row)
    return place


def missing_of(duties: LedgerUnitQuerySet, today: date) -> list[tuple[LedgerUnit, date]]:
    """Units with the oldest month of the last twelve that nobody reported, though it is over."""
    newest = newest_month(today)
    units = list(duties.filter(first_month__lte=newest).select_related("unit").order_by("pk"))
    since = month_after(newest, 1 - MONTHS)
    done = set(
        MonthReport.objects.filter(duty__in=units, month__gte=since).order_by().values_list("duty", "month")
    )
    found = []
    for duty in units:
        month = max(duty.first_month, since)
        last = min(duty.last_month or newest, newest)
        while month <= last and (duty.pk, month) in done:
            month = month_after(month)
        if month <= last:
            found.append((duty, month))
    return found


def before(duty: LedgerUnit, month: date) -> dict[str, MonthRow]:
    """The rows of the month before by kind, to compare with."""
    rows = MonthRow.objects.filter(report__duty=duty, report__month=month_after(month, -1))
    return {row.kind: row for row in rows.order_by("pk")}


@dataclass(frozen=True)
class BurnPoint:
    """A month of the burn-down: what was left, from how many of the units that should report. `planned` is
    the straight way to the target, None without one."""

    month: date
    remaining: int | None
    paid: int
    reported: int
    expected: int
    planned: int | None


def burn_down(
    duties: LedgerUnitQuerySet, year: int, today: date, target: YearTarget | None
) -> list[BurnPoint]:
    """The months of a year up to the last that is over; a month nobody reported has no figure."""
    points = []
    for number in range(1, MONTHS + 1):
        month = date(year, number, 1)
        planned = target.start - target.to_clear * number // MONTHS if target else None
        if month > newest_month(today):
            points.append(BurnPoint(month, None, 0, 0, 0, planned))
            continue
        place = whole(unit_months(duties, month))
        left = place.figures.remaining if place.reported else None
        points.append(BurnPoint(month, left, place.figures.paid, place.reported, len(place.units), planned))
    return points


def target_of(user: User, year: int, today: date) -> YearTarget | None:
    """The target of the person's own office for the year."""
    units = units_with(user, Power.VIEW_CASES, today)
    return YearTarget.objects.filter(unit__in=units, year=year).order_by("pk").first()
