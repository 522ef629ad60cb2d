"""What became known of the working calendar between two days, and which basis gives the same count.

A term reckoned with the knowledge of one day is reckoned anew when something became known since. Pure.
"""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.metadata import version

from huiqi.reference.working_days import (
    DATA,
    FIRST_YEAR,
    Calendar,
    CalendarTable,
    Override,
    announced_years,
    state_table,
)


@dataclass(frozen=True)
class News:
    """A document about working days: what it is called, when it became known, the days it speaks of."""

    known_on: date
    document: str
    name: str
    region: str
    first_on: date
    last_on: date
    calendar: str = "both"

    def binds(self, region: str) -> bool:
        """True when a body in division `region` falls under it."""
        stem = self.region.removesuffix("00").removesuffix("00")
        return region.startswith(stem)


def calendar_news(table: CalendarTable | None = None) -> tuple[News, ...]:
    """Everything that ever became known, the earliest first."""
    return _state_news() if table is None else _news(table)


@cache
def _state_news() -> tuple[News, ...]:
    return _news(state_table())


def _news(table: CalendarTable) -> tuple[News, ...]:
    """One entry a document and region; the arrangement of a year with what it changed of the year before."""
    found: dict[tuple[date, str, str], News] = {}
    for year, known_on in announced_years(table):
        document = table.announcements[year].document if year in table.announcements else ""
        name = f"{year}年节假日安排"
        found[known_on, document, ""] = News(
            known_on, document, name, "", date(year, 1, 1), date(year, 12, 31)
        )
    for row in dict.fromkeys(each for day in table.overrides.values() for each in day):
        key = row.known_on, row.document, row.region
        known = found.get(key)
        # What an arrangement said before it was changed is carried as plain weekdays; it is no news.
        if known is None and row.kind == "weekday" and not row.name:
            continue
        first, last = (known.first_on, known.last_on) if known else (row.first_on, row.last_on)
        name, calendar = (known.name, known.calendar) if known else (row.name, row.calendar)
        days = min(first, row.first_on), max(last, row.last_on)
        found[key] = News(row.known_on, row.document, name, row.region, *days, calendar)
    return tuple(sorted(found.values(), key=lambda news: (news.known_on, news.first_on, news.region)))


@lru_cache(maxsize=4096)
def news_between(
    after: date, until: date, *, region: str = "", calendar: Calendar = Calendar.OFFICE
) -> tuple[News, ...]:
    """What became known after `after`, up to and including `until`, and binds the region's bodies."""
    return tuple(
        news
        for news in calendar_news()
        if after < news.known_on <= until
        and news.calendar in ("both", calendar)
        and (not news.region or news.binds(region))
    )


def newest_news(until: date) -> date:
    """The day on which something last became known, up to `until`; whatever the region."""
    days = _news_days()
    place = bisect_right(days, until)
    return days[place - 1] if place else date(FIRST_YEAR, 1, 1)


def same_calendar_as(region: str, calendar: Calendar = Calendar.OFFICE) -> str:
    """The nearest division around `region` that has days of its own, "" when none: both count alike."""
    own = {row.region for row in _rows() if row.calendar in ("both", calendar) and row.binds(region)}
    return max(own, key=lambda each: len(each.rstrip("0")), default="")


@cache
def _rows() -> tuple[Override, ...]:
    return tuple(dict.fromkeys(each for day in state_table().overrides.values() for each in day))


@cache
def _news_days() -> tuple[date, ...]:
    return tuple(sorted({news.known_on for news in calendar_news()} | {row.known_on for row in _rows()}))


@cache
def calendar_digest() -> str:
    """Changes with the tables carried here and the package: counts made before may have to be made anew."""
    found = hashlib.sha256(version("chinesecalendar").encode())
    for name in ("calendar_announcements.csv", "calendar_overrides.csv"):
        found.update((DATA / name).read_bytes())
    return found.hexdigest()
