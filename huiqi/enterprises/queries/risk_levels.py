"""Risk levels of counties on a day, for the page; a table of them read whole, every fault with its place."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from django.conf import settings

from huiqi.accounts.scope import Scope
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.tables.cells import as_choice, as_date, as_text
from huiqi.files.tables.problems import TableProblem, WrongCell, refuse
from huiqi.files.tables.read import read_table
from huiqi.files.tables.table import Row, RowKind, Table
from huiqi.reference.models import Division, RiskLevel
from huiqi.reference.queries import counties, prefectures, risk_levels
from huiqi.reference.risk_levels import NewLevel

COUNTY, LEVEL, FROM, TO = "县（市、区）", "风险等级", "起", "止"
DOCUMENT, KNOWN = "依据文号", "公布日期"
COLUMNS = (COUNTY, LEVEL, FROM, TO, DOCUMENT, KNOWN)
NEEDED = (COUNTY, LEVEL, FROM, DOCUMENT)
MOST_ROWS = 20_000
MOST_PROBLEMS = 200
WORDS: Mapping[str, str] = {
    **{str(label): key for key, label in RiskLevel.Level.choices},
    **dict(zip("低中高", ("low", "medium", "high"), strict=True)),
}


@dataclass(frozen=True)
class Line:
    """A county on the page; `row` None when nothing is recorded for the day."""

    county: Division
    row: RiskLevel | None


@dataclass(frozen=True)
class City:
    """A city with its counties."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Board:
    """All counties of the province on a day; `counts` by level, "" without any."""

    cities: tuple[City, ...]
    counts: Mapping[str, int]


def risk_board(on: date, level: str = "") -> Board:
    """The counties of that day with the level that counted; `level` leaves those of one level ("-": none)."""
    rows, names = risk_levels(on), dict(prefectures(on).values_list("code", "name"))
    lines = [Line(county, rows.get(county.code)) for county in counties(on).order_by("code")]
    counts = Counter(_level(line) for line in lines)
    shown = [line for line in lines if not level or (_level(line) or "-") == level]
    by_city: dict[str, list[Line]] = {}
    for line in shown:
        by_city.setdefault(names.get(line.county.parent_id or "", ""), []).append(line)
    return Board(tuple(City(name, tuple(few)) for name, few in by_city.items()), counts)


def _level(line: Line) -> str:
    return line.row.level if line.row is not None and line.row.level != RiskLevel.Level.NONE else ""


@dataclass
class Given:
    """What a table says, and what is wrong with it."""

    levels: list[NewLevel] = field(default_factory=list)
    problems: list[TableProblem] = field(default_factory=list)


def read_risk_levels(file: BinaryIO, scope: Scope, today: date) -> Given:
    """Read levels of counties. Raises TableRefused when the file cannot be read or a column is missing."""
    places, found = _places(), Given()
    with read_table(file, max_rows=MOST_ROWS) as table:
        _check_headers(table)
        for row in table.rows():
            if row.kind is RowKind.DATA and len(found.problems) < MOST_PROBLEMS:
                try:
                    found.levels.append(_take(row, table, places, scope, today))
                except WrongCell as wrong:
                    found.problems.append(wrong.problem)
    if not found.levels and not found.problems:
        raise refuse("no_risk_rows", gettext_noop("表里只有表头，没有等级。"), gettext_noop("请填好再传。"))
    return found


def _check_headers(table: Table) -> None:
    missing = [name for name in NEEDED if name not in table.index]
    if missing:
        raise refuse(
            "risk_columns",
            gettext_noop("表里少了这些列：%(missing)s。"),
            gettext_noop("请用本页的样表填写。"),
            missing="、".join(missing),
        )


def _places() -> Mapping[str, Sequence[Division]]:
    found: dict[str, list[Division]] = {}
    rows = Division.objects.within(settings.HUIQI_PROVINCE).filter(level=Division.Level.COUNTY)
    for row in rows.order_by("code"):
        for name in {row.code, row.name, row.full_name}:
            found.setdefault(name, []).append(row)
    return found


def _take(
    row: Row, table: Table, places: Mapping[str, Sequence[Division]], scope: Scope, today: date
) -> NewLevel:
    if row.problems:
        raise WrongCell(row.problems[0])
    level, begins = as_choice(row.cell(LEVEL), WORDS), as_date(row.cell(FROM))
    ends = as_date(row.cell(TO)) if TO in table.index else None
    known = as_date(row.cell(KNOWN)) if KNOWN in table.index else None
    document = as_text(row.cell(DOCUMENT), longest=80)
    for header, value in ((LEVEL, level), (FROM, begins), (DOCUMENT, document)):
        if value is None or value == "":
            raise _wrong(row, header, gettext_noop("这一格没有填。"))
    assert level is not None and begins is not None and document is not None
    if ends is not None and ends < begins:
        raise _wrong(row, TO, gettext_noop("截止日期早于开始日期，请核对。"))
    if known is not None and known > today:
        raise _wrong(row, KNOWN, gettext_noop("公布日期在今天之后。还没有公布的，公布后再登记。"))
    county = _county(row, places, begins)
    if not scope.admits(county.code, None):
        raise _wrong(row, COUNTY, gettext_noop("这个县（市、区）不归本单位，不能替它登记。"))
    return NewLevel(county.code, level, begins, ends, document, known or today)


def _county(row: Row, places: Mapping[str, Sequence[Division]], on: date) -> Division:
    text = (as_text(row.cell(COUNTY), longest=60) or "").strip()
    if not text:
        raise _wrong(row, COUNTY, gettext_noop("这一格没有填。"))
    named = places.get(text, ())
    there = [one for one in named if _existed(one, on)]
    if len(there) == 1:
        return there[0]
    if there:
        raise _wrong(row, COUNTY, gettext_noop("有几个县（市、区）叫这个名字，请填六位区划代码。"))
    if named:
        raise _wrong(row, COUNTY, gettext_noop("等级开始那天还没有这个县（市、区），或它已经撤销。"))
    raise _wrong(row, COUNTY, gettext_noop("本省没有这个县（市、区）。请填全名或六位区划代码。"))


def _existed(row: Division, on: date) -> bool:
    return (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or row.valid_to > on)


def _wrong(row: Row, header: str, said: str) -> WrongCell:
    return WrongCell(row.cell(header).problem("enterprises.risk_level", Message(said)))
