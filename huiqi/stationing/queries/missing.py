"""Which firms have not reported a day in full."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from huiqi.accounts.models import Unit, UnitKind
from huiqi.enterprises.models import Enterprise
from huiqi.stationing.models import Figures, Line, Stationing


@dataclass(frozen=True)
class Missing:
    """A firm without the numbers of one of its lines; its officer, and the unit that answers for it."""

    enterprise: Enterprise
    officer_id: int | None
    unit_id: int | None


def missing_on(day: date, firms: QuerySet[Enterprise] | None = None) -> list[Missing]:
    """Firms (of `firms`, or all) that lack a number for `day`, by name.

    The unit is the officer's; a firm without an officer falls to its county's office.
    """
    expected = _expected(day, firms)
    reported = _reported(day, expected)
    late = [pk for pk, wanted in expected.items() if wanted - reported.get(pk, set())]
    officers = {
        row.enterprise_id: row.officer
        for row in Stationing.objects.valid_on(day)
        .filter(enterprise__in=late)
        .select_related("officer")
        .order_by("pk")
    }
    rows = []
    counties = _county_units()
    for firm in Enterprise.objects.filter(pk__in=late).order_by("name", "pk"):
        officer = officers.get(firm.pk)
        unit = officer.unit_id if officer else counties.get(firm.prefecture or "")
        rows.append(Missing(firm, officer.pk if officer else None, unit))
    return rows


def _expected(day: date, firms: QuerySet[Enterprise] | None) -> dict[int, set[str]]:
    lines = Line.objects.running_on(day).filter(enterprise__merged_into=None)
    if firms is not None:
        lines = lines.filter(enterprise__in=firms.order_by().values("pk"))
    expected: dict[int, set[str]] = defaultdict(set)
    for enterprise_id, product in lines.order_by("pk").values_list("enterprise_id", "product"):
        expected[enterprise_id].add(product)
    return expected


def _reported(day: date, expected: dict[int, set[str]]) -> dict[int, set[str]]:
    rows = (
        Figures.objects.filter(report__on=day).order_by("pk").values_list("report__enterprise_id", "product")
    )
    reported: dict[int, set[str]] = defaultdict(set)
    for enterprise_id, product in rows:
        if enterprise_id in expected:
            reported[enterprise_id].add(product)
    return reported


def _county_units() -> dict[str, int]:
    offices = Unit.objects.filter(kind=UnitKind.COUNTY_OFFICE, is_active=True).order_by("pk")
    return dict(offices.values_list("region", "pk"))
