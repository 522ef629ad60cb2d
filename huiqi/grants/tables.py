"""The payment list as a table for the treasury, and its return read back with every fault named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import Sum
from huiqi.core.personal import plain_code
from huiqi.files.sheets import Column, Kind
from huiqi.files.tables.cells import as_amount_fen, as_choice, as_date, as_text
from huiqi.files.tables.problems import WrongCell, refuse
from huiqi.files.tables.read import read_table
from huiqi.files.tables.table import Row, RowKind, Table
from huiqi.grants.models import PaymentLine

MOST_ROWS = 20_000
NUMBER, HOLDER, BANK, ACCOUNT, AMOUNT = "序号", "收款单位", "开户银行", "收款账号", "金额（元）"
RESULT, PAID_ON, VOUCHER, REASON = "拨付结果", "拨付日期", "凭证号", "退票原因"
RESULTS = {"成功": True, "已拨付": True, "退票": False, "失败": False}


def columns() -> list[Column]:
    """The columns handed over; the treasury fills in the last four."""
    asked = [Column(NUMBER, Kind.NUMBER), Column(HOLDER), Column(BANK), Column(ACCOUNT, Kind.CODE)]
    answered = [Column(name) for name in (RESULT, PAID_ON, VOUCHER, REASON)]
    return [*asked, Column(AMOUNT, Kind.YUAN), *answered]


def rows_of(lines: Iterable[PaymentLine]) -> Iterator[tuple[object, ...]]:
    """The payments and, last, the control sum."""
    total = count = 0
    for count, line in enumerate(lines, 1):
        total += line.fen
        yield (count, line.holder, line.bank, line.account, line.fen, None, None, None, None)
    yield (None, "合计", f"{count}笔", None, total, None, None, None, None)


@dataclass(frozen=True)
class Returned:
    """What a line of a return file says. `account` is tidied; `is_paid` False means bounced."""

    row: int
    account: str
    fen: int
    is_paid: bool
    on: date | None
    voucher: str
    reason: str


@dataclass
class ReturnTable:
    """A return file read: its lines, and by row what is wrong with the others."""

    lines: list[Returned] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    total: int | None = None  # of the file's own last line

    @property
    def count(self) -> int:
        return len(self.lines) + len(self.faults)


def read_return(file: BinaryIO) -> ReturnTable:
    """Read a return file. TableRefused when it cannot be read whole, a column is missing, or its own total is
    not the sum of its lines: then nothing of it may be booked."""
    found = ReturnTable()
    with read_table(file, max_rows=MOST_ROWS) as table:
        missing = [each for each in (ACCOUNT, AMOUNT, RESULT, PAID_ON) if each not in table.index]
        if missing:
            raise refuse(
                "grants_columns",
                gettext_noop("表里缺少这些列：%(columns)s。"),
                gettext_noop("请在导出的清单里填写结果后上传。"),
                columns="、".join(missing),
            )
        for row in table.rows():
            if row.kind is RowKind.TOTAL:
                found.total = as_amount_fen(row.cell(AMOUNT), "元")
            elif row.kind is RowKind.DATA:
                _take(row, table, found)
    _check_total(found)
    return found


def _check_total(found: ReturnTable) -> None:
    given = sum(line.fen for line in found.lines)
    if found.total is not None and not found.faults and found.total != given:
        raise refuse(
            "grants_total",
            gettext_noop("合计行是%(total)s，各行相加是%(given)s，整份文件没有入账。"),
            gettext_noop("请让国库重新导出完整的回单。"),
            total=Sum(found.total),
            given=Sum(given),
        )


def _take(row: Row, table: Table, found: ReturnTable) -> None:
    if row.problems:
        found.faults.append((row.number, str(row.problems[0])))
        return
    try:
        found.lines.append(_line(row, table))
    except WrongCell as wrong:
        found.faults.append((row.number, str(wrong.problem)))


def _line(row: Row, table: Table) -> Returned:
    account = plain_code(as_text(row.cell(ACCOUNT), longest=60) or "")
    fen = as_amount_fen(row.cell(AMOUNT), "元")
    is_paid = as_choice(row.cell(RESULT), RESULTS)
    on = as_date(row.cell(PAID_ON))
    if not account:
        raise _lacks(row, ACCOUNT, gettext_noop("没有收款账号。"))
    if not fen or fen <= 0:
        raise _lacks(row, AMOUNT, gettext_noop("没有金额，或者金额不是正数。"))
    if is_paid is None:
        raise _lacks(row, RESULT, gettext_noop("没有拨付结果，应是成功或退票。"))
    if is_paid and on is None:
        raise _lacks(row, PAID_ON, gettext_noop("没有拨付日期，行可能不完整。"))
    return Returned(
        row.number, account, fen, is_paid, on, _text(row, table, VOUCHER), _text(row, table, REASON)
    )


def _text(row: Row, table: Table, header: str) -> str:
    return (as_text(row.cell(header), longest=60) or "") if header in table.index else ""


def _lacks(row: Row, header: str, said: str) -> WrongCell:
    return WrongCell(row.cell(header).problem("grants.line_wrong", Message(said)))
