"""Which office stands at which level of the chain, and which of a person's posts may act at one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.powers import POWERS, Power
from huiqi.accounts.queries.people import posts_of, scope_of_post
from huiqi.accounts.scope import Scope
from huiqi.lists.chain import LEVELS, route

# A park's committee acts beside the county for the firms of the park.
LEVEL_OF = {
    UnitKind.COUNTY_OFFICE: "county",
    UnitKind.PARK: "county",
    UnitKind.CITY_OFFICE: "city",
    UnitKind.PROVINCE_OFFICE: "province",
}


def asks(chain: Sequence[str], unit: Unit) -> bool:
    """Whether a chain asks an office to recommend: a level below the last, or a county directly under the
    province (省直管县) that stands where its city would."""
    level, below = LEVEL_OF.get(UnitKind(unit.kind)), set(chain[:-1])
    if level in below or level != "county" or "city" not in below:
        return level in below
    return unit.parent is not None and unit.parent.kind == UnitKind.PROVINCE_OFFICE


@dataclass(frozen=True)
class Desk:
    """A post from which a person may act: its level, its unit, the firms it covers."""

    level: str
    unit: Unit
    scope: Scope
    absent: User | None = None


def desks_of(user: User, power: Power, today: date) -> tuple[Desk, ...]:
    """The posts filled today that have the power and stand in the chain, the person's own first."""
    found = []
    for post in posts_of(user, today):
        level = LEVEL_OF.get(UnitKind(post.unit.kind)) if post.unit else None
        if level and post.unit and power in POWERS[post.role] and post.unit.is_active:
            found.append(Desk(level, post.unit, scope_of_post(post), post.absent))
    return tuple(found)


def desk_for(desks: Iterable[Desk], level: str, county: str | None, park_id: int | None) -> Desk | None:
    """The desk at this level that covers a firm, or None."""
    return next((d for d in desks if d.level == level and d.scope.admits(county, park_id)), None)


def province_desk(user: User, power: Power, today: date) -> Desk | None:
    """The person's desk at the province, from which batches are run, or None."""
    return next((desk for desk in desks_of(user, power, today) if desk.level == "province"), None)


class Ways:
    """The way of any firm up the chain; reads the offices once."""

    def __init__(self) -> None:
        rows = Unit.objects.filter(is_active=True, kind__in=list(LEVEL_OF)).order_by("pk")
        units = list(rows.values_list("kind", "region", "parent__kind"))
        self.cities = {region[:4] for kind, region, _ in units if kind == UnitKind.CITY_OFFICE}
        counties = [(region, above) for kind, region, above in units if kind == UnitKind.COUNTY_OFFICE]
        self.counties = {region for region, _ in counties}
        # A county directly under the province (省直管县): its city is not on the way.
        self.direct = {region for region, above in counties if above == UnitKind.PROVINCE_OFFICE}

    def of(self, chain: tuple[str, ...], county: str | None, park_id: int | None = None) -> tuple[str, ...]:
        """The levels a firm of this county passes."""
        code = county or ""
        has = {
            "county": code in self.counties or park_id is not None,
            "city": code[:4] in self.cities and code not in self.direct,
            "province": True,
        }
        return route(chain, {level for level in LEVELS if has[level]})
