"""The board: three numbers by product and county, with how many reported. Sums of what was reported, no more.

Nothing is estimated for those who did not report, and capacity is compared only with that of the reporters.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, Sum

from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.reference.models import Division
from huiqi.stationing.bars import Bar, bars
from huiqi.stationing.models import DailyReport, Figures, Line, Stationing
from huiqi.stationing.plausibility import Three
from huiqi.stationing.products import Product, products

WEEK = 7


def _percent(part: int, whole: int) -> int:
    return (part * 200 + whole) // (2 * whole)


@dataclass
class Cell:
    """Sums over some firms for one product on the board's day, and the outputs of the week before."""

    expected: int = 0
    reported: int = 0
    output: int = 0
    stock: int = 0
    shortage: int = 0
    capacity: int = 0
    # Nameplate of those that reported: what the output is held against.
    capacity_reported: int = 0
    week: list[int | None] = field(default_factory=lambda: [None] * WEEK)
    week_reported: list[int] = field(default_factory=lambda: [0] * WEEK)

    @property
    def rate(self) -> int:
        """Reporting rate in whole per cent, rounded half up; 100 only when nobody is missing."""
        rate = _percent(self.reported, self.expected) if self.expected else 0
        return min(rate, 99) if self.reported < self.expected else rate

    @property
    def utilisation(self) -> int | None:
        """Output against the reporters' nameplate, in whole per cent, rounded half up."""
        return _percent(self.output, self.capacity_reported) if self.capacity_reported else None

    @property
    def bars(self) -> list[Bar]:
        """The week's output as bars."""
        return bars(self.week)

    def add(self, other: "Cell") -> None:
        """Count another cell in."""
        for name in ("expected", "reported", "output", "stock", "shortage", "capacity", "capacity_reported"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for place in range(WEEK):
            self.week_reported[place] += other.week_reported[place]
            if other.week[place] is not None:
                self.week[place] = (self.week[place] or 0) + (other.week[place] or 0)


@dataclass(frozen=True)
class CountyRow:
    """A county's line of a product."""

    code: str
    name: str
    cell: Cell


@dataclass(frozen=True)
class ProductBoard:
    """One product: its counties, largest shortage first, and their sum."""

    product: Product
    counties: list[CountyRow]
    total: Cell

    @property
    def only(self) -> CountyRow | None:
        """The one county there is, whose figures are the sum: they need not be said twice."""
        return self.counties[0] if len(self.counties) == 1 else None


def days_to(day: date) -> list[date]:
    """The week that ends with `day`."""
    return [day - timedelta(days=back) for back in range(WEEK - 1, -1, -1)]


def board(firms: EnterpriseQuerySet, day: date) -> list[ProductBoard]:
    """All products these firms make, in the catalogue's order. Three queries."""
    cells: dict[tuple[str, str], Cell] = defaultdict(Cell)
    _count_lines(cells, firms, day)
    _count_figures(cells, firms, day)
    names = dict(
        Division.objects.filter(code__in={code for _, code in cells}).order_by().values_list("code", "name")
    )
    boards = []
    for product in products().values():
        rows = [
            CountyRow(code, names.get(code, code or "—"), cell)
            for (name, code), cell in cells.items()
            if name == product.id
        ]
        if rows:
            rows.sort(key=lambda row: (-row.cell.shortage, row.code))
            boards.append(ProductBoard(product, rows, _sum(row.cell for row in rows)))
    return boards


def _sum(cells: Iterable[Cell]) -> Cell:
    total = Cell()
    for cell in cells:
        total.add(cell)
    return total


def _count_lines(cells: dict[tuple[str, str], Cell], firms: EnterpriseQuerySet, day: date) -> None:
    reported = Figures.objects.filter(
        report__enterprise=OuterRef("enterprise"), report__on=day, product=OuterRef("product")
    )
    lines = Line.objects.running_on(day).filter(enterprise__in=_keys(firms)).annotate(told=Exists(reported))
    groups = lines.order_by().values("product", "told", county=F("enterprise__prefecture"))
    for row in groups.annotate(count=Count("pk"), nameplate=Sum("capacity")):
        cell = cells[row["product"], row["county"] or ""]
        cell.expected += row["count"]
        cell.capacity += row["nameplate"]
        if row["told"]:
            cell.reported += row["count"]
            cell.capacity_reported += row["nameplate"]


def _count_figures(cells: dict[tuple[str, str], Cell], firms: EnterpriseQuerySet, day: date) -> None:
    days = days_to(day)
    rows = Figures.objects.filter(
        report__on__gte=days[0], report__on__lte=day, report__enterprise__in=_keys(firms)
    )
    groups = rows.order_by().values("product", on=F("report__on"), county=F("report__enterprise__prefecture"))
    sums = groups.annotate(count=Count("pk"), made=Sum("output"), kept=Sum("stock"), short=Sum("shortage"))
    for row in sums:
        cell = cells[row["product"], row["county"] or ""]
        place = days.index(row["on"])
        cell.week[place], cell.week_reported[place] = row["made"], row["count"]
        if row["on"] == day:
            cell.output, cell.stock, cell.shortage = row["made"], row["kept"], row["short"]


def _keys(firms: EnterpriseQuerySet) -> QuerySet[Enterprise]:
    return firms.order_by().values("pk")  # type: ignore[return-value]


@dataclass(frozen=True)
class FirmRow:
    """One firm behind a line of the board."""

    firm: Enterprise
    capacity: int
    numbers: Sequence[Three | None]
    note: str
    is_late: bool
    officer: str

    @property
    def now(self) -> Three | None:
        """The board's day."""
        return self.numbers[-1]

    @property
    def bars(self) -> list[Bar]:
        """The week's output."""
        return bars([three.output if three else None for three in self.numbers])


def firm_rows(firms: EnterpriseQuerySet, product: str, county: str, day: date) -> list[FirmRow]:
    """The firms of a county that make the product, largest shortage first; those not reporting on top."""
    lines = Line.objects.running_on(day).filter(product=product, enterprise__in=_keys(firms))
    lines = lines.filter(enterprise__prefecture=county or None).select_related("enterprise")
    officers = Stationing.objects.valid_on(day).filter(enterprise=OuterRef("enterprise")).order_by("-pk")
    rows = list(
        lines.annotate(officer=Subquery(officers.values("officer__name")[:1])).order_by(
            "enterprise__name", "pk"
        )
    )
    keys = [row.enterprise_id for row in rows]
    numbers = _week_of(keys, product, day)
    reports = {
        r.enterprise_id: r for r in DailyReport.objects.filter(enterprise__in=keys, on=day).order_by("pk")
    }
    found = []
    for row in rows:
        report = reports.get(row.enterprise_id)
        week = [numbers.get((row.enterprise_id, on)) for on in days_to(day)]
        note, late = (report.note, report.is_late) if report else ("", False)
        found.append(FirmRow(row.enterprise, row.capacity, week, note, late, row.officer or ""))  # type: ignore[attr-defined]
    return sorted(found, key=lambda row: (row.now is not None, -(row.now.shortage if row.now else 0)))


def _week_of(keys: Sequence[int], product: str, day: date) -> dict[tuple[int, date], Three]:
    rows = Figures.objects.filter(
        product=product, report__enterprise__in=keys, report__on__gte=days_to(day)[0], report__on__lte=day
    )
    columns = ("report__enterprise_id", "report__on", "output", "stock", "shortage")
    return {(pk, on): Three(*three) for pk, on, *three in rows.order_by("pk").values_list(*columns)}
