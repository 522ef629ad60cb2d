"""The clocks. Only edges call them; everything below takes dates and instants as arguments.

There are two, and each has one meaning (docs/adr/0019-one-business-clock.md):

`now` and `today` are the day on which the site acts. A site with a fixed reference date acts on that day:
what is recorded, listed, objected to or counted there carries it, like every page that says what day it is.
On such a site the time of day begins anew at midnight: nothing may measure an age with it, nor take a later
instant for a later act.

`wall_now` and `wall_today` are real time: sessions, locks, codes, links, jobs, files that expire, the audit
trail, backups; whatever is measured in minutes or hours or must grow.
"""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The instant at which the site acts, aware: on a fixed reference date, that day at this time of day."""
    local = timezone.localtime()
    day = settings.REFERENCE_DATE
    return local if day is None else datetime.combine(day, local.time(), tzinfo=local.tzinfo)


def today() -> date:
    """The day on which the site acts: the reference date, or today in Asia/Shanghai, the site's zone."""
    return settings.REFERENCE_DATE or wall_today()


def is_reference_date_fixed() -> bool:
    """True when the site acts on a date other than today, which every page must say."""
    return settings.REFERENCE_DATE is not None


def wall_now() -> datetime:
    """This instant in real time, aware, whatever day the site acts on."""
    return timezone.now()


def wall_today() -> date:
    """Today's real date in the site's time zone."""
    return timezone.localdate()
