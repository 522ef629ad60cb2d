"""The office time that the clocks of cases run on: working days as known on a day, hours by setting."""

from datetime import date, time, timedelta
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from huiqi.reference.working_days import Basis, is_working_day
from huiqi.workflow.office_time import OfficeHours, OfficeTime

# Clocks look back to their start and ahead to their end; both lie well within this of today.
_BACK, _AHEAD = timedelta(days=800), timedelta(days=500)


def office_time(known_on: date, region: str = "") -> OfficeTime:
    """The office calendar of a region (county code; "" = the province's) as known on a day."""
    # One scale serves a quarter: a few hundred of them are made, not one for each clock.
    middle = date(known_on.year, (known_on.month - 1) // 3 * 3 + 1, 1)
    return _scale(known_on, middle, region)


@lru_cache(maxsize=512)
def _scale(known_on: date, middle: date, region: str) -> OfficeTime:
    first, last = middle - _BACK, middle + _AHEAD
    basis = Basis(known_on, region=region)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return OfficeTime(
        [day for day in days if is_working_day(day, basis)],
        first,
        last,
        office_hours(),
        timezone.get_default_timezone(),
    )


@lru_cache(maxsize=1)
def office_hours() -> OfficeHours:
    """The hours of a working day: setting HUIQI_OFFICE_HOURS, such as "09:00-12:00 13:30-17:30"."""
    spans = (span.split("-") for span in settings.HUIQI_OFFICE_HOURS.split())
    return OfficeHours(tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans))
