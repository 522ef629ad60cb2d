"""Who is told what: officers in charge of a firm, superiors of a unit, deputies of an officer."""

from datetime import date

from django.db.models import Q, QuerySet

from huiqi.accounts.models import Deputyship, Unit, UnitKind, User
from huiqi.accounts.powers import Power, roles_with
from huiqi.accounts.roles import Role
from huiqi.enterprises.models import Enterprise


def officers_in_charge(enterprise: Enterprise, *, with_province: bool) -> list[User]:
    """People who answer for the firm: of its county's office and its park; the province's too if asked."""
    units = Q(unit__kind=UnitKind.COUNTY_OFFICE, unit__region=enterprise.prefecture or "")
    if enterprise.park_id is not None:
        units |= Q(unit_id=enterprise.park_id)
    if with_province:
        units |= Q(unit__kind=UnitKind.PROVINCE_OFFICE)
    return list(_active().filter(units, role__in=roles_with(Power.STATION_OFFICERS)).order_by("pk"))


def superiors_of(unit_id: int) -> list[User]:
    """The unit's supervisors 督办员, or else its officers who station, or else those of the unit above."""
    unit: Unit | None = Unit.objects.get(pk=unit_id)
    while unit is not None:
        people = list(_active().filter(unit=unit).order_by("pk"))
        for roles in ({Role.SUPERVISOR}, roles_with(Power.STATION_OFFICERS)):
            found = [person for person in people if person.role in roles]
            if found:
                return found
        unit = unit.parent
    return []


def with_deputies(officer_id: int, day: date) -> list[User]:
    """The officer and whoever fills in that day."""
    deputies = Deputyship.objects.valid_on(day).filter(absent=officer_id).order_by().values("deputy")
    return list(_active().filter(Q(pk=officer_id) | Q(pk__in=deputies)).order_by("pk"))


def _active() -> QuerySet[User]:
    return User.objects.filter(is_active=True)
