"""The supervisor's red list: what is late, bounced, not solved, silent, and what waits for a signature."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
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
from huiqi.cases.queries.rows import CASE_TEXTS
from huiqi.cases.workflow import Stage, State, Word
from huiqi.core.messages import Message
from huiqi.workflow.terms import LimitUnit

MOST_SHOWN = 20
MOST_LATE = 100
MOST_UNITS = 30
BOUNCES = 2
_CLOCK_SHOWN = (
    "stage", "due_at", "limit_unit", "unit__name", "case__public_id", "case__number", "case__title",
    "case__prefecture", "case__supervised_at",
)  # fmt: skip


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


@dataclass(frozen=True)
class LateUnits:
    """Those shown, and of all: how many units and how many clocks."""

    shown: list[LateUnit]
    units: int
    count: int


def supervised_cases(user: User, today: date) -> CaseQuerySet:
    """Cases of the desks the person supervises: the own one and all below."""
    return Case.objects.filter(desk__in=desks_of(user, Power.SUPERVISE_CASES, today))


def _late_clocks(user: User, today: date, at: datetime) -> QuerySet[Clock]:
    rows = Clock.objects.running().filter(is_paused=False, is_reference=False, due_at__lt=at)
    if scope_with(user, Power.SUPERVISE_CASES, today).is_whole:
        return rows
    # The case mirrors the clock that ends first: an index of cases tells which have one that is over.
    cases = supervised_cases(user, today).open().filter(due_at__lt=at, is_paused=False).order_by()
    return rows.filter(case__in=cases.values("pk"))


def _shown(clocks: QuerySet[Clock], most: int, at: datetime) -> list[Late]:
    """The first clocks of those that are over, the longest first, with what a page shows of their cases."""
    rows = clocks.select_related("case", "unit").only(*_CLOCK_SHOWN)
    return [_late(clock, at) for clock in rows.order_by("due_at", "pk")[:most]]


def overdue_units(user: User, today: date, at: datetime) -> LateUnits:
    """Units with clocks that are over, the most first; a signature that is late counts with unsigned."""
    late = _late_clocks(user, today, at).exclude(stage=Stage.SIGN)
    counted = late.order_by().values("unit").annotate(count=Count("pk")).order_by("-count", "unit")
    counts = {row["unit"]: row["count"] for row in counted}
    shown = list(counts)[:MOST_UNITS]
    units = Unit.objects.order_by("pk").in_bulk(shown)
    found = {key: LateUnit(units[key], counts[key]) for key in shown}
    for each in _shown(late.filter(unit__in=shown), MOST_LATE, at):
        found[each.clock.unit_id].rows.append(each)
    return LateUnits(list(found.values()), len(counts), sum(counts.values()))


def unsigned(user: User, today: date, at: datetime) -> list[Late]:
    """Orders that nobody signed in time, the longest first."""
    return _shown(_late_clocks(user, today, at).filter(stage=Stage.SIGN), MOST_SHOWN, at)


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
    letters = (
        Consultation.objects.filter(state=Consultation.State.SENT, reply_by__lt=today, case__desk__in=desks)
        .select_related("case", "to_unit")
        .defer(*CASE_TEXTS)
    )
    clocks = Clock.objects.running().filter(
        stage=Stage.CONSULT, due_at__lt=at, is_paused=False, case__desk__in=desks
    )
    return list(letters.order_by("reply_by", "pk")[:MOST_SHOWN]), _shown(clocks, MOST_SHOWN, at)


def letters(user: User, today: date) -> list[Supervision]:
    """Drafts to issue and letters without an answer, drafts first."""
    states = [Supervision.State.DRAFTED, Supervision.State.ISSUED]
    desks = desks_of(user, Power.SUPERVISE_CASES, today)
    rows = Supervision.objects.filter(state__in=states, case__desk__in=desks).select_related("case", "unit")
    found = list(rows.defer(*CASE_TEXTS).order_by("state", "drafted_at", "pk")[:MOST_LATE])
    return sorted(found, key=lambda row: row.state != Supervision.State.DRAFTED)
