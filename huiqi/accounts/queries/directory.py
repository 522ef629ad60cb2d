"""Lists of people, units, invitations and deputyships for the pages of the administrators."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from huiqi.accounts.models import Deputyship, Invitation, Unit, User
from huiqi.accounts.roles import Role
from huiqi.accounts.separation import roles_for
from huiqi.core.personal import plain_phone

STATES = ("active", "unconfirmed", "off")
# A landline without its area code.
SHORTEST_PHONE = 7


@dataclass(frozen=True)
class Wanted:
    """What the list of people is asked for; empty fields do not filter."""

    words: str = ""
    role: str = ""
    unit: Unit | None = None
    state: str = ""


def is_phone(words: str) -> bool:
    """Whether that could be a telephone number: personal, so that it never goes into an address."""
    return len(plain_phone(words)) >= SHORTEST_PHONE


def people_found(wanted: Wanted) -> QuerySet[User]:
    """Accounts by name, account name or whole phone number, ordered for reading."""
    found = User.objects.select_related("unit").annotate(has_factor=Exists(_factors()))
    if wanted.words:
        found = found.filter(_named(wanted.words))
    if wanted.role:
        found = found.filter(role=wanted.role)
    if wanted.unit is not None:
        found = found.filter(unit=wanted.unit)
    state = {
        "active": Q(is_active=True),
        "unconfirmed": Q(is_active=True, is_role_confirmed=False),
        "off": Q(is_active=False),
    }.get(wanted.state, Q())
    return found.filter(state).order_by("unit__region", "unit__name", "role", "pk")


def _factors() -> QuerySet[Authenticator]:
    mine: QuerySet[Authenticator] = Authenticator.objects.filter(user=OuterRef("pk"))
    return mine.exclude(type=Authenticator.Type.RECOVERY_CODES)


def _named(words: str) -> Q:
    named = Q(name__icontains=words) | Q(username__icontains=words) | Q(unit__name__icontains=words)
    return named | Q(phone_index__finds=words) if is_phone(words) else named


def waiting_for_confirmation() -> QuerySet[User]:
    """Accounts whose role the security administrator has yet to confirm, the oldest first."""
    waiting = User.objects.filter(is_active=True, is_role_confirmed=False).exclude(role=Role.FIRM)
    return waiting.select_related("unit").order_by("created_at", "pk")


@dataclass(frozen=True)
class Branch:
    """A unit with its depth in the tree and how many active people it has."""

    unit: Unit
    depth: int
    people: int


def unit_tree(words: str = "") -> list[Branch]:
    """All units, each below its superior; with words only those named so, without indent."""
    units = list(Unit.objects.order_by("region", "kind", "name"))
    counts: dict[int, int] = {}
    for unit_id in User.objects.filter(is_active=True).order_by("pk").values_list("unit_id", flat=True):
        if unit_id is not None:
            counts[unit_id] = counts.get(unit_id, 0) + 1
    if words:
        return [Branch(unit, 0, counts.get(unit.pk, 0)) for unit in units if words in unit.name]
    below: dict[int | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)
    return list(_walk(below, None, 0, counts))


def _walk(
    below: dict[int | None, list[Unit]], parent: int | None, depth: int, counts: dict[int, int]
) -> Iterator[Branch]:
    for unit in below.get(parent, []):
        yield Branch(unit, depth, counts.get(unit.pk, 0))
        yield from _walk(below, unit.pk, depth + 1, counts)


def invitations_shown(at: datetime) -> QuerySet[Invitation]:
    """Invitations, those still open first."""
    is_open = Q(pk__in=Invitation.objects.open(at).values("pk"))
    rows = Invitation.objects.select_related("unit", "accepted_by").annotate(is_open=is_open)
    return rows.order_by("-is_open", "-invited_at", "pk")


def possible_deputies(absent: User) -> QuerySet[User]:
    """Colleagues of the same unit, the one above or those below, whose role may fill the post."""
    if absent.unit is None:
        return User.objects.none()
    near = Q(unit=absent.unit) | Q(unit__parent=absent.unit)
    if absent.unit.parent_id:
        near |= Q(unit_id=absent.unit.parent_id)
    people = User.objects.filter(near, is_active=True, is_role_confirmed=True).exclude(pk=absent.pk)
    people = people.filter(role__in=roles_for(Role(absent.role)))
    return people.select_related("unit").order_by("unit__region", "name", "pk")


def deputyships_shown(user: User, today: date, *, everybody: bool) -> QuerySet[Deputyship]:
    """Present and coming deputyships: one's own on both sides, or everybody's."""
    rows = Deputyship.objects.filter(ended_at=None, to_on__gte=today)
    if not everybody:
        rows = rows.filter(Q(absent=user) | Q(deputy=user))
    return rows.select_related("absent__unit", "deputy__unit").order_by("from_on", "pk")
