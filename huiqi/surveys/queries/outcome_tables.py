"""A table of outcomes, as counties send it back after ringing: read whole, every fault with its place."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from huiqi.core.messages import Message, gettext_noop
from huiqi.files.tables.cells import as_choice, as_text
from huiqi.files.tables.problems import TableProblem, WrongCell, refuse
from huiqi.files.tables.read import read_table
from huiqi.files.tables.table import Row, RowKind, Table
from huiqi.surveys.models import Outcome, Wave

CODE, NAME, RESULT, REMARK = "统一社会信用代码", "企业名称", "结果", "备注"
MOST_ROWS = 20_000
MOST_PROBLEMS = 200
WORDS = {
    "拒答": Outcome.REFUSED,
    "联系不上": Outcome.UNREACHABLE,
    "空号": Outcome.UNREACHABLE,
    "停机": Outcome.UNREACHABLE,
    "已注销或停业": Outcome.CLOSED,
    "已注销": Outcome.CLOSED,
    "停业": Outcome.CLOSED,
    "再问": Outcome.PENDING,
}


@dataclass(frozen=True)
class Noted:
    """One line of the table: whose invitation, what became of it, the remark."""

    key: int
    outcome: str
    note: str


@dataclass
class Given:
    """What a table says, and what is wrong with it; lines without an outcome say nothing."""

    noted: list[Noted] = field(default_factory=list)
    problems: list[TableProblem] = field(default_factory=list)
    empty: int = 0


def read_outcomes(file: BinaryIO, wave: Wave) -> Given:
    """Read outcomes of a wave. Raises TableRefused when the file cannot be read or a column is missing."""
    rows = wave.invitations.order_by().values_list("enterprise__credit_code", "enterprise__name", "pk")
    named = list(rows)
    names = Counter(name for _code, name, _pk in named)
    firms = {name: pk for _code, name, pk in named if names[name] == 1}
    firms |= {code: pk for code, _name, pk in named if code}
    answered = set(wave.invitations.filter(outcome=Outcome.ANSWERED).order_by().values_list("pk", flat=True))
    found = Given()
    with read_table(file, max_rows=MOST_ROWS) as table:
        _check_headers(table)
        for row in table.rows():
            if row.kind is RowKind.DATA and len(found.problems) < MOST_PROBLEMS:
                _take(row, table, firms, answered, found)
    return found


def _check_headers(table: Table) -> None:
    has_key = CODE in table.index or NAME in table.index
    if not has_key or RESULT not in table.index:
        raise refuse(
            "surveys.outcome_columns",
            gettext_noop("表里要有“统一社会信用代码”或“企业名称”一列，和“结果”一列。"),
            gettext_noop("请在本页导出的名单里填写后上传。"),
        )


def _take(row: Row, table: Table, firms: Mapping[str, int], answered: set[int], found: Given) -> None:
    if row.problems:
        found.problems.append(row.problems[0])
        return
    try:
        outcome = as_choice(row.cell(RESULT), WORDS)
        if outcome is None:
            found.empty += 1
            return
        key = _firm(row, table, firms)
        if key in answered:
            said = gettext_noop("这家企业已经答过，结果不能再改。")
            raise WrongCell(row.cell(RESULT).problem("surveys.answered", Message(said)))
        note = as_text(row.cell(REMARK), longest=200) if REMARK in table.index else ""
        found.noted.append(Noted(key, outcome, note or ""))
    except WrongCell as wrong:
        found.problems.append(wrong.problem)


def _firm(row: Row, table: Table, firms: Mapping[str, int]) -> int:
    for header in (CODE, NAME):
        if header in table.index:
            text = (as_text(row.cell(header), longest=120) or "").strip()
            if text in firms or text.upper() in firms:
                return firms.get(text) or firms[text.upper()]
    header = CODE if CODE in table.index else NAME
    said = gettext_noop("这一轮没有邀请这家企业，或有同名的企业。")
    raise WrongCell(row.cell(header).problem("surveys.no_such_firm", Message(said)))
