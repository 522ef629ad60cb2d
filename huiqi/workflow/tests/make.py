"""Instants, calendars and terms for tests."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from huiqi.reference.working_days import Basis, is_working_day
from huiqi.workflow.office_time import OfficeHours, OfficeTime
from huiqi.workflow.terms import Limit, LimitUnit, Pause, Term

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = OfficeHours(((time(9), time(12)), (time(13, 30), time(17, 30))))
DAY = 7 * 60
BEFORE, AFTER = date(2020, 1, 22), date(2020, 1, 28)  # what was known of the Spring Festival of 2020
FIRST, LAST = date(2017, 1, 1), date(2021, 12, 31)


def at(text):
    """`2020-02-09 10:30` in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@cache
def make_scale(known_on=AFTER, region="", hours=HOURS):
    basis = Basis(known_on, region=region)
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    return OfficeTime([day for day in days if is_working_day(day, basis)], FIRST, LAST, hours, ZONE)


def make_term(started, amount, unit=LimitUnit.WORKING_DAYS, *, pauses=(), extensions=(), stopped=None):
    return Term(
        at(started),
        Limit(amount, unit),
        tuple(make_pause(*pause) for pause in pauses),
        tuple(extensions),
        at(stopped) if stopped else None,
    )


def make_pause(from_at, to_at=None, reason="supplement"):
    return Pause(at(from_at), at(to_at) if to_at else None, reason)
