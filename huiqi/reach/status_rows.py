"""A status file read line by line: every fault with its row and what to do; a file that cannot be trusted is
refused whole. No figures but the ones asked for are looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, NoReturn

from huiqi.core.language import worded
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import format_yuan
from huiqi.files.tables.cells import as_amount_fen, as_choice, as_date, as_text
from huiqi.files.tables.headers import header_text
from huiqi.files.tables.problems import TableProblem, WrongCell, refuse
from huiqi.files.tables.read import read_table
from huiqi.files.tables.table import Row, RowKind, Table
from huiqi.reach.status_rules import NEEDS_REASON, WORDS, Said, StatusLine
from huiqi.reach.steps import RefusalCode

CODE, NAME, RESULT = "统一社会信用代码", "企业名称", "办理结果"
REASON, DAY, AMOUNT = "原因代码", "办理日期", "到账金额（元）"
HEADERS = (CODE, NAME, RESULT, REASON, DAY)
_NEEDED = (CODE, RESULT, REASON, DAY)
# Columns that people add to every table; nothing of them is kept.
_IGNORED = ("序号", "备注")
MOST_ROWS = 50_000


@dataclass(frozen=True)
class Given:
    """A sound line with its place."""

    row: int
    code: str
    name: str
    line: StatusLine


@dataclass(frozen=True)
class Fault:
    """A line that is not taken."""

    row: int
    column: str
    reason: str
    remedy: str = ""


@dataclass
class Reading:
    """What a file says: sound lines, faults, and the control figures it really has."""

    lines: list[Given] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    total_fen: int = 0
    unread_amounts: int = 0
    stated_totals: list[tuple[int, int]] = field(default_factory=list)  # (row, fen) of 合计 rows


@dataclass(frozen=True)
class Control:
    """What the authority's letter says is in the file."""

    rows: int
    total_fen: int | None = None


def read_status(file: BinaryIO, control: Control, *, keeps_amount: bool, today: date) -> Reading:
    """Read a status file. Raises TableRefused, and nothing of it is taken, when a column is missing or not
    asked for, or when the lines or the sum differ from the letter or from the file's own total."""
    found = Reading()
    with read_table(file, max_rows=MOST_ROWS) as table:
        _check_headers(table, keeps_amount)
        for row in table.rows():
            if row.kind is RowKind.DATA:
                _take(row, table, found, keeps_amount=keeps_amount, today=today)
            elif row.kind is RowKind.TOTAL and keeps_amount:
                _note_total(row, found)
    _check_control(found, control, keeps_amount)
    return found


def _check_headers(table: Table, keeps_amount: bool) -> None:
    allowed = {header_text(one) for one in (*HEADERS, *_IGNORED, *([AMOUNT] if keeps_amount else []))}
    needed = [*_NEEDED, *([AMOUNT] if keeps_amount else [])]
    missing = [one for one in needed if header_text(one) not in table.index]
    if missing:
        raise refuse(
            "reach.column_missing",
            gettext_noop("回执里没有“%(missing)s”一列，整份没有采用。"),
            gettext_noop("请用移送时的回执表填写后上传。"),
            missing=missing[0],
        )
    extra = [name for name in table.index if name not in allowed]
    if extra:
        raise refuse(
            "reach.column_not_asked",
            gettext_noop("回执里有不接收的列“%(extra)s”，整份没有采用，也没有保存。"),
            gettext_noop("请删去这一列后上传。税务、社保等数据不属于本系统保存的范围。"),
            extra=extra[0][:40],
        )


def _note_total(row: Row, found: Reading) -> None:
    try:
        fen = as_amount_fen(row.cell(header_text(AMOUNT)), "元")
    except WrongCell:
        return
    if fen is not None:
        found.stated_totals.append((row.number, fen))


def _take(row: Row, table: Table, found: Reading, *, keeps_amount: bool, today: date) -> None:
    found.rows += 1
    fen = None
    if keeps_amount:
        try:
            fen = as_amount_fen(row.cell(header_text(AMOUNT)), "元")
            found.total_fen += fen or 0
        except WrongCell as wrong:
            found.unread_amounts += 1
            found.faults.append(_fault(wrong.problem, AMOUNT))
            return
    if row.problems:
        found.faults.append(_fault(row.problems[0], ""))
        return
    try:
        found.lines.append(_line(row, table, fen, keeps_amount=keeps_amount, today=today))
    except WrongCell as wrong:
        column = wrong.problem.column
        name = next((one.text for one in table.headers if one.column == column), "")
        found.faults.append(_fault(wrong.problem, name))


def _fault(problem: TableProblem, column: str) -> Fault:
    return Fault(problem.row, column, worded(problem.said)[:300], worded(problem.advice)[:300])


def _line(row: Row, table: Table, fen: int | None, *, keeps_amount: bool, today: date) -> Given:
    code = (as_text(row.cell(CODE), longest=30) or "").strip().upper()
    if not code:
        _wrong(row, CODE, gettext_noop("没有统一社会信用代码，这一行不完整。"), _WHOLE)
    said = as_choice(row.cell(RESULT), WORDS)
    if said is None:
        _wrong(row, RESULT, gettext_noop("没有办理结果，这一行不完整。"), _WHOLE)
    on = as_date(row.cell(DAY))
    if on is None:
        _wrong(row, DAY, gettext_noop("没有办理日期，这一行不完整。"), _WHOLE)
    if on > today:
        _wrong(row, DAY, gettext_noop("办理日期晚于今天。"), gettext_noop("请核对年份。"))
    reason = _reason(row, said)
    if keeps_amount:
        _check_amount(row, said, fen)
    name = (as_text(row.cell(NAME), longest=120) or "").strip() if NAME in table.index else ""
    return Given(row.number, code, name, StatusLine(said, on, reason, fen))


_WHOLE = gettext_noop("请补齐这一行；文件可能在传送中被截断。")
_CODES: Mapping[str, str] = {code: code for code in RefusalCode.values}


def _reason(row: Row, said: Said) -> str:
    reason = as_choice(row.cell(REASON), _CODES) or ""
    if said in NEEDS_REASON and not reason:
        _wrong(
            row,
            REASON,
            gettext_noop("不予认定和退回补正要有原因代码。"),
            gettext_noop("请填 R01 至 R07 或 R99，含义见回执表说明。"),
        )
    return reason if said in NEEDS_REASON else ""


def _check_amount(row: Row, said: Said, fen: int | None) -> None:
    if said is Said.ARRIVED and (fen is None or fen <= 0):
        _wrong(
            row,
            header_text(AMOUNT),
            gettext_noop("已到账的要有大于零的金额。"),
            gettext_noop("请填实际到账的元数。"),
        )
    if said is not Said.ARRIVED and fen:
        _wrong(row, header_text(AMOUNT), gettext_noop("没有到账的不填金额。"), gettext_noop("请清空这一格。"))


def _wrong(row: Row, header: str, said: str, advice: str) -> NoReturn:
    raise WrongCell(row.cell(header).problem("reach.bad_line", Message(said), Message(advice)))


def _check_control(found: Reading, control: Control, keeps_amount: bool) -> None:
    if found.rows != control.rows:
        raise refuse(
            "reach.wrong_rows",
            gettext_noop("来函写明%(told)s行，文件里有%(rows)s行，整份没有采用。"),
            gettext_noop("文件可能被截断或多传了。请对方重新发送完整的文件。"),
            told=control.rows,
            rows=found.rows,
        )
    if not keeps_amount:
        return
    for row, fen in found.stated_totals:
        if fen != found.total_fen:
            _refuse_total(
                gettext_noop("第%(row)s行合计%(told)s，各行相加%(sum)s，整份没有采用。"), fen, found, row
            )
    if control.total_fen is not None and control.total_fen != found.total_fen:
        _refuse_total(
            gettext_noop("来函写明合计%(told)s，各行相加%(sum)s，整份没有采用。"), control.total_fen, found
        )


def _refuse_total(said: str, fen: int, found: Reading, row: int = 0) -> NoReturn:
    raise refuse(
        "reach.wrong_total",
        said,
        gettext_noop("请对方核对后重新发送；有%(unread)s行金额读不出。"),
        told=format_yuan(fen),
        sum=format_yuan(found.total_fen),
        row=row,
        unread=found.unread_amounts,
    )
