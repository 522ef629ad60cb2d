"""The live board: how many of whom have answered, cell by cell; constant queries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count
from django.db.models.functions import Substr, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from huiqi.core.models import AuditRecord
from huiqi.enterprises.queries.statements import catalogue
from huiqi.reference.queries import Tables
from huiqi.surveys.models import Audience, Outcome, Response, Survey, Wave
from huiqi.surveys.moments import Moment
from huiqi.surveys.queries.asking import cell_filter

TREND_DAYS = 30
# Dates and numbers that fit beside each other on a telephone.
MOST_MARKS = 8


class Side(StrEnum):
    """By what the board divides firms."""

    CITY = "city"
    COUNTY = "county"
    SECTION = "section"
    SIZE = "size"


COLUMN = {Side.CITY: "city", Side.COUNTY: "county", Side.SECTION: "section", Side.SIZE: "size_class"}
# Left out of the rate from the start: nobody asked them.
NEVER_ASKED = (Outcome.SPARED,)


@dataclass
class Tally:
    """Invitations of a cell by outcome.

    The rate is complete answers over the firms invited but those known to be closed (AAPOR, Standard
    Definitions, 9th edition, 2016: RR1 with e = 1 and the known ineligible left out); firms that were left in
    peace because of the monthly ceiling were not invited. Partial answers are shown and do not count.
    """

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: str, count: int) -> None:
        self.counts[outcome] += count

    @property
    def invited(self) -> int:
        return sum(self.counts.values()) - self.spared

    @property
    def spared(self) -> int:
        return self.counts[Outcome.SPARED]

    @property
    def answered(self) -> int:
        return self.counts[Outcome.ANSWERED]

    @property
    def closed(self) -> int:
        return self.counts[Outcome.CLOSED]

    @property
    def base(self) -> int:
        """What the rate is a share of."""
        return self.invited - self.closed

    @property
    def still(self) -> int:
        """Those that may yet answer."""
        return self.counts[Outcome.PENDING] + self.counts[Outcome.OPENED]

    @property
    def percent(self) -> float | None:
        """The rate in percent."""
        return 100 * self.answered / self.base if self.base else None

    def target(self, percent: int) -> int:
        """How many answers the target rate asks for."""
        return -(-self.base * percent // 100)

    def is_weak(self, wave: Wave) -> bool:
        """Below the target rate and below the least number of answers; a cell without firms is not weak."""
        is_short = self.answered < min(wave.least_in_cell, self.base)
        return self.base > 0 and is_short and self.answered < self.target(wave.target_percent)


@dataclass(frozen=True)
class Cell:
    """One cell of the board, with the value by which its firms are found again."""

    tally: Tally
    is_weak: bool
    address: str


@dataclass(frozen=True)
class Line:
    """One row of the board."""

    key: str
    label: str
    cells: list[Cell]
    whole: Cell


@dataclass(frozen=True)
class Board:
    """The whole: rows by columns, totals at both ends."""

    rows_by: Side
    columns_by: Side
    heads: list[tuple[str, str]]
    lines: list[Line]
    totals: list[Cell]
    whole: Tally
    weak: list[tuple[str, str, str]]


def cell_key(parts: Mapping[Side, str]) -> tuple[str, str, str]:
    """County (or four digits of a prefecture), section, size: as `queries.asking.cell_filter` takes it."""
    place = parts.get(Side.COUNTY) or parts.get(Side.CITY, "")
    return place, parts.get(Side.SECTION, ""), parts.get(Side.SIZE, "")


def board_of(
    wave: Wave, rows_by: Side, columns_by: Side, tables: Tables, within: tuple[str, str, str] = ("", "", "")
) -> Board:
    """The board of a wave; `within` narrows it to a cell. One query."""
    counts = _counts(wave, rows_by, columns_by, within)
    names = {side: names_of(side, tables) for side in (rows_by, columns_by)}
    heads = [(key, _label(names[columns_by], key)) for key in _ordered(counts, 1, names[columns_by])]
    cells: dict[tuple[str, str], Tally] = {}
    for row, column, outcome, count in counts:
        cells.setdefault((row, column), Tally()).add(outcome, count)
    lines, weak = [], []
    for row in _ordered(counts, 0, names[rows_by]):
        found = [cells.get((row, column), Tally()) for column, _name in heads]
        made = []
        for (column, _name), tally in zip(heads, found, strict=True):
            parts = {rows_by: row, columns_by: column}
            cell = _cell(tally, wave, _merged(within, cell_key(parts)))
            # Firms whose place in a column is unknown have no address of their own: "" stands for all.
            if cell.is_weak and row and column:
                weak.append(_merged(within, cell_key(parts)))
            made.append(cell)
        address = _merged(within, cell_key({rows_by: row}))
        lines.append(Line(row, _label(names[rows_by], row), made, _cell(_sum(found), wave, address)))
    totals = [
        _cell(
            _sum(cells.get((line.key, column), Tally()) for line in lines),
            wave,
            _merged(within, cell_key({columns_by: column})),
        )
        for column, _name in heads
    ]
    return Board(rows_by, columns_by, heads, lines, totals, _sum(cells.values()), weak)


def _ordered(counts: Iterable[tuple[str, str, str, int]], place: int, names: Mapping[str, str]) -> list[str]:
    """The keys that occur, in the order in which their table has them, the unknown at the end."""
    order = {key: at for at, key in enumerate(names)}
    found = {str(one[place]) for one in counts}
    return sorted(found, key=lambda key: (key == "", order.get(key, len(order)), key))


def _counts(
    wave: Wave, rows_by: Side, columns_by: Side, within: tuple[str, str, str]
) -> list[tuple[str, str, str, int]]:
    rows = wave.invitations.filter(cell_filter([within])).order_by()
    if Side.CITY in {rows_by, columns_by}:
        rows = rows.annotate(city=Substr("county", 1, 4))
    columns = (COLUMN[rows_by], COLUMN[columns_by], "outcome")
    return list(rows.values_list(*columns).annotate(n=Count("pk")))


def _cell(tally: Tally, wave: Wave, parts: tuple[str, str, str]) -> Cell:
    return Cell(tally, tally.is_weak(wave), "-".join(parts))


def _merged(within: tuple[str, str, str], parts: tuple[str, str, str]) -> tuple[str, str, str]:
    """The narrower of both in each part."""
    county, section, size = (max(one, other, key=len) for one, other in zip(within, parts, strict=True))
    return county, section, size


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.counts.update(tally.counts)
    return whole


def names_of(side: Side, tables: Tables) -> Mapping[str, str]:
    """What the codes of a side are called."""
    if side is Side.SIZE:
        return catalogue().facts["size_class"].values
    if side is Side.SECTION:
        return {code: entry.name for code, entry in tables.industries.items() if len(code) == 1}
    places = {code: row.name for code, row in tables.divisions.items()}
    return (
        places
        if side is Side.COUNTY
        else {code[:4]: name for code, name in places.items() if code[4:] == "00"}
    )


def _label(names: Mapping[str, str], key: str) -> str:
    return names.get(key, key) if key else _("不清楚")


def cell_words(parts: tuple[str, str, str], tables: Tables) -> str:
    """A cell in words: 浏阳市 · 制造业 · 小型; "" for all."""
    county, section, size = parts
    places = names_of(Side.CITY if len(county) == 4 else Side.COUNTY, tables)
    named = [
        places.get(county, county) if county else "",
        names_of(Side.SECTION, tables).get(section, section) if section else "",
        names_of(Side.SIZE, tables).get(size, size) if size else "",
    ]
    return " · ".join(name for name in named if name)


# --- days ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """Answers of a day; `tall` is its bar in per cent of the tallest, `is_marked`: with date and number."""

    on: date
    count: int
    tall: float
    top: float
    is_marked: bool


@dataclass(frozen=True)
class Trend:
    """Answers day by day, the last TREND_DAYS of the wave."""

    days: list[Day]
    most: int
    total: int
    best: date | None


def trend_of(wave: Wave, moment: Moment) -> Trend:
    """Answers of each day of the site; their instants are real time.

    Of an anonymous survey by invitation no answer knows its day: there the records of the trail are counted,
    which know neither answer nor firm.
    """
    ahead = timezone.localdate(moment.wall) - moment.today
    last = min(moment.today, wave.closes_on)
    first = max(wave.opens_on, last - timedelta(days=TREND_DAYS - 1))
    counts = {day - ahead: count for day, count in _by_day(wave, first + ahead, last + ahead).items()}
    days = [first + timedelta(days=at) for at in range(max((last - first).days, 0) + 1)]
    most = max([counts.get(day, 0) for day in days], default=0)
    tall = [round(100 * counts.get(day, 0) / most, 1) if most else 0.0 for day in days]
    every = -(-len(days) // MOST_MARKS)
    # Counted from the last day: what came today is what everybody looks for.
    made = [
        Day(day, counts.get(day, 0), high, round(100 - high, 1), (len(days) - 1 - at) % every == 0)
        for at, (day, high) in enumerate(zip(days, tall, strict=True))
    ]
    best = next((day for day in days if most and counts.get(day, 0) == most), None)
    return Trend(made, most, sum(counts.get(day, 0) for day in days), best)


def _by_day(wave: Wave, first: date, last: date) -> dict[date, int]:
    survey: Survey = wave.survey
    start, end = (
        timezone.make_aware(datetime.combine(day, time())) for day in (first, last + timedelta(days=1))
    )
    rows: Any
    if survey.is_anonymous and survey.audience == Audience.INVITED:
        rows = AuditRecord.objects.filter(act="survey.answered", subject_id=survey.public_id)
        rows = rows.filter(at__gte=start, at__lt=end).annotate(day=TruncDate("at"))
    else:
        rows = Response.objects.sent().filter(wave=wave, sent_at__gte=start, sent_at__lt=end)
        rows = rows.annotate(day=TruncDate("sent_at"))
    return dict(rows.order_by().values_list("day").annotate(n=Count("pk")))
