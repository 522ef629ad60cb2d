"""The demo's offices and people."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from huiqi.accounts.demo import (
    DEMO_ACCOUNTS,
    DEMO_PASSWORD,
    DIRECT_COUNTIES,
    OTHER_UNITS,
    PARK,
    PARK_COUNTIES,
    PROVINCE,
)
from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.roles import Role
from huiqi.core import audit
from huiqi.reference.models import Division

_PROVINCE_CODE = "430000"
_LIUYANG = "430181"


@transaction.atomic
def create_demo_accounts(*, actor: User | None) -> list[User]:
    """The demo's offices and accounts, made once; running again changes nothing."""
    known = set(User.objects.order_by("pk").values_list("username", flat=True))
    wanted = [account for account in DEMO_ACCOUNTS if account.username not in known]
    if not wanted:
        return []
    units = _create_units()
    # Hashed once: Argon2 is slow on purpose, and the password is printed on the start page anyway.
    password = make_password(DEMO_PASSWORD)
    made = [
        User(
            username=account.username,
            name=account.name,
            role=account.role,
            unit=units.get(account.unit),
            password=password,
            is_superuser=account.role == Role.SYSTEM_ADMIN,
        )
        for account in wanted
    ]
    for user in made:
        user.save()
        audit.record("account.created", user, actor=actor, demo=True)
    return made


def _create_units() -> dict[str, Unit]:
    """Province, cities, counties, parks and others; the tree as real, the names of parks invented."""
    known = {unit.name: unit for unit in Unit.objects.order_by("pk")}
    divisions = Division.objects.within(_PROVINCE_CODE).filter(valid_to=None).order_by("code")
    province = _unit(known, PROVINCE, UnitKind.PROVINCE_OFFICE, _PROVINCE_CODE, None)
    cities = {
        row.code: _unit(known, _office(row.name), UnitKind.CITY_OFFICE, row.code, province)
        for row in divisions.filter(level=Division.Level.PREFECTURE)
    }
    for row in divisions.filter(level=Division.Level.COUNTY):
        city = cities.get(f"{row.code[:4]}00", province)
        above = province if row.code in DIRECT_COUNTIES else city
        _unit(known, _office(row.name), UnitKind.COUNTY_OFFICE, row.code, above)
        if row.code in PARK_COUNTIES:
            name = PARK if row.code == _LIUYANG else f"{row.name}工业集中区管委会"
            _unit(known, name, UnitKind.PARK, row.code, city)
    for other in OTHER_UNITS:
        _unit(known, other.name, UnitKind(other.kind), other.region, None, other.function)
    return known


def _office(division: str) -> str:
    return f"{division}工业和信息化局"


def _unit(  # noqa: PLR0913  a unit's own columns
    known: dict[str, Unit], name: str, kind: UnitKind, region: str, parent: Unit | None, function: str = ""
) -> Unit:
    if name not in known:
        known[name] = Unit.objects.create(
            name=name, kind=kind, region=region, parent=parent, function=function
        )
    return known[name]
