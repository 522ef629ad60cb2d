"""Who a person is today: posts filled (their own and deputised), powers, scope."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from huiqi.accounts.models import Deputyship, Unit, UnitKind, User
from huiqi.accounts.powers import POWERS, Power
from huiqi.accounts.roles import Role
from huiqi.accounts.scope import Area, Scope, union
from huiqi.reference.models import Division

# These see firms one by one, through explicit access, whatever region their unit lies in.
_NO_AREA = frozenset(
    {
        Role.STATIONED_OFFICER,
        Role.BANK_OFFICER,
        Role.GUARANTEE_OFFICER,
        Role.SERVICE_STAFF,
        Role.EXPERT,
        Role.HOTLINE_AGENT,
        Role.AUTHORITY_OFFICER,
        Role.POLICY_EDITOR,
        Role.POLICY_APPROVER,
        Role.SYSTEM_ADMIN,
        Role.SECURITY_ADMIN,
        Role.AUDIT_ADMIN,
        Role.FIRM,
    }
)


@dataclass(frozen=True)
class Post:
    """A role in a unit, filled by the person or for an absent colleague."""

    role: Role
    unit: Unit | None
    absent: User | None = None


def posts_of(user: User, today: date) -> tuple[Post, ...]:
    """The person's own post first, then those deputised today. Empty for an account switched off or not
    yet confirmed; deputyships of other people for the absent do not come along (no chain).

    Kept on the user object, which lives as long as one request: a page asks for it many times.
    """
    if not user.is_active or not user.is_role_confirmed:
        return ()
    kept: dict[date, tuple[Post, ...]] = user.__dict__.setdefault("_posts", {})
    if today not in kept:
        kept[today] = _posts(user, today)
    return kept[today]


def _posts(user: User, today: date) -> tuple[Post, ...]:
    own = Post(Role(user.role), user.unit)
    if user.unit_id is None:  # people of firms: who is of no unit fills nobody's post (may_deputise)
        return (own,)
    rows = Deputyship.objects.valid_on(today).filter(
        deputy=user, absent__is_active=True, absent__is_role_confirmed=True
    )
    rows = rows.select_related("absent__unit").order_by("pk")
    return own, *(Post(Role(row.absent.role), row.absent.unit, row.absent) for row in rows)


def may(user: User, power: Power, today: date) -> bool:
    """Whether one of the posts filled today has the power."""
    return user.is_authenticated and any(power in POWERS[post.role] for post in posts_of(user, today))


def absent_behind(user: User, power: Power, today: date) -> User | None:
    """Whose power it is, when the person has it only as a deputy (audit.record(on_behalf=…))."""
    able = [post for post in posts_of(user, today) if power in POWERS[post.role]]
    return able[0].absent if able and all(post.absent for post in able) else None


def scope_of(user: User, today: date) -> Scope:
    """The firms that the person's posts admit today; explicit access to single firms is not in it."""
    if not user.is_authenticated:
        return Scope()
    return union(area for post in posts_of(user, today) for area in _areas(post))


def scope_with(user: User, power: Power, today: date) -> Scope:
    """The firms to which the person may do what `power` says: only posts that have the power count."""
    if not user.is_authenticated:
        return Scope()
    able = (post for post in posts_of(user, today) if power in POWERS[post.role])
    return union(area for post in able for area in _areas(post))


def scope_of_offices(user: User, power: Power, today: date) -> Scope:
    """The whole area of the offices for which the person may do what `power` says.

    For sums alone: it holds also for roles that see no single firm.
    """
    if not user.is_authenticated:
        return Scope()
    able = (post for post in posts_of(user, today) if power in POWERS[post.role])
    return union(area for post in able if post.unit is not None for area in _areas_of(post.unit))


def units_with(user: User, power: Power, today: date) -> list[int]:
    """Keys of the active units for which the person may do what `power` says, as its own or as a deputy."""
    if not user.is_authenticated:
        return []
    posts = (post for post in posts_of(user, today) if power in POWERS[post.role])
    return sorted({post.unit.pk for post in posts if post.unit is not None and post.unit.is_active})


def scope_of_post(post: Post) -> Scope:
    """The firms that one post alone admits."""
    return union(_areas(post))


def _areas(post: Post) -> Iterable[Area]:
    if post.unit is not None and post.role not in _NO_AREA:
        yield from _areas_of(post.unit)


def _areas_of(unit: Unit) -> Iterable[Area]:
    if not unit.is_active:
        return
    if unit.kind == UnitKind.PROVINCE_OFFICE:
        yield Area(region="")
    elif unit.kind == UnitKind.CITY_OFFICE:
        yield Area(region=unit.region[:4], excluded=_directly_under_province(unit.region))
    elif unit.kind == UnitKind.COUNTY_OFFICE:
        yield Area(region=unit.region)
    elif unit.kind == UnitKind.PARK:
        yield Area(park_id=unit.pk)


def scope_words(role: Role, unit: Unit | None) -> str:
    """Which firms a post sees, for people to read."""
    if unit is None or not unit.is_active or Power.VIEW_REGISTER not in POWERS[role]:
        return _("不看企业档案")
    if role in _NO_AREA:
        return _("只看逐户授权的企业")
    if unit.kind == UnitKind.PARK:
        return _("%s园区内企业") % unit.name
    place = Division.objects.filter(code=unit.region).order_by("code").first()
    name = place.name if place else unit.region
    left_out = Division.objects.filter(code__in=_directly_under_province(unit.region)).order_by("code")
    if unit.kind != UnitKind.CITY_OFFICE or not left_out:
        return _("%s全部企业") % name
    without = "、".join(row.name for row in left_out)
    return _("%(place)s企业（省直管的%(without)s除外）") % {"place": name, "without": without}


def _directly_under_province(city: str) -> tuple[str, ...]:
    """County codes of this city whose office answers to the province instead of the city."""
    counties = Unit.objects.filter(
        kind=UnitKind.COUNTY_OFFICE, region__startswith=city[:4], parent__kind=UnitKind.PROVINCE_OFFICE
    )
    return tuple(counties.order_by("region").values_list("region", flat=True))
