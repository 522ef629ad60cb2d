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


def make_offices() -> dict[str, Unit]:
    """Province, 长沙 with 浏阳 and a park, 湘潭, and 龙山 directly under the province."""
    province = make_unit("省工信厅", UnitKind.PROVINCE_OFFICE, "430000")
    changsha = make_unit("长沙市工信局", UnitKind.CITY_OFFICE, "430100", province)
    return {
        "province": province,
        "changsha": changsha,
        "liuyang": make_unit("浏阳市工信局", UnitKind.COUNTY_OFFICE, "430181", changsha),
        "park": make_unit("浏阳经开区管委会", UnitKind.PARK, "430181", changsha),
        "xiangtan": make_unit("湘潭市工信局", UnitKind.CITY_OFFICE, "430300", province),
        "xiangxi": make_unit("湘西州工信局", UnitKind.CITY_OFFICE, "433100", province),
        "longshan": make_unit("龙山县科工局", UnitKind.COUNTY_OFFICE, "433130", province),
    }
