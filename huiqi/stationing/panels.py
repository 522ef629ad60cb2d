"""What stationing offers to the menu, the firm's page and the desk (config puts it into the desk's tasks)."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.enterprises.models import Enterprise
from huiqi.stationing.models import Escalation, Stationing
from huiqi.stationing.queries.compartment import firms_in_compartment, has_own_lines
from huiqi.stationing.queries.escalations import answerable_escalations
from huiqi.stationing.queries.missing import missing_on
from huiqi.stationing.queries.roster import changeable_stationings, gaps_of
from huiqi.stationing.queries.sheets import sheets

SHOWN = 5


def reports(request: HttpRequest) -> bool:
    """Whether the menu offers 今日三数: to stationed officers and to people of firms with key lines."""
    user, today = request.user, clock.today()
    if not user.is_authenticated:
        return False
    if may(user, Power.REPORT_KEY_MATERIALS, today):
        return True
    return may(user, Power.ACT_FOR_FIRM, today) and has_own_lines(user, clock.today())


def firm_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """驻企联络 on a firm's page: the officer and the last two days, for those of the compartment alone."""
    firm: Enterprise = subject
    if not firms_in_compartment(request.user, clock.today()).filter(pk=firm.pk).exists():
        return None
    day = clock.today()
    post = (
        Stationing.objects.valid_on(day)
        .filter(enterprise=firm)
        .select_related("officer__unit")
        .order_by("-pk")
        .first()
    )
    (sheet,) = sheets(Enterprise.objects.filter(pk=firm.pk), day)
    if post is None and not sheet.entries and not firm.provincial_key_contact:
        return None
    can_station = Enterprise.objects.changeable_by(request.user, Power.STATION_OFFICERS, clock.today())
    return {
        "post": post,
        "sheet": sheet,
        "day": day,
        "before": day - timedelta(days=1),
        "open_escalations": Escalation.objects.filter(enterprise=firm, answered_at=None).count(),
        "may_station": can_station.filter(pk=firm.pk).exists(),
    }


def county_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Whoever stations officers: what is missing, what was reported upwards, firms without an officer."""
    today = clock.today()
    if not may(request.user, Power.STATION_OFFICERS, today):  # type: ignore[arg-type]
        return None
    matters = answerable_escalations(request.user, today).filter(answered_at=None)
    first = list(matters.select_related("enterprise").order_by("-urgency", "-raised_at", "-pk")[:SHOWN])
    gaps = gaps_of(request.user, today)
    stationed = changeable_stationings(request.user, today).open()  # type: ignore[attr-defined]
    if not gaps.firms and not first and not stationed.exists():
        return None
    return {
        "missing": missing_on(clock.today(), firms_in_compartment(request.user, today)),
        "matters": first,
        "matter_count": matters.count() if len(first) == SHOWN else len(first),
        "gaps": gaps,
    }
