"""Deputies: while one person is away, another fills the post."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from huiqi.accounts.models import Deputyship, Unit, User
from huiqi.accounts.roles import Role
from huiqi.accounts.separation import holds_two, may_fill
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop

# Ours: an absence longer than a quarter is a change of post, and nobody can fill many posts well.
LONGEST = timedelta(days=92)
MOST_POSTS = 2


@dataclass(frozen=True)
class Absence:
    """From one day to another, both included, and why."""

    from_on: date
    to_on: date
    reason: str = ""


@transaction.atomic
def name_deputy(absent: User, *, deputy: User, absence: Absence, actor: User, today: date) -> Deputyship:
    """`deputy` fills the post of `absent` while that person is away."""
    from_on, to_on = absence.from_on, absence.to_on
    # Both rows in one order, so that two people naming each other do not wait for each other.
    rows = User.objects.select_for_update(of=("self",)).filter(pk__in=[absent.pk, deputy.pk])
    people = {row.pk: row for row in rows.order_by("pk")}
    absent, deputy = people[absent.pk], people[deputy.pk]
    _refuse_people(absent, deputy)
    _refuse_dates(from_on, to_on, today)
    overlapping = Deputyship.objects.filter(ended_at=None, from_on__lte=to_on, to_on__gte=from_on)
    _refuse_posts(
        absent, deputy, list(overlapping.filter(deputy=deputy).select_related("absent").order_by("pk"))
    )
    if overlapping.filter(absent=absent).exists():
        raise Refused("accounts.deputy_named", gettext_noop("这段时间已有代理人，请先结束原来的代理。"))
    deputyship = Deputyship.objects.create(
        absent=absent, deputy=deputy, from_on=from_on, to_on=to_on, reason=absence.reason.strip()[:200]
    )
    audit.record(
        "deputyship.named",
        deputyship,
        actor=actor,
        absent=absent.public_id,
        deputy=deputy.public_id,
        from_on=from_on.isoformat(),
        to_on=to_on.isoformat(),
    )
    return deputyship


@transaction.atomic
def end_deputyship(deputyship: Deputyship, *, actor: User, at: datetime) -> None:
    """Ends now, before its day."""
    deputyship = Deputyship.objects.select_for_update(of=("self",)).get(pk=deputyship.pk)
    if deputyship.ended_at is not None:
        raise Refused("accounts.deputyship_over", gettext_noop("这项代理已经结束。"))
    deputyship.ended_at = at
    deputyship.save(update_fields=["ended_at"])
    audit.record("deputyship.ended", deputyship, actor=actor)


def may_deputise(absent: Unit | None, deputy: Unit | None) -> bool:
    """Whether the units are near enough: the same one, or one directly above the other."""
    if absent is None or deputy is None:
        return False
    return absent.pk in {deputy.pk, deputy.parent_id} or absent.parent_id == deputy.pk


def _refuse_people(absent: User, deputy: User) -> None:
    if absent.pk == deputy.pk:
        raise Refused("accounts.deputy_oneself", gettext_noop("代理人不能是本人，请另选一位同事。"))
    if not all(person.is_active and person.is_role_confirmed for person in (absent, deputy)):
        raise Refused("accounts.deputy_inactive", gettext_noop("请假人和代理人的账号都须启用且角色已确认。"))
    if Role.FIRM in {absent.role, deputy.role} or not may_deputise(absent.unit, deputy.unit):
        raise Refused(
            "accounts.deputy_far", gettext_noop("代理人须在同一单位，或直接上级、下级单位，请另选。")
        )


def _refuse_dates(from_on: date, to_on: date, today: date) -> None:
    if to_on < max(from_on, today):
        raise Refused(
            "accounts.deputy_dates", gettext_noop("代理的结束日期不能早于开始日期，也不能早于今天。")
        )
    if to_on - from_on > LONGEST:
        said = gettext_noop("代理最长%(days)s天；离开更久请办理岗位调整。")
        raise Refused("accounts.deputy_long", Message(said, {"days": LONGEST.days}))


def _refuse_posts(absent: User, deputy: User, already: list[Deputyship]) -> None:
    if len(already) >= MOST_POSTS:
        said = gettext_noop("此人同一时期已代理%(posts)s人，不能再代理，请另选。")
        raise Refused("accounts.deputy_full", Message(said, {"posts": len(already)}))
    if holds_two([Role(deputy.role), Role(absent.role), *(Role(row.absent.role) for row in already)]):
        raise Refused(
            "accounts.two_administrators",
            gettext_noop("系统管理员、安全管理员、审计管理员须由三人分任，不能互相代理。"),
        )
    if not may_fill(Role(deputy.role), Role(absent.role)):
        raise Refused(
            "accounts.deputy_role",
            gettext_noop(
                "管理员、热线座席、专家和外单位人员只能由同一角色的人代理，也不能代理别的角色，请另选。"
            ),
        )
