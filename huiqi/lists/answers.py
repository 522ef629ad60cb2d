"""Reading an authority's answer at the door: yes, no, a class or a month, and nothing else. Pure.

A column that was not asked, or a cell that is a figure, is refused before anything of it is stored: raw
figures of tax and social insurance are not this office's to hold (design of list comparison). Faults name
the place, never what stood there.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.tables.cells import as_text
from huiqi.files.tables.problems import TableProblem, WrongCell
from huiqi.files.tables.read import read_table
from huiqi.files.tables.table import Cell, Choices, Row, RowKind, Table
from huiqi.reference import credit_codes
from huiqi.rules.catalogue import Value

CODE_HEADER = "统一社会信用代码"
# Columns that may stand beside the answers and are not read.
IGNORED_HEADERS = frozenset({"序号", "企业名称", "单位名称", "纳税人名称"})
YES = frozenset({"是", "有", "√", "✓", "对", "符合", "yes", "y", "true", "1"})
NO = frozenset({"否", "无", "×", "✗", "x", "不符合", "没有", "no", "n", "false", "0"})
UNKNOWN = frozenset({"", "-", "—", "/", "未知", "不详", "查无", "未查到", "无记录", "暂无"})
MOST_ROWS = 1_000_000
_MONTH = re.compile(r"(19|20)([0-9]{2})[-年./]?(0?[1-9]|1[0-2])月?")


@dataclass(frozen=True)
class Question:
    """One question of a comparison, as stored."""

    id: str
    label: str
    kind: str
    choices: tuple[str, ...] = ()
    fact: str = ""


def value_of(question: Question, given: str, labels: Mapping[str, str]) -> Value:
    """A permitted answer as the value of the question's fact; `labels` are those of an enumeration."""
    if question.kind == "yes_no":
        return given == "yes"
    return next((name for name, label in labels.items() if label == given), given)


@dataclass(frozen=True)
class Answered:
    """A row taken: the firm's code and its answers by question; a question left open is not in it."""

    row: int
    code: str
    answers: dict[str, str]


@dataclass(frozen=True)
class Fault:
    """A row not taken."""

    row: int
    column: str
    reason: Message | str


@dataclass
class Answer:
    """What was read of a file."""

    taken: list[Answered] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_answer(source: BinaryIO, questions: Sequence[Question]) -> Answer:
    """Read the whole file. Refused (`lists.raw_figures`) when it carries columns that were not asked."""
    labels = tuple(question.label for question in questions)
    with read_table(
        source, max_rows=MOST_ROWS, choices=Choices(known_headers=(CODE_HEADER, *labels))
    ) as table:
        _check_columns(table, questions)
        answer = Answer()
        seen: dict[str, int] = {}
        asked = [question for question in questions if _has(table, question.label)]
        if not asked:
            none = gettext_noop("表里没有答复列。列名应为：%(labels)s。")
            raise Refused("lists.no_answers", Message(none, {"labels": labels}))
        for row in table.rows():
            if row.kind is RowKind.DATA:
                _take(row, asked, seen, answer)
    return answer


def _has(table: Table, label: str) -> bool:
    return any(header.text == label for header in table.headers)


def _check_columns(table: Table, questions: Sequence[Question]) -> None:
    allowed = {CODE_HEADER, *IGNORED_HEADERS, *(question.label for question in questions)}
    if not _has(table, CODE_HEADER):
        missing = gettext_noop("表里没有“%(header)s”列，无法对应企业。请用下载的比对表填写。")
        raise Refused("lists.no_code_column", Message(missing, {"header": CODE_HEADER}))
    extra = [header.text for header in table.headers if header.text and header.text not in allowed]
    if extra:
        said = gettext_noop(
            "表里多出了没有请求的列：%(columns)s。名单比对不接收原始数据，请删去这些列后再上传；文件没有保存。"
        )
        raise Refused("lists.raw_figures", Message(said, {"columns": tuple(extra[:5])}))


def _take(row: Row, asked: Sequence[Question], seen: dict[str, int], answer: Answer) -> None:
    if row.problems:
        problem: TableProblem = row.problems[0]
        answer.faults.append(Fault(row.number, "", problem.said))
        return
    code = _code(row, seen, answer)
    if not code:
        return
    answers: dict[str, str] = {}
    for question in asked:
        given = _read(row.cell(question.label), question)
        if isinstance(given, Message):
            answer.faults.append(Fault(row.number, question.label, given))
            return
        if given:
            answers[question.id] = given
    answer.taken.append(Answered(row.number, code, answers))


def _code(row: Row, seen: dict[str, int], answer: Answer) -> str:
    try:
        text = as_text(row.cell(CODE_HEADER)) or ""
    except WrongCell as wrong:
        answer.faults.append(Fault(row.number, CODE_HEADER, wrong.problem.said))
        return ""
    problem = credit_codes.find_problem(text)
    if problem is not None:
        answer.faults.append(Fault(row.number, CODE_HEADER, problem.said))
        return ""
    code = credit_codes.normalise(text)
    if code in seen:
        twice = gettext_noop("这个代码在第%(row)s行已经出现过。请每家企业只留一行。")
        answer.faults.append(Fault(row.number, CODE_HEADER, Message(twice, {"row": seen[code]})))
        return ""
    seen[code] = row.number
    return code


def _read(cell: Cell, question: Question) -> str | Message:
    """yes, no, a class or a month; "" for unknown; a message for what may not be here."""
    value = cell.value
    if value is None:
        return ""
    if question.kind == "month":
        return _month(value)
    text = _plain(value) if isinstance(value, str) else _plain_number(value)
    if text in UNKNOWN:
        return ""
    return _yes_no(text, question) if question.kind == "yes_no" else _class(text, question)


def _plain_number(value: object) -> str:
    """True, False, 0 and 1 as people mean them; any other number is no answer."""
    return str(int(value)) if isinstance(value, int) and value in (0, 1) else "?"


def _yes_no(text: str, question: Question) -> str | Message:
    if text in YES:
        return "yes"
    return "no" if text in NO else _refusal(question)


def _class(text: str, question: Question) -> str | Message:
    found = next((choice for choice in question.choices if _plain(choice) == text), None)
    return found or _refusal(question)


def _month(value: object) -> str | Message:
    """A month as text or as a date of it; a day within the month is dropped, as only the month was asked."""
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m}"
    text = _plain(str(value)) if isinstance(value, str | int | Decimal) else ""
    if text in UNKNOWN:
        return ""
    found = _MONTH.fullmatch(text)
    if found is None:
        return Message(gettext_noop("应为年月，如 2020-01；不接收金额等数据。"))
    return f"{found[1]}{found[2]}-{int(found[3]):02d}"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _refusal(question: Question) -> Message:
    """What may stand here. The value itself is not repeated: it may be a figure that is not ours to show."""
    if question.kind == "yes_no":
        return Message(gettext_noop("只接收“是”或“否”，查不到的留空；不接收金额等数据。"))
    allowed = gettext_noop("只接收：%(choices)s，查不到的留空；不接收金额等数据。")
    return Message(allowed, {"choices": question.choices})
