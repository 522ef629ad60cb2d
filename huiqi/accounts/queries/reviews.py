"""What an access review shows: the picture of all staff accounts, what is odd about each, what is due."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huiqi.accounts.models import AccessReview, Deputyship, ReviewLine, User
from huiqi.accounts.queries.people import scope_words
from huiqi.accounts.roles import STAFF_ROLES, Role
from huiqi.accounts.separation import unit_kinds_for

# Signaux Faibles, a peer of ours, reviews rights every six months; 90 days is also the age of a password.
MONTHS = 6
IDLE = timedelta(days=90)


def mark_words(mark: str) -> str:
    """What a mark says."""
    return {
        "never_used": _("从未登录"),
        "idle": _("90天以上未登录"),
        "unit_off": _("单位已停用"),
        "unfit": _("角色与单位不符"),
        "unconfirmed": _("角色未确认"),
        "no_factor": _("未设第二因素"),
    }[mark]


def marks_of(user: User, *, has_factor: bool, at: datetime) -> list[str]:
    """What is odd about an account, as codes."""
    unit = user.unit
    odd = {
        "never_used": user.last_login is None,
        "idle": user.last_login is not None and at - user.last_login > IDLE,
        "unit_off": unit is not None and not unit.is_active,
        "unfit": unit is None or unit.kind not in unit_kinds_for(Role(user.role)),
        "unconfirmed": not user.is_role_confirmed,
        "no_factor": settings.HUIQI_REQUIRE_SECOND_FACTOR and not has_factor,
    }
    return [mark for mark, applies in odd.items() if applies]


def picture(on: date, at: datetime) -> list[ReviewLine]:
    """A line for every active staff account, not yet saved."""
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    posts = Count("deputyships", filter=Q(deputyships__in=Deputyship.objects.valid_on(on)), distinct=True)
    staff = User.objects.filter(is_active=True, role__in=STAFF_ROLES).select_related("unit")
    rows = staff.annotate(with_factor=Exists(factors), posts_filled=posts)
    return [
        ReviewLine(
            user=user,
            role=user.role,
            unit=user.unit,
            last_sign_in=user.last_login,
            has_second_factor=user.with_factor,
            deputyships=user.posts_filled,
            marks=marks_of(user, has_factor=user.with_factor, at=at),
        )
        for user in rows.order_by("role", "unit__region", "pk")
    ]


def lines_of(review: AccessReview) -> QuerySet[ReviewLine]:
    """The lines in the order of the picture: by role and region."""
    return review.lines.select_related("user", "unit").order_by("pk")


@dataclass(frozen=True)
class LineShown:
    """A line as people read it."""

    line: ReviewLine
    role: str
    unit: str
    scope: str
    days_idle: int | None
    marks: list[str]

    def cells(self) -> list[object]:
        """The same as a row of a table."""
        line = self.line
        return [
            *(line.user.username, line.user.name, self.unit, self.role, self.scope),
            *(line.last_sign_in, self.days_idle, line.has_second_factor, line.deputyships),
            *("；".join(self.marks), line.get_decision_display() if line.decision else "", line.reason),
        ]


def line_shown(line: ReviewLine, today: date) -> LineShown:
    """The line in words; days are counted to `today`."""
    seen = line.last_sign_in
    role = Role(line.role)
    return LineShown(
        line,
        str(role.label),
        line.unit.name if line.unit else "",
        scope_words(role, line.unit),
        (today - timezone.localdate(seen)).days if seen else None,
        [mark_words(mark) for mark in line.marks],
    )


def review_due_on(today: date) -> date | None:
    """When the next review is due; None while one is open. Without any review: now."""
    if AccessReview.objects.filter(is_open=True).exists():
        return None
    last = AccessReview.objects.filter(is_open=False).order_by("-signed_off_on", "-pk").first()
    return last.next_due_on if last else today


def six_months_after(day: date) -> date:
    """The same day six months later, or the last of that month: 31 August → 28 February."""
    months = day.month - 1 + MONTHS
    year, month = day.year + months // 12, months % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))
