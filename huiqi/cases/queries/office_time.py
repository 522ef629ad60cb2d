"""The office time that the clocks of cases run on: working days as known on a day, hours by setting."""

from datetime import date, time, timedelta
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from huiqi.reference.calendar_news import newest_news, same_calendar_as
from huiqi.reference.working_days import FIRST_YEAR, LAST_YEAR, Basis, is_working_day
from huiqi.workflow.office_time import OfficeHours, OfficeTime

# Far beyond any open case: what lies outside its scale cannot be reckoned.
_YEARS_BACK, _YEARS_AHEAD = 6, 20


def office_time(known_on: date, region: str = "") -> OfficeTime:
    """The office calendar of a region (county code; "" = the province's) as known on a day.

    Days between which nothing became known share one scale, and so do regions without days of their own:
    a few scales serve all clocks.
    """
    return _scale(newest_news(known_on), _calendar_of(region), settings.HUIQI_OFFICE_HOURS)


@lru_cache(maxsize=1024)
def _calendar_of(region: str) -> str:
    return same_calendar_as(region)


@lru_cache(maxsize=64)
def _scale(known_on: date, region: str, hours: str) -> OfficeTime:
    first = date(max(known_on.year - _YEARS_BACK, FIRST_YEAR), 1, 1)
    last = date(min(known_on.year + _YEARS_AHEAD, LAST_YEAR), 12, 31)
    basis = Basis(known_on, region=region)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    working = [day for day in days if is_working_day(day, basis)]
    return OfficeTime(working, first, last, read_hours(hours), timezone.get_default_timezone())


def office_hours() -> OfficeHours:
    """The hours of a working day: setting HUIQI_OFFICE_HOURS, such as "09:00-12:00 13:30-17:30"."""
    return read_hours(settings.HUIQI_OFFICE_HOURS)


@lru_cache(maxsize=8)
def read_hours(text: str) -> OfficeHours:
    """The hours that such a text tells; ValueError when it tells none."""
    spans = (span.split("-") for span in text.split())
    return OfficeHours(tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans))
