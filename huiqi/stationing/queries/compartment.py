"""The compartment: whose output, stock and shortage a person may see. Everything else goes through here."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q

from huiqi.accounts.models import User
from huiqi.accounts.powers import POWERS, Power
from huiqi.accounts.queries.people import may, posts_of, scope_with
from huiqi.enterprises.models import Enterprise, Membership
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.stationing.models import Line, Stationing


def firms_in_compartment(user: Any, today: date) -> EnterpriseQuerySet:
    """Firms whose key figures the person may see: by the scope of posts that have the power, and the firms
    at which the person (or the absent colleague) is stationed today. A mere sight of the firm is not enough.
    """
    firms = Enterprise.objects.present()
    if not may(user, Power.VIEW_KEY_MATERIALS, today):
        return firms.none()
    by_scope = scope_with(user, Power.VIEW_KEY_MATERIALS, today).rows()
    return firms.filter(by_scope | _stationed(user, today, today))


def firms_to_report(
    user: Any, on: date, today: date, *, open_days: Collection[date] | None = None
) -> EnterpriseQuerySet:
    """Firms for which the person may report the day `on`: as stationed officer on that day, as the deputy of
    one, or as one of the firm's own people; with or without lines. A day long closed is only looked at, and
    only by who is still there today: whoever has left may fill in the last days, nothing more.
    """
    firms = Enterprise.objects.present()
    if may(user, Power.REPORT_KEY_MATERIALS, today):
        found = firms.filter(_stationed(user, on, today))
        is_open = open_days is None or on in open_days
        return found if is_open else found.filter(_stationed(user, max(open_days or ()), today))
    if may(user, Power.ACT_FOR_FIRM, today):
        return firms.filter(pk__in=_own_firms(user).values("enterprise")).filter(
            pk__in=Line.objects.running_on(on).order_by().values("enterprise")
        )
    return firms.none()


def has_own_lines(user: Any, on: date) -> bool:
    """Whether one of the person's own firms makes a key product."""
    return Line.objects.running_on(on).filter(enterprise__in=_own_firms(user).values("enterprise")).exists()


def _own_firms(user: User) -> Any:
    return Membership.objects.current().filter(user=user).order_by()


def _stationed(user: User, on: date, today: date) -> Q:
    officers = [post.absent or user for post in posts_of(user, today) if _reports(post)]
    rows = Stationing.objects.valid_on(on).filter(officer__in=officers).order_by()
    return Q(pk__in=rows.values("enterprise"))


def _reports(post: Any) -> bool:
    return Power.REPORT_KEY_MATERIALS in POWERS[post.role]
