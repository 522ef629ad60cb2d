"""The dispatcher's desk: what is to accept, to give, to review, to decide, to call back; what looks alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case as Either
from django.db.models import Count, F, Max, Q, Value, When

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.cases.models import Case, CaseQuerySet, Knot
from huiqi.cases.queries.alike import ALIKE_WITHIN, alike_of
from huiqi.cases.queries.people import answers_to_review, approvals_to_decide, desks_of
from huiqi.cases.queries.rows import CASE_TEXTS
from huiqi.cases.workflow import State

MOST_SHOWN = 10
MOST_PAIRS = 10
MOST_KNOT = 50
# Of a firm in the register the code says nothing more.
_CODE = Either(When(enterprise=None, then=F("credit_code")), default=Value(""))


def first_due(rows: CaseQuerySet) -> CaseQuerySet:
    """What ends first, first."""
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def to_accept(user: User, today: date) -> CaseQuerySet:
    """What came in and nobody decided to take up."""
    return Case.objects.desk_of(user, Power.DISPATCH_CASES, today).filter(state=State.REGISTERED)


def to_dispatch(user: User, today: date) -> CaseQuerySet:
    """What is taken up and lies at nobody."""
    return Case.objects.desk_of(user, Power.DISPATCH_CASES, today).filter(state=State.ACCEPTED)


def to_review(user: User, today: date) -> CaseQuerySet:
    """Answers the person may review; not the person's own."""
    return answers_to_review(user, today).exclude(handler=user)


def to_call_back(user: User, today: date) -> CaseQuerySet:
    """Answered cases whose requester has not said how it went."""
    desks = desks_of(user, Power.CALL_BACK, today)
    return Case.objects.filter(state=State.CALLING_BACK, desk__in=desks)


def resting(user: User, today: date) -> CaseQuerySet:
    """What waits for the requester's supplement or for the day of review."""
    rows = Case.objects.desk_of(user, Power.DISPATCH_CASES, today)
    return rows.filter(state__in=[State.SUPPLEMENTING, State.SUSPENDED])


def approvals(user: User, today: date) -> list[object]:
    """Questions for the person to decide, the eldest first."""
    rows = approvals_to_decide(user, today).select_related("case", "unit", "asked_by").defer(*CASE_TEXTS)
    return list(rows.order_by("asked_at", "pk")[:MOST_SHOWN])


@dataclass(frozen=True)
class Pair:
    """Two open cases that may be one matter, the younger first."""

    younger: Case
    elder: Case


def pairs(user: User, today: date, at: datetime) -> list[Pair]:
    """Open cases of the desk of one firm (or code) about one topic within thirty days, each beside the first
    of them, the youngest pairs first; two queries.

    Two signals, as for a single case: the same firm or code, and the same topic. A person decides.
    """
    # As the condition of the index case_pairs says it.
    rows = Case.objects.desk_of(user, Power.DISPATCH_CASES, today).exclude(state=State.ENDED)
    rows = rows.filter(opened_at__gte=at - ALIKE_WITHIN).exclude(enterprise=None, credit_code="").order_by()
    groups = rows.values("item", "topic", "enterprise", code=_CODE).annotate(last=Max("opened_at"))
    often = groups.annotate(count=Count("pk")).filter(count__gt=1).order_by("-last")[:MOST_PAIRS]
    alike = [Q(item=row["item"], topic=row["topic"], **_same_firm(row)) for row in often]
    if not alike:
        return []
    slim = rows.filter(reduce(or_, alike)).only(
        "public_id", "number", "title", "item", "topic", "enterprise", "credit_code", "opened_at", "state",
        "firm_name", "version",
    )  # fmt: skip
    firsts: dict[tuple[str, str, object], Case] = {}
    found = []
    for case in slim.order_by("opened_at", "pk"):
        first = firsts.setdefault((case.item, case.topic, case.enterprise_id or case.credit_code), case)
        if first is not case:
            found.append(Pair(case, first))
    return found[: -MOST_PAIRS - 1 : -1]


def _same_firm(row: Mapping[str, Any]) -> dict[str, Any]:
    known = row["enterprise"]
    return {"enterprise": known} if known else {"enterprise": None, "credit_code": row["code"]}


def knots_seen(user: User, today: date) -> list[Knot]:
    """Knots of the person's region, whatever became of them, for the desk and for supervisors."""
    scope = scope_with(user, Power.VIEW_CASES, today)
    rows = Knot.objects.select_related("owner").order_by("-made_at", "-pk")
    return [knot for knot in rows if scope.admits(knot.prefecture or None, None)]


def knots_of(user: User, today: date) -> list[Knot]:
    """Knots of the region that wait for a decision, then those being untied."""
    states = {Knot.State.PROPOSED: 0, Knot.State.OPEN: 1}
    found = [knot for knot in knots_seen(user, today) if knot.state in states]
    return sorted(found, key=lambda knot: states[Knot.State(knot.state)])[:MOST_SHOWN]


def cases_of_knot(knot: Knot, at: datetime, user: User, today: date) -> CaseQuerySet:
    """The cases of a knot that the person may open: tied ones, or those that made it be proposed."""
    seen = Case.objects.visible_to(user, today)
    if knot.state == Knot.State.PROPOSED:
        return seen.filter(pk__in=alike_of(knot, at).values("pk")).order_by("-opened_at", "-pk")
    return seen.filter(knot=knot).order_by("-opened_at", "-pk")
