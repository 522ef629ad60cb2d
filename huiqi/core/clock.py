"""The one clock. Only edges call it; everything below takes dates and instants as arguments."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """This instant, aware."""
    return timezone.now()


def today() -> date:
    """Today's date in the site's time zone (Asia/Shanghai)."""
    return timezone.localdate()


def reference_date() -> date:
    """The date on which policies are judged and deadlines counted: the setting, or today."""
    return settings.REFERENCE_DATE or today()


def is_reference_date_fixed() -> bool:
    """True when the site judges on a date other than today, which every page must say."""
    return settings.REFERENCE_DATE is not None


def reference_now() -> datetime:
    """This instant; on a site with a fixed reference date, that day at the present time of day."""
    local = timezone.localtime()
    return datetime.combine(reference_date(), local.time(), tzinfo=local.tzinfo)
