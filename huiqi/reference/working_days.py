"""Working days 工作日 of offices and of enterprises, as they were known on a date.

The base is the State Council's yearly arrangement (chinesecalendar). Two small tables beside it give what
that package cannot: the day each arrangement became known, and dated overrides (a holiday lengthened
later, a province or prefecture that differs, the delayed resumption of enterprises). A year whose
arrangement was not yet known is counted by plain weekdays, and the answer says so (`provisional`).
Counting starts the day after receipt. Dates and the date of knowledge are arguments: no clock here.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from chinese_calendar import constants

from huiqi.core.dates import format_date_zh, format_month_day_zh, readable
from huiqi.core.errors import Refused

DATA = Path(__file__).parent / "data"
FIRST_YEAR, LAST_YEAR = 2004, 2100
MOST_DAYS = 3650
_FIRST_DAY, _LAST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
_ONE_DAY = timedelta(days=1)
_PACKAGE_YEARS = range(min(constants.holidays).year, max(constants.holidays).year + 1)
_NAMES = {
    constants.Holiday.new_years_day.value: "元旦",
    constants.Holiday.spring_festival.value: "春节",
    constants.Holiday.tomb_sweeping_day.value: "清明节",
    constants.Holiday.labour_day.value: "劳动节",
    constants.Holiday.dragon_boat_festival.value: "端午节",
    constants.Holiday.national_day.value: "国庆节",
    constants.Holiday.mid_autumn_festival.value: "中秋节",
    constants.Holiday.anti_fascist_70th_day.value: "抗战胜利70周年纪念日",
}


class Calendar(StrEnum):
    """Whose working days: offices 机关 or enterprises 企业."""

    OFFICE = "office"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True)
class Override:
    """A dated departure from the national arrangement, for the days first_on to last_on.

    `kind`: "off", "work", or "weekday" (Monday to Friday work, no holiday). `calendar`: office,
    enterprise or both. `region`: a division code whose inhabitants it binds, "" = the whole country.
    """

    first_on: date
    last_on: date
    kind: str
    name: str
    calendar: str
    region: str
    known_on: date
    document: str
    source: str
    confidence: str
    note: str = ""

    def binds(self, region: str) -> bool:
        """True when a body in division `region` falls under this override."""
        return region.startswith(_region_stem(self.region))


@dataclass(frozen=True)
class Announcement:
    """The State Council's arrangement of one year and the day it became known."""

    year: int
    known_on: date
    document: str
    source: str
    confidence: str


@dataclass(frozen=True)
class CalendarTable:
    """Announcements by year and overrides by day."""

    announcements: dict[int, Announcement] = field(default_factory=dict)
    overrides: dict[date, tuple[Override, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Day:
    """One day: whether work is done, the holiday's name ("" for plain days), and if that is only presumed."""

    on: date
    is_working: bool
    name: str = ""
    provisional: bool = False


@dataclass(frozen=True)
class Due:
    """The last day of a term, in words, and whether an arrangement not yet announced may move it."""

    due: date
    explanation: str
    provisional: bool


# --- the tables -----------------------------------------------------------------------------------


@cache
def state_table() -> CalendarTable:
    """The announcements and overrides carried with the product (see data/README.md for sources)."""
    return CalendarTable(
        {row.year: row for row in _announcements(DATA / "calendar_announcements.csv")},
        index_overrides(_overrides(DATA / "calendar_overrides.csv")),
    )


def index_overrides(overrides: Iterable[Override]) -> dict[date, tuple[Override, ...]]:
    """Overrides by each day they cover, weakest first.

    The nearer authority prevails: a county before its province before the country; then the calendar named
    before "both"; then what became known last.
    """
    by_day: dict[date, list[Override]] = {}
    for override in overrides:
        for day in _span(override.first_on, override.last_on):
            by_day.setdefault(day, []).append(override)
    return {day: tuple(sorted(found, key=_weight)) for day, found in by_day.items()}


def _weight(override: Override) -> tuple[int, bool, date]:
    return len(_region_stem(override.region)), override.calendar != "both", override.known_on


def _announcements(path: Path) -> Iterator[Announcement]:
    for row in _rows(path):
        yield Announcement(
            int(row["year"]),
            date.fromisoformat(row["known_on"]),
            row["document"],
            row["source"],
            row["confidence"],
        )


def _overrides(path: Path) -> Iterator[Override]:
    for row in _rows(path):
        days = {name: date.fromisoformat(row.pop(name)) for name in ("first_on", "last_on", "known_on")}
        yield Override(**days, **row)  # type: ignore[arg-type]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _region_stem(region: str) -> str:
    """430000 → 43, 430100 → 4301: what the codes of all divisions below begin with."""
    return region.removesuffix("00").removesuffix("00")


@dataclass(frozen=True)
class Basis:
    """What a count rests on: whose calendar, where, and what was known when."""

    known_on: date
    calendar: Calendar = Calendar.OFFICE
    region: str = ""
    table: CalendarTable = field(default_factory=state_table)


# --- one day --------------------------------------------------------------------------------------


def day_of(on: date, basis: Basis) -> Day:
    """Whether `on` is a working day, as known on the basis' date."""
    for override in reversed(basis.table.overrides.get(on, ())):
        if (
            override.known_on <= basis.known_on
            and override.calendar in ("both", basis.calendar)
            and override.binds(basis.region)
        ):
            return _overridden_day(on, override)
    if on.year in _PACKAGE_YEARS and _announced_on(on.year, basis.table) <= basis.known_on:
        if on in constants.holidays:
            return Day(on, False, _NAMES[constants.holidays[on]])
        return Day(on, on.weekday() < 5 or on in constants.workdays)
    return Day(on, on.weekday() < 5, provisional=True)


def _overridden_day(on: date, override: Override) -> Day:
    if override.kind == "weekday":
        return Day(on, on.weekday() < 5)
    return Day(on, override.kind == "work", override.name)


def _announced_on(year: int, table: CalendarTable) -> date:
    """When the arrangement of `year` became known; 1 December before it where our table has no row."""
    found = table.announcements.get(year)
    return found.known_on if found else date(year - 1, 12, 1)


def announced_years(table: CalendarTable) -> Iterator[tuple[int, date]]:
    """The years whose arrangement is carried here, and the day on which each became known."""
    return ((year, _announced_on(year, table)) for year in _PACKAGE_YEARS)


def is_working_day(on: date, basis: Basis) -> bool:
    """True when work is done on `on`."""
    return day_of(_within(on), basis).is_working


# --- terms ----------------------------------------------------------------------------------------


def due(received: date, days: int, basis: Basis) -> Due:
    """The day on which a term of `days` working days ends, counted from the day after `received`.

    A term of 0 days ends on the day of receipt, or the next working day when that is a day of rest.
    Refused: `reference.days_range` (0 to 3650), `reference.date_range` (2004 to 2100).
    """
    if not 0 <= days <= MOST_DAYS:
        raise Refused("reference.days_range", f"工作日数应在0至{MOST_DAYS}之间，您填的是{_shortened(days)}。")
    passed: list[Day] = []
    current = _within(received) if days == 0 else received
    remaining = max(days, 1)
    if days > 0:
        current = _next(_within(received))
    while True:
        day = day_of(current, basis)
        passed.append(day)
        remaining -= day.is_working
        if remaining == 0:
            break
        current = _next(current)
    return Due(current, _explain(received, days, passed), any(day.provisional for day in passed))


def working_days_between(start: date, end: date, basis: Basis) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
    _within(start), _within(end)
    if end < start:
        return -working_days_between(end, start, basis)
    return sum(day_of(day, basis).is_working for day in _span(_next(start), end)) if end > start else 0


def _next(day: date) -> date:
    if day >= _LAST_DAY:
        raise Refused("reference.date_range", f"期限超出了{LAST_YEAR}年，无法推算。请核对起算日期和天数。")
    return day + _ONE_DAY


def _within(day: date) -> date:
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise Refused(
            "reference.date_range",
            f"日期应在{FIRST_YEAR}年至{LAST_YEAR}年之间，您填的是{format_date_zh(day)}。请核对年份。",
        )
    return day


def _span(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


# --- words ----------------------------------------------------------------------------------------


def _explain(received: date, days: int, passed: list[Day]) -> str:
    last = passed[-1].on
    if days == 0:
        rest = "" if last == received else "，当日不是工作日，顺延至下一个工作日"
        return f"{format_date_zh(received)}收到，应当日办结{rest}：{format_date_zh(last)}" + _reservation(
            passed
        )
    parts = [f"自{format_date_zh(passed[0].on)}起算，{days}个工作日"]
    rests = _holidays(passed)
    if rests:
        parts.append("扣除" + _listed(rests))
    elif any(not day.is_working for day in passed):
        parts.append("扣除周末")
    made_up = [format_month_day_zh(day.on) for day in passed if day.is_working and day.on.weekday() >= 5]
    if made_up:
        parts.append("含调休上班" + _listed(made_up))
    parts.append(f"应于{format_date_zh(last)}办结")
    return "，".join(parts) + _reservation(passed)


def _holidays(passed: list[Day]) -> list[str]:
    """The named days of rest as runs: 春节假期1月24日至2月2日. Weekends touching a holiday belong to it."""
    runs: list[list[Day]] = []
    for day in passed:
        if day.is_working:
            continue
        if runs and _continues(runs[-1][-1], day):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [text for run in runs if (text := _run_in_words(run))]


def _continues(last: Day, day: Day) -> bool:
    """True when `day` of rest belongs to the same run as the day of rest `last`."""
    return last.on + _ONE_DAY == day.on and (not day.name or not last.name or day.name == last.name)


def _run_in_words(run: list[Day]) -> str:
    name = next((day.name for day in run if day.name), "")
    if not name:
        return ""
    label = f"{name}假期" if len(name) <= 6 else name
    first, last = format_month_day_zh(run[0].on), format_month_day_zh(run[-1].on)
    return f"{label}{first}" if first == last else f"{label}{first}至{last}"


def _listed(items: list[str], most: int = 4) -> str:
    more = f"等{len(items)}项" if len(items) > most else ""
    return "、".join(items[:most]) + more


def _reservation(passed: list[Day]) -> str:
    years = sorted({day.on.year for day in passed if day.provisional})
    if not years:
        return ""
    span = f"{years[0]}年" if len(years) == 1 else f"{years[0]}至{years[-1]}年"
    return f"（{span}节假日安排当时尚未公布，暂按周一至周五推算，公布后可能变化）"


def _shortened(number: int) -> str:
    """A number safe to repeat: Python refuses to print integers of thousands of digits."""
    return readable(str(number)) if abs(number) < 10**20 else "一个过大的数"
