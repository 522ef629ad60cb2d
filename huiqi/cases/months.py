"""Months in addresses and in the pick lists of the account's pages. Pure."""

from datetime import date, datetime, timedelta

# How far back months are offered; figures of older ones are had by the address.
MOST_MONTHS = 60


def read_month(text: str | None, default: date, this: date) -> date:
    """The first day of `2020-03`; no later than this month; the default when it is none."""
    try:
        found = datetime.strptime(text or "", "%Y-%m").date()  # noqa: DTZ007  a month has no zone
    except ValueError:
        return default
    return min(found, this.replace(day=1)) if found.year >= 2000 else default


def months_between(first: date, last: date) -> list[date]:
    """The months from the last (in) back to the first (in), so many at most."""
    found, month = [last.replace(day=1)], last.replace(day=1)
    while month > first and len(found) < MOST_MONTHS:
        month = (month - timedelta(days=1)).replace(day=1)
        found.append(month)
    return found
