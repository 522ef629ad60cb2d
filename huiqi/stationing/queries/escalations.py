"""Matters reported upwards, as those see them who raised or answer them."""

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from huiqi.accounts.powers import Power
from huiqi.enterprises.models import Enterprise
from huiqi.stationing.models import Escalation
from huiqi.stationing.queries.compartment import firms_in_compartment


def visible_escalations(user: Any, today: date) -> QuerySet[Escalation]:
    """Those of firms in the person's compartment, and those the person raised; open first, urgent first."""
    firms = firms_in_compartment(user, today).order_by().values("pk")
    rows = Escalation.objects.filter(Q(enterprise__in=firms) | Q(raised_by=user))
    rows = rows.select_related("enterprise", "raised_by", "answered_by")
    return rows.order_by(F("answered_at").desc(nulls_first=True), "-urgency", "-raised_at", "-pk")


def answerable_escalations(user: Any, today: date) -> QuerySet[Escalation]:
    """Those of firms for which the person answers."""
    firms = Enterprise.objects.changeable_by(user, Power.STATION_OFFICERS, today).order_by()
    return Escalation.objects.filter(enterprise__in=firms.values("pk"))
