"""Which unit takes a case: the desk of a region, and the lead a topic names."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet

from huiqi.accounts.functions import Function
from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.powers import Power, roles_with
from huiqi.cases.items.definition import Lead

_LEVELS = {
    UnitKind.COUNTY_OFFICE: "county",
    UnitKind.CITY_OFFICE: "city",
    UnitKind.PROVINCE_OFFICE: "province",
}
# From a county's office to itself, its city's and the province's.
_WAYS = ("pk", "parent", "parent__parent")


def desk_of_region(prefecture: str) -> Unit:
    """The office that takes up requests from a county: the nearest one above with somebody at its desk.

    Without a county, or where no office on the way has an active person with the power to dispatch, it is
    the province's: no request waits at a desk where nobody sits. One query, as many requests come at once.
    """
    people = User.objects.filter(is_active=True, is_role_confirmed=True)
    at_desks = people.filter(role__in=roles_with(Power.DISPATCH_CASES)).order_by()
    found = _offices_of(prefecture).annotate(
        **{
            f"is_staffed_{step}": Exists(at_desks.filter(unit=OuterRef(way)))
            for step, way in enumerate(_WAYS)
        }
    )
    nearest = found.first()
    for step, unit in enumerate(_upward(nearest)):
        if unit.is_active and getattr(nearest, f"is_staffed_{step}", False):
            return unit
    return Unit.objects.filter(kind=UnitKind.PROVINCE_OFFICE, is_active=True).order_by("pk")[:1].get()


def chain_above(prefecture: str) -> list[Unit]:
    """The offices from the county's up to the province's, along the tree (省直管县 skip the city)."""
    return [unit for unit in _upward(_offices_of(prefecture).first()) if unit.is_active]


def _offices_of(prefecture: str) -> QuerySet[Unit]:
    """The county's own office, then its city's."""
    county = Q(kind=UnitKind.COUNTY_OFFICE, region=prefecture)
    city = Q(kind=UnitKind.CITY_OFFICE, region=f"{prefecture[:4]}00")
    active = Unit.objects.filter(county | city, is_active=True) if prefecture else Unit.objects.none()
    # The code of a city ends with 00: it comes after those of its counties.
    return active.select_related("parent__parent").order_by("-region", "pk")


def _upward(unit: Unit | None) -> Iterator[Unit]:
    while unit is not None:
        yield unit
        unit = unit.parent


def unit_above(unit: Unit) -> Unit | None:
    """The next office up the ladder, or None at the top."""
    above = unit.parent
    while above is not None and not above.is_active:
        above = above.parent
    return above


def level_of(unit: Unit) -> str:
    """county, city or province for our own offices, "" for others."""
    return _LEVELS.get(UnitKind(unit.kind), "")


def lead_for(lead: Lead, prefecture: str) -> Unit | None:
    """The unit a topic names for a region: our own office of that level, or the authority of that function
    nearest to it (county, then city, then province). None when there is none: the desk decides."""
    if lead.function == Function.SME:
        return next((unit for unit in chain_above(prefecture) if level_of(unit) == lead.level), None)
    units = Unit.objects.filter(function=lead.function, is_active=True)
    near = [unit for unit in units.order_by("pk") if _covers(unit.region, prefecture)]
    return max(near, key=lambda unit: len(unit.region.rstrip("0")), default=None)


def _covers(region: str, prefecture: str) -> bool:
    stem = region.removesuffix("00").removesuffix("00")
    return prefecture.startswith(stem) if prefecture else region.endswith("0000")
