"""An .xlsx of any origin as the sheets of an XLSForm: sniffed, bounded, macros and bombs refused. Pure."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from huiqi.core.messages import gettext_noop
from huiqi.files.tables.problems import TableRefused
from huiqi.files.tables.sniff import Kind, kind_of
from huiqi.files.tables.values import Broken, Value
from huiqi.files.tables.xlsx import XlsxFile
from huiqi.questionnaires.xlsform.problems import Problem, problem
from huiqi.questionnaires.xlsform.sheets import READ, REFUSED, SURVEY, Book, Column, Row, Sheet, column_of

MOST_FILE_BYTES = 10_000_000
MOST_COLUMNS = 200
# 16,000 villages of a province fit several times; a survey of 3,000 rows is none.
MOST_ROWS = {"survey": 3_000, "choices": 60_000, "settings": 20, "requests": 100}
_SPACES = str.maketrans({"\u00a0": " ", "\u3000": " ", "\ufeff": "", "\u200b": ""})


class BookRefused(Exception):  # noqa: N818  a refusal is a normal outcome
    """The file can not be read as an XLSForm at all."""

    def __init__(self, told: Problem) -> None:
        super().__init__(str(told))
        self.told = told


def read_book(file: BinaryIO) -> tuple[Book, list[Problem]]:
    """The sheets, and the cells whose value can not be trusted.

    BookRefused for what is no .xlsx (also under that name), has macros, is encrypted, damaged or too big.
    """
    size = file.seek(0, 2)
    if size > MOST_FILE_BYTES:
        raise _refused(
            gettext_noop("文件有%(size)s MB，问卷最大%(most)s MB。"),
            gettext_noop("请删去图片和不用的工作表。"),
            size=round(size / 1_000_000, 1),
            most=MOST_FILE_BYTES // 1_000_000,
        )
    try:
        kind = kind_of(file)
        if kind is not Kind.XLSX:
            raise _other_kind(kind)
        return _read(XlsxFile(file))
    except TableRefused as error:
        place = error.problem
        raise BookRefused(Problem(place.sheet, place.row, "", place.said, place.advice)) from error


def _refused(said: str, advice: str, /, **values: object) -> BookRefused:
    return BookRefused(problem(("", 0, ""), said, advice, **values))


def _other_kind(kind: Kind) -> BookRefused:
    if kind is Kind.XLS:
        return _refused(
            gettext_noop("这个文件其实是旧格式 .xls，只是文件名写成了 .xlsx。"),
            gettext_noop("请用 Excel 或 WPS 打开，另存为“Excel 工作簿 (.xlsx)”后重新上传；改文件名不行。"),
        )
    return _refused(
        gettext_noop("这是文本文件，不是 Excel 问卷。"), gettext_noop("请另存为 .xlsx 后重新上传。")
    )


def _read(book: XlsxFile) -> tuple[Book, list[Problem]]:
    listed = book.sheet_names()
    problems: list[Problem] = []
    sheets: dict[str, Sheet] = {}
    for one in listed:
        name = one.name.strip().lower()
        if name in READ and name not in sheets:
            sheets[name] = _sheet(book, one.name, name, problems)
        elif name in REFUSED and not one.is_empty:
            said = gettext_noop("不支持工作表 %(name)s 的功能。")
            problems.append(
                problem((one.name, 0, ""), said, gettext_noop("请删去这个工作表。"), name=one.name)
            )
    if SURVEY not in sheets:
        raise _refused(
            gettext_noop("没有名为 survey 的工作表，这不是 XLSForm 问卷。"),
            gettext_noop("题目放在 survey，选项放在 choices，标题放在 settings。"),
        )
    return Book(sheets, tuple(one.name for one in listed)), problems


def _sheet(book: XlsxFile, given: str, name: str, problems: list[Problem]) -> Sheet:
    columns: dict[int, Column] = {}
    rows: list[Row] = []
    most = MOST_ROWS[name]
    is_filled = name == SURVEY
    for number, values in book.sheet(given).rows():
        is_filled = True
        if number == 1:
            columns = dict(_headings(values, name, problems))
        elif not columns:
            break
        elif number > most:
            said = gettext_noop("工作表有%(most)s行以上。")
            problems.append(problem((name, number, ""), said, gettext_noop("请拆分问卷。"), most=most))
            break
        else:
            cells = dict(_cells(values, columns, (name, number), problems))
            if cells:
                rows.append(Row(number, cells))
    if is_filled and not columns:
        said = gettext_noop("第1行要是列名。")
        problems.append(
            problem((name, 1, ""), said, gettext_noop("survey 至少要有 type、name、label 三列。"))
        )
    return Sheet(name, tuple(columns.values()), tuple(rows))


def _headings(values: list[Value], sheet: str, problems: list[Problem]) -> Iterator[tuple[int, Column]]:
    seen: set[str] = set()
    for index, value in enumerate(values[:MOST_COLUMNS]):
        header = " ".join(_text(value).split())
        if not header:
            continue
        if header in seen:
            said = gettext_noop("列名“%(header)s”出现了两次。")
            problems.append(problem((sheet, 1, header), said, gettext_noop("请删去一列。"), header=header))
            continue
        seen.add(header)
        yield index, column_of(header)


def _cells(
    values: list[Value], columns: dict[int, Column], place: tuple[str, int], problems: list[Problem]
) -> Iterator[tuple[str, str]]:
    for index, value in enumerate(values):
        column = columns.get(index)
        if column is None or value is None:
            continue
        if isinstance(value, Broken):
            problems.append(Problem(*place, column.header, value.said, value.advice))
            continue
        text = _text(value)
        if text:
            yield column.header, text


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value.translate(_SPACES).strip()
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return value.isoformat() if value.hour or value.minute or value.second else value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)
