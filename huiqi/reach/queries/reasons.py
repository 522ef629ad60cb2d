"""Why reliefs have not arrived, asked of the database: the same answers as huiqi.reach.steps.why_not."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, Value, When

from huiqi.reach.models import Journey
from huiqi.reach.models.journeys import JourneyQuerySet
from huiqi.reach.steps import SILENT_AFTER, TO_CALL, Outcome, Reason, Step
from huiqi.reference.working_days import Basis, is_working_day


def silent_before(today: date) -> date:
    """The last day of telling after which SILENT_AFTER whole working days have passed by `today`."""
    basis, day, passed = Basis(known_on=today), today, 0
    while passed < SILENT_AFTER:
        passed += is_working_day(day, basis)
        day -= timedelta(days=1)
    return day


def with_reason(rows: JourneyQuerySet, today: date) -> Any:
    """These rows with `reason`, a Reason, or "" for what has arrived; typed Any as `with_ties` is."""
    quiet_since = silent_before(today)
    branches = [
        When(step=Step.ARRIVED, then=Value("")),
        When(step=Step.DECIDED, outcome=Outcome.REFUSED, then=Value(Reason.REFUSED.value)),
        When(step=Step.DECIDED, then=Value(Reason.WAITING_PAYMENT.value)),
        When(is_dismissed=True, then=Value(Reason.NOT_NEEDED.value)),
        When(step=Step.APPLIED, outcome=Outcome.RETURNED, then=Value(Reason.RETURNED.value)),
        When(step=Step.APPLIED, then=Value(Reason.WAITING_DECISION.value)),
        When(step=Step.TOLD, told_on__lte=quiet_since, then=Value(Reason.SILENT.value)),
        When(step=Step.TOLD, then=Value(Reason.JUST_TOLD.value)),
        When(step=Step.UNSETTLED, then=Value(Reason.MISSING.value)),
        When(has_account=True, then=Value(Reason.NOT_TOLD.value)),
    ]
    reason = Case(*branches, default=Value(Reason.NO_ACCOUNT.value), output_field=CharField())
    return rows.with_ties().annotate(reason=reason)


def reason_counts(rows: JourneyQuerySet, today: date) -> dict[Reason, int]:
    """How many wait for what, in the order of the reasons; those without anybody are left out."""
    found = dict(
        with_reason(rows, today).order_by("reason").values_list("reason").annotate(firms=Count("pk"))
    )
    return {reason: found[reason.value] for reason in Reason if found.get(reason.value)}


def to_call(rows: JourneyQuerySet, today: date) -> Any:
    """Where a call can help, those told longest ago first."""
    wanted = with_reason(rows, today).filter(reason__in=[reason.value for reason in TO_CALL])
    return wanted.order_by(F("told_on").asc(nulls_last=True), "listed_on", "pk")


def counted_by_county(today: date) -> list[tuple[str, str, str, int]]:
    """(policy, county, reason, firms) of everything that has not arrived."""
    rows = with_reason(Journey.objects.all(), today).filter(~Q(reason=""))
    keys = ("policy", "enterprise__prefecture", "reason")
    found = rows.order_by(*keys).values_list(*keys).annotate(firms=Count("pk"))
    return [(policy, county or "", reason, firms) for policy, county, reason, firms in found]
