"""Firms in what people paste or upload: credit codes and names, each fault with its place. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.tables.cells import as_text
from huiqi.files.tables.problems import TableProblem, TableRefused, WrongCell, refuse
from huiqi.files.tables.read import read_table
from huiqi.files.tables.table import Row, RowKind, Table
from huiqi.reference import credit_codes

MOST_ROWS = 20_000
MOST_PASTED = 2_000
_CODE = re.compile("统一社会信用代码|信用代码|社会信用|纳税人识别号|credit")
_NAME = re.compile("企业名称|单位名称|公司名称|企业全称|名称|企业|name")


@dataclass(frozen=True)
class Line:
    """One firm as given: its row in the table (or its place in the pasted text), name and credit code."""

    row: int
    name: str
    credit_code: str


@dataclass(frozen=True)
class Given:
    """Good lines, and what was wrong with the others."""

    lines: tuple[Line, ...]
    problems: tuple[str | Message | TableProblem, ...]


def pasted(text: str) -> Given:
    """Credit codes in a text, one after another, whatever stands between them."""
    words = [word for word in re.split(r"[\s,;，；、|]+", text) if word]
    if len(words) > MOST_PASTED:
        most = gettext_noop("一次最多粘贴%(most)s个代码，再多请用表格上传。")
        raise Refused("lists.too_many_codes", Message(most, {"most": MOST_PASTED}))
    lines: list[Line] = []
    problems: list[str | Message | TableProblem] = []
    seen: set[str] = set()
    for place, word in enumerate(words, start=1):
        fault = credit_codes.find_problem(word)
        code = credit_codes.normalise(word)
        if fault is not None:
            said = gettext_noop("第%(place)s个“%(code)s”：%(fault)s")
            values = {"place": place, "code": _short(word), "fault": fault.said}
            problems.append(Message(said, values))
        elif code not in seen:
            seen.add(code)
            lines.append(Line(place, "", code))
    return Given(tuple(lines), tuple(problems))


def _short(word: str) -> str:
    return word[:24] + ("…" if len(word) > 24 else "")


def firms_in(file: BinaryIO) -> Given:
    """The firms of a .csv, .xlsx or .xls with a column of names or of credit codes, or both.

    Raises TableRefused when the file cannot be read or has neither column.
    """
    with read_table(file, max_rows=MOST_ROWS) as table:
        code, name = _column(table, _CODE), _column(table, _NAME)
        if code is None and name is None:
            raise refuse(
                "no_firm_column",
                gettext_noop("表里找不到“统一社会信用代码”或“企业名称”这一列。"),
                gettext_noop("请在表头写明这两列中的一列。"),
            )
        lines: list[Line] = []
        problems: list[str | Message | TableProblem] = []
        for row, found in _rows(table, code, name):
            if isinstance(found, Line):
                lines.append(found)
            elif found is not None:
                problems.append(found)
            else:
                empty = gettext_noop("第%(row)s行没有代码也没有名称。")
                problems.append(Message(empty, {"row": row}))
        return Given(_once(lines), tuple(problems))


def _column(table: Table, wanted: re.Pattern[str]) -> str | None:
    return next((one.text for one in table.headers if wanted.search(one.text.lower())), None)


def _rows(
    table: Table, code: str | None, name: str | None
) -> Iterator[tuple[int, Line | TableProblem | None]]:
    for row in table.rows():
        if row.kind is RowKind.DATA:
            yield row.number, _line(row, code, name)


def _line(row: Row, code: str | None, name: str | None) -> Line | TableProblem | None:
    if row.problems:
        return row.problems[0]
    try:
        given_code = (as_text(row.cell(code), longest=60) or "") if code else ""
        given_name = (as_text(row.cell(name), longest=120) or "") if name else ""
    except WrongCell as wrong:
        return wrong.problem
    if not given_code and not given_name:
        return None
    fault = credit_codes.find_problem(given_code) if given_code else None
    if fault is not None and code and not given_name:
        return row.cell(code).problem("lists.bad_code", fault.said)
    # A bad code beside a name is kept: the name may still find the firm, and a person sees both.
    return Line(row.number, given_name, credit_codes.normalise(given_code)[:32] if given_code else "")


def _once(lines: list[Line]) -> tuple[Line, ...]:
    """The lines without repetitions of a credit code, the first kept."""
    seen: set[str] = set()
    kept = []
    for line in lines:
        key = line.credit_code or f"name:{line.name}"
        if key not in seen:
            seen.add(key)
            kept.append(line)
    return tuple(kept)


__all__ = ["Given", "Line", "TableRefused", "firms_in", "pasted"]
