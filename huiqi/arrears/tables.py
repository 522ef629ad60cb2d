"""The ledger as a table: the columns written, and the same read back with each fault at its cell."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from huiqi.arrears.commands.ledger import MonthFigures, fault_of
from huiqi.arrears.models import LedgerUnit
from huiqi.arrears.queries.ledger import UnitMonth
from huiqi.arrears.regimes import LedgerRules, book
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.sheets import Column, Kind
from huiqi.files.tables.cells import as_amount_fen, as_text, as_whole_number, as_yes_no
from huiqi.files.tables.problems import TableProblem, WrongCell, refuse
from huiqi.files.tables.read import read_table
from huiqi.files.tables.table import Row, RowKind, Table

MOST_ROWS = 5_000
MOST_PROBLEMS = 200
UNIT, KIND, COUNT, ZERO = "单位", "类别", "笔数", "零报告"
AMOUNT, PAID, LEFT = "拖欠金额（元）", "本月支付（元）", "月末余额（元）"


def band_headers(rules: LedgerRules) -> list[str]:
    """The headers of the bands of age."""
    return [f"{band}（元）" for band in rules.bands]


def columns() -> list[Column]:
    """The columns of the written table."""
    money = [Column(header, Kind.YUAN) for header in (AMOUNT, PAID, LEFT, *band_headers(book().ledger))]
    return [Column(UNIT), Column(KIND), Column(COUNT, Kind.NUMBER), *money, Column(ZERO)]


def rows_of(units: Iterable[UnitMonth]) -> Iterator[tuple[object, ...]]:
    """The cells of the written table; a unit that reported nothing has its name and nothing else."""
    kinds = book().ledger.kinds
    for each in units:
        name = each.duty.unit.name
        rows = list(each.report.rows.all()) if each.report else []
        if not rows:
            zero = "是" if each.report else None
            yield (name, *[None] * 9, zero)
        for row in rows:
            amounts = (row.amount, row.paid, row.remaining, *row.bands)
            yield (name, kinds.get(row.kind, row.kind), row.count, *amounts, "否")


@dataclass
class Given:
    """What a table says: rows by unit, units with a zero report, and what is wrong with it."""

    rows: dict[int, list[MonthFigures]] = field(default_factory=dict)
    zero: set[int] = field(default_factory=set)
    problems: list[TableProblem] = field(default_factory=list)

    def reports(self, units: Mapping[str, LedgerUnit]) -> list[tuple[LedgerUnit, list[MonthFigures], bool]]:
        """For `file_many`, in the order of the units."""
        said = self.rows.keys() | self.zero
        return [
            (duty, self.rows.get(duty.pk, []), duty.pk in self.zero)
            for duty in units.values()
            if duty.pk in said
        ]


def read_ledger(file: BinaryIO, units: Mapping[str, LedgerUnit]) -> Given:
    """Read a month's table for these units (by name). Lines with nothing but a name say nothing.

    Raises TableRefused when the file cannot be read or a column is missing.
    """
    rules = book().ledger
    found = Given()
    with read_table(file, max_rows=MOST_ROWS) as table:
        _check_headers(table, [UNIT, KIND, COUNT, AMOUNT, PAID, *band_headers(rules)])
        for row in table.rows():
            if row.kind is RowKind.DATA and len(found.problems) < MOST_PROBLEMS:
                _take(row, table, units, rules, found)
    return found


def _check_headers(table: Table, wanted: list[str]) -> None:
    missing = [header for header in wanted if header not in table.index]
    if missing:
        raise refuse(
            "arrears_columns",
            gettext_noop("表里缺少这些列：%(columns)s。"),
            gettext_noop("请先导出本月的表，在导出的表里填写后上传。"),
            columns="、".join(missing),
        )


def _take(row: Row, table: Table, units: Mapping[str, LedgerUnit], rules: LedgerRules, found: Given) -> None:
    if row.problems:
        found.problems.append(row.problems[0])
        return
    try:
        _take_row(row, table, units, rules, found)
    except WrongCell as wrong:
        found.problems.append(wrong.problem)


def _take_row(
    row: Row, table: Table, units: Mapping[str, LedgerUnit], rules: LedgerRules, found: Given
) -> None:
    duty = units.get(as_text(row.cell(UNIT), longest=80) or "")
    if duty is None:
        said = gettext_noop("没有这个填报单位，或者不归您填报。")
        raise WrongCell(row.cell(UNIT).problem("arrears.no_such_unit", Message(said)))
    title = as_text(row.cell(KIND), longest=20)
    if ZERO in table.index and as_yes_no(row.cell(ZERO)):
        _take_zero(row, duty, title, found)
    elif title:
        _take_figures(row, duty, title, rules, found)
    elif as_amount_fen(row.cell(AMOUNT), "元") is not None:
        said = gettext_noop("有金额的一行要写类别。")
        raise WrongCell(row.cell(KIND).problem("arrears.kind_missing", Message(said)))


def _take_zero(row: Row, duty: LedgerUnit, title: str | None, found: Given) -> None:
    if title or duty.pk in found.rows:
        said = gettext_noop("填了类别或数字的单位不能又是零报告。")
        raise WrongCell(row.cell(ZERO).problem("arrears.zero_with_rows", Message(said)))
    found.zero.add(duty.pk)


def _take_figures(row: Row, duty: LedgerUnit, title: str, rules: LedgerRules, found: Given) -> None:
    kind = next((code for code, words in rules.kinds.items() if words == title), None)
    if kind is None or duty.pk in found.zero:
        said = gettext_noop("类别应是%(kinds)s之一，零报告的单位不再写类别。")
        values = {"kinds": "、".join(rules.kinds.values())}
        raise WrongCell(row.cell(KIND).problem("arrears.kind_wrong", Message(said, values)))
    if any(each.kind == kind for each in found.rows.get(duty.pk, [])):
        said = gettext_noop("这个单位的这个类别在上面已经有一行。")
        raise WrongCell(row.cell(KIND).problem("arrears.kind_twice", Message(said)))
    bands = [as_amount_fen(row.cell(header), "元") or 0 for header in band_headers(rules)]
    given = MonthFigures(
        kind,
        as_whole_number(row.cell(COUNT), unit="笔", high=1_000_000) or 0,
        as_amount_fen(row.cell(AMOUNT), "元") or 0,
        as_amount_fen(row.cell(PAID), "元") or 0,
        (bands[0], bands[1], bands[2], bands[3]),
    )
    fault = fault_of(given)
    if fault is not None:
        raise WrongCell(row.cell(AMOUNT).problem("arrears.row_wrong", fault))
    found.rows.setdefault(duty.pk, []).append(given)
