"""Which unit takes a case: the desk of a region, and the lead a topic names."""

from huiqi.accounts.functions import Function
from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.powers import Power, roles_with
from huiqi.cases.items.definition import Lead

_LEVELS = {
    UnitKind.COUNTY_OFFICE: "county",
    UnitKind.CITY_OFFICE: "city",
    UnitKind.PROVINCE_OFFICE: "province",
}


def desk_of_region(prefecture: str) -> Unit:
    """The office that takes up requests from a county: the nearest one above with somebody at its desk.

    Without a county, or where no office on the way has an active person with the power to dispatch, it is
    the province's: no request waits at a desk where nobody sits.
    """
    for unit in chain_above(prefecture):
        if _is_staffed(unit):
            return unit
    return Unit.objects.filter(kind=UnitKind.PROVINCE_OFFICE, is_active=True).order_by("pk")[:1].get()


def chain_above(prefecture: str) -> list[Unit]:
    """The offices from the county's up to the province's, along the tree (省直管县 skip the city)."""
    offices = Unit.objects.filter(kind=UnitKind.COUNTY_OFFICE, is_active=True, region=prefecture or "0")
    unit = offices.select_related("parent__parent").order_by("pk").first()
    if unit is None and prefecture:
        cities = Unit.objects.filter(kind=UnitKind.CITY_OFFICE, is_active=True, region=prefecture[:4] + "00")
        unit = cities.select_related("parent").order_by("pk").first()
    found = []
    while unit is not None:
        if unit.is_active:
            found.append(unit)
        unit = unit.parent
    return found


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


def _is_staffed(unit: Unit) -> bool:
    people = User.objects.filter(unit=unit, is_active=True, is_role_confirmed=True)
    return people.filter(role__in=roles_with(Power.DISPATCH_CASES)).exists()
