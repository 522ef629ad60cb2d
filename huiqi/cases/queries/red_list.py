"""The supervisor's red list: what is late, bounced, not solved, silent, and what waits for a signature."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.cases.clock_words import short_words
from huiqi.cases.models import (
    CallBack,
    Case,
    CaseQuerySet,
    Clock,
    Consultation,
    Supervision,
)
from huiqi.cases.queries.office_time import office_time
from huiqi.cases.queries.people import desks_of
from huiqi.cases.workflow import Stage, State, Word
from huiqi.core.messages import Message
from huiqi.workflow.terms import LimitUnit

MOST_SHOWN = 20
MOST_LATE = 200
BOUNCES = 2


@dataclass(frozen=True)
class Late:
    """A clock that is over: how long, in the unit it is counted in."""

    clock: Clock
    words: Message


@dataclass
class LateUnit:
    """A unit with what is late there, the longest first; `count` may be more than what is listed."""

    unit: Unit
    count: int
    rows: list[Late] = field(default_factory=list)


def supervised_cases(user: User, today: date) -> CaseQuerySet:
    """Cases of the desks the person supervises: the own one and all below."""
    return Case.objects.filter(desk__in=desks_of(user, Power.SUPERVISE_CASES, today))


def _late_clocks(user: User, today: date, at: datetime) -> QuerySet[Clock]:
    rows = Clock.objects.running().filter(is_paused=False, is_reference=False, due_at__lt=at)
    return rows.filter(case__desk__in=desks_of(user, Power.SUPERVISE_CASES, today))


def overdue_units(user: User, today: date, at: datetime) -> list[LateUnit]:
    """Units with clocks that are over, the most first; a signature that is late counts with unsigned."""
    late = _late_clocks(user, today, at).exclude(stage=Stage.SIGN)
    counts = late.order_by().values("unit").annotate(count=Count("pk"))
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=late.order_by().values("unit"))}
    found = {row["unit"]: LateUnit(units[row["unit"]], row["count"]) for row in counts}
    for clock in late.select_related("case", "unit").order_by("due_at", "pk")[:MOST_LATE]:
        found[clock.unit_id].rows.append(_late(clock, at))
    return sorted(found.values(), key=lambda each: (-each.count, each.unit.pk))


def unsigned(user: User, today: date, at: datetime) -> list[Late]:
    """Orders that nobody signed in time, the longest first."""
    rows = _late_clocks(user, today, at).filter(stage=Stage.SIGN).select_related("case", "unit")
    return [_late(clock, at) for clock in rows.order_by("due_at", "pk")[:MOST_SHOWN]]


def _late(clock: Clock, at: datetime) -> Late:
    scale = office_time(timezone.localdate(at), clock.case.prefecture)
    return Late(clock, short_words(clock.due_at, LimitUnit(clock.limit_unit), scale, at)[1])


def bounced(user: User, today: date) -> CaseQuerySet:
    """Open cases sent back twice or oftener."""
    rows = supervised_cases(user, today).open().filter(bounces__gte=BOUNCES)
    return rows.order_by("-bounces", "opened_at", "pk")


def not_solved(user: User, today: date) -> CaseQuerySet:
    """Open again because the requester said that it is not solved."""
    said = CallBack.objects.filter(case=OuterRef("pk"), word=Word.NOT_SOLVED)
    rows = supervised_cases(user, today).open().filter(Exists(said), round__gt=1)
    return rows.exclude(state=State.CALLING_BACK).order_by("opened_at", "pk")


def silent(user: User, today: date, at: datetime) -> tuple[list[Consultation], list[Late]]:
    """Letters whose day of reply is past, and reference clocks over with units we cannot order."""
    desks = desks_of(user, Power.SUPERVISE_CASES, today)
    letters = Consultation.objects.filter(
        state=Consultation.State.SENT, reply_by__lt=today, case__desk__in=desks
    ).select_related("case", "to_unit")
    clocks = Clock.objects.running().filter(
        stage=Stage.CONSULT, due_at__lt=at, is_paused=False, case__desk__in=desks
    )
    rows = clocks.select_related("case", "unit").order_by("due_at", "pk")[:MOST_SHOWN]
    return list(letters.order_by("reply_by", "pk")[:MOST_SHOWN]), [_late(clock, at) for clock in rows]


def letters(user: User, today: date) -> list[Supervision]:
    """Drafts to issue and letters without an answer, drafts first."""
    states = [Supervision.State.DRAFTED, Supervision.State.ISSUED]
    desks = desks_of(user, Power.SUPERVISE_CASES, today)
    rows = Supervision.objects.filter(state__in=states, case__desk__in=desks).select_related("case", "unit")
    found = list(rows.order_by("state", "drafted_at", "pk")[:MOST_LATE])
    return sorted(found, key=lambda row: row.state != Supervision.State.DRAFTED)
