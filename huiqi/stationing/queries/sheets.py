"""The officer's page: for each firm its products, yesterday's numbers and what was sent already."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.stationing.models import DailyReport, Escalation, Figures, Line
from huiqi.stationing.plausibility import Three
from huiqi.stationing.products import Product, product_of, products


@dataclass(frozen=True)
class Entry:
    """One product of a firm on one day."""

    product: Product
    capacity: int
    now: Three | None
    before: Three | None


@dataclass(frozen=True)
class FirmSheet:
    """What the page shows of one firm."""

    firm: Enterprise
    entries: tuple[Entry, ...]
    report: DailyReport | None
    escalations: tuple[Escalation, ...]

    @property
    def is_whole(self) -> bool:
        """Every product has its numbers."""
        return all(entry.now for entry in self.entries)


def sheets(firms: EnterpriseQuerySet, day: date) -> list[FirmSheet]:
    """The sheets of these firms for `day`, those not whole yet first; firms without a line come last.

    Five queries however many firms.
    """
    rows = list(firms.order_by("name", "pk"))
    keys = [firm.pk for firm in rows]
    lines = _lines(keys, day)
    numbers = _numbers(keys, day)
    reports = {
        r.enterprise_id: r for r in DailyReport.objects.filter(enterprise__in=keys, on=day).order_by("pk")
    }
    escalations = _escalations(keys, day)
    found = [
        FirmSheet(
            firm,
            tuple(
                Entry(
                    product_of(line.product),
                    line.capacity,
                    numbers.get((firm.pk, line.product, day)),
                    numbers.get((firm.pk, line.product, day - timedelta(days=1))),
                )
                for line in lines[firm.pk]
            ),
            reports.get(firm.pk),
            tuple(escalations[firm.pk]),
        )
        for firm in rows
    ]
    return sorted(found, key=lambda sheet: (not sheet.entries, sheet.is_whole))


def _lines(keys: Iterable[int], day: date) -> dict[int, list[Line]]:
    order = list(products())
    lines: dict[int, list[Line]] = defaultdict(list)
    for line in Line.objects.running_on(day).filter(enterprise__in=keys).order_by("pk"):
        lines[line.enterprise_id].append(line)
    for rows in lines.values():
        rows.sort(key=lambda line: order.index(line.product) if line.product in order else len(order))
    return lines


def _numbers(keys: Iterable[int], day: date) -> dict[tuple[int, str, date], Three]:
    rows = Figures.objects.filter(report__enterprise__in=keys, report__on__in=[day, day - timedelta(days=1)])
    columns = ("report__enterprise_id", "product", "report__on", "output", "stock", "shortage")
    return {
        (pk, name, on): Three(*three) for pk, name, on, *three in rows.order_by("pk").values_list(*columns)
    }


def _escalations(keys: Iterable[int], day: date) -> dict[int, list[Escalation]]:
    found: dict[int, list[Escalation]] = defaultdict(list)
    for row in Escalation.objects.filter(enterprise__in=keys, on=day).order_by("raised_at", "pk"):
        found[row.enterprise_id].append(row)
    return found
