"""Plain functions that make people for tests."""

from itertools import count

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.roles import Role

_numbers = count(1)


def make_user(
    *, username: str = "", name: str = "王芳", role: Role = Role.POLICY_EDITOR, **fields: object
) -> User:
    """A person with an account; without `password` nobody can sign in by form (use force_login)."""
    return User.objects.create_user(username or f"user{next(_numbers)}", name=name, role=role, **fields)


def make_unit(
    name: str = "",
    kind: UnitKind = UnitKind.COUNTY_OFFICE,
    region: str = "430181",
    parent: Unit | None = None,
) -> Unit:
    """An office; by default that of 浏阳 without a superior."""
    number = next(_numbers)
    return Unit.objects.create(name=name or f"单位{number}", kind=kind, region=region, parent=parent)


# The offices of the tests: name, kind, region, superior. 龙山 answers to the province, not to 湘西州.
OFFICES: dict[str, tuple[str, UnitKind, str, str]] = {
    "province": ("省工信厅", UnitKind.PROVINCE_OFFICE, "430000", ""),
    "changsha": ("长沙市工信局", UnitKind.CITY_OFFICE, "430100", "province"),
    "liuyang": ("浏阳市工信局", UnitKind.COUNTY_OFFICE, "430181", "changsha"),
    "park": ("浏阳经开区管委会", UnitKind.PARK, "430181", "changsha"),
    "xiangtan": ("湘潭市工信局", UnitKind.CITY_OFFICE, "430300", "province"),
    "xiangxi": ("湘西州工信局", UnitKind.CITY_OFFICE, "433100", "province"),
    "longshan": ("龙山县科工局", UnitKind.COUNTY_OFFICE, "433130", "province"),
    "tax": ("省税务局", UnitKind.AUTHORITY, "430000", ""),
    "bank": ("演示银行浏阳支行", UnitKind.BANK, "430181", ""),
    "guarantee": ("演示融资担保公司", UnitKind.GUARANTEE, "430000", ""),
    "service": ("演示中小企业服务中心", UnitKind.SERVICE, "430000", ""),
}


def make_office(key: str) -> Unit:
    """The office called `key` in OFFICES, with its superiors; the same one when asked again."""
    name, kind, region, parent = OFFICES[key]
    known = Unit.objects.filter(name=name).first()
    return known or make_unit(name, kind, region, make_office(parent) if parent else None)


def make_offices() -> dict[str, Unit]:
    """All of them, each with its superiors."""
    return {key: make_office(key) for key in OFFICES}
