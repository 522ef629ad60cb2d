"""Who is told of a batch: people who recommend in the offices that its chain asks or whose turn it is."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from huiqi.accounts.models import Deputyship, Unit, UnitKind, User
from huiqi.accounts.powers import POWERS, Power, roles_with
from huiqi.accounts.queries.people import Post, scope_of_post
from huiqi.accounts.roles import Role
from huiqi.lists.models import Secrecy
from huiqi.lists.queries.offices import LEVEL_OF, asks

Place = tuple[str | None, int | None]  # county and park of a firm


def asked_people(chain: tuple[str, ...], secrecy: str, today: date) -> list[User]:
    """People of the offices that recommend for a chain; the office of the last level runs the batch."""
    units = Unit.objects.filter(is_active=True, kind__in=list(LEVEL_OF)).select_related("parent")
    asked = [unit.pk for unit in units.order_by("pk") if asks(chain, unit)]
    return _people(asked, secrecy, today)


def people_at(level: str, places: Collection[Place], secrecy: str, today: date) -> list[User]:
    """People of the offices of a level that stand for at least one of the places."""
    counties = {county or "" for county, _park in places}
    near = Q(kind=UnitKind.COUNTY_OFFICE, region__in=counties)
    near |= Q(kind=UnitKind.PARK, pk__in={park for _county, park in places if park is not None})
    near |= Q(kind=UnitKind.CITY_OFFICE, region__in={f"{county[:4]}00" for county in counties})
    near |= Q(kind=UnitKind.PROVINCE_OFFICE)
    units = Unit.objects.filter(
        near, is_active=True, kind__in=[k for k, at in LEVEL_OF.items() if at == level]
    )
    return _people([unit.pk for unit in units.order_by("pk") if _stands_for(unit, places)], secrecy, today)


def people_of(unit: Unit, secrecy: str, today: date) -> list[User]:
    """People of one office, as they were told."""
    return _people([unit.pk], secrecy, today)


def _stands_for(unit: Unit, places: Collection[Place]) -> bool:
    scope = scope_of_post(Post(Role.OFFICER, unit))
    return any(scope.admits(county, park) for county, park in places)


def _people(units: Collection[int], secrecy: str, today: date) -> list[User]:
    """Who may recommend and open the batch in these units, and who fills in for them that day."""
    roles = roles_with(Power.RECOMMEND_FOR_LISTS) & roles_with(Power.VIEW_LISTS)
    if secrecy == Secrecy.COMPARTMENT:
        roles = frozenset(role for role in roles if Power.VIEW_KEY_MATERIALS in POWERS[role])
    people = User.objects.filter(is_active=True, is_role_confirmed=True)
    own = list(people.filter(unit__in=units, role__in=roles).order_by("pk"))
    deputies = Deputyship.objects.valid_on(today).filter(absent__in=own).order_by().values("deputy")
    return [*own, *people.filter(pk__in=deputies).exclude(pk__in=[one.pk for one in own]).order_by("pk")]
