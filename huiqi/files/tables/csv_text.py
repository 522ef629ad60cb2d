"""Reading delimited text: encoding and delimiter found out, rows counted as Excel counts them. Pure."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from huiqi.core.messages import Message, gettext_noop
from huiqi.files.tables.problems import TableProblem, TableRefused
from huiqi.files.tables.sheet import RawRow, Sheet, Survey
from huiqi.files.tables.values import Value, text_value
from huiqi.files.tables.xlsx import LAST_ROW, MOST_COLUMNS, too_many_columns, too_many_rows

DELIMITERS = ",;\t"
CHUNK = 1 << 16
SAMPLE_ROWS = 30
# 500 cells of 8,000 characters; an open quote may swallow the rest of a file otherwise.
MOST_RECORD = 4_000_000
# A wrong guess decodes a little by chance; this many Chinese characters in proper UTF-8 are no chance.
UTF8_BEYOND_DOUBT = 10
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Programs write ="0123" so that Excel keeps a code as text; our own exports put ' before what looks
# like a formula. Both marks are taken off again.
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_DEFUSED = re.compile(r"'(?=[=+\-@\t\r])")


@dataclass(frozen=True)
class Dialect:
    """How a text file is written."""

    encoding: str
    delimiter: str


def open_csv(file: BinaryIO) -> tuple[Sheet, Dialect]:
    """The one sheet of a text file, read to its end once; TableRefused for what cannot be read whole."""
    dialect = Dialect(_encoding(file), ",")
    dialect = Dialect(dialect.encoding, _delimiter(file, dialect.encoding))
    survey = Survey()
    for number, cells in _rows(file, dialect):
        survey.last_row = number
        survey.filled_rows += 1
        survey.columns.update(index for index, value in enumerate(cells, 1) if value is not None)
        count, first = survey.widths.get(len(cells), (0, number))
        survey.widths[len(cells)] = (count + 1, first)
    return Sheet("", survey, lambda: _rows(file, dialect)), dialect


def _encoding(file: BinaryIO) -> str:
    """UTF-8 or UTF-16 by mark, else UTF-8 if the whole file is, else GB18030 if the whole file is."""
    file.seek(0)
    head = file.read(4)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            _decode(file, encoding)
            return encoding
    fault = _fault(file, "utf-8")
    if fault is None:
        return "utf-8"
    if fault.chinese >= UTF8_BEYOND_DOUBT:
        raise _wrong_encoding(fault.row)
    _decode(file, "gb18030")
    return "gb18030"


def _decode(file: BinaryIO, encoding: str) -> None:
    fault = _fault(file, encoding)
    if fault is not None:
        raise _wrong_encoding(fault.row)


@dataclass(frozen=True)
class _Fault:
    row: int
    chinese: int


def _fault(file: BinaryIO, encoding: str) -> _Fault | None:
    """Where the bytes stop being `encoding`, and how many characters above ASCII were read until then."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = chinese = 0
    while True:
        piece = file.read(CHUNK)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            good = error.object[: error.start].decode(encoding, "replace")
            return _Fault(lines + _lines(good) + 1, chinese + _above_ascii(good))
        if "\0" in text:
            raise _has_nul(lines + _lines(text[: text.index("\0")]) + 1)
        lines += _lines(text)
        chinese += _above_ascii(text)
        if not piece:
            return None


def _lines(text: str) -> int:
    return text.count("\n") or text.count("\r")


def _above_ascii(text: str) -> int:
    return 0 if text.isascii() else sum(1 for character in text if character > "\x7f")


def _wrong_encoding(row: int) -> TableRefused:
    problem = TableProblem(
        "files.wrong_encoding",
        Message(gettext_noop("这一行有读不出的字符，文件的文字编码混乱或不完整。")),
        Message(gettext_noop("请用 Excel 或 WPS 打开，另存为“CSV UTF-8”或 .xlsx 后上传。")),
        row=row,
    )
    return TableRefused(problem)


def _has_nul(row: int) -> TableRefused:
    problem = TableProblem(
        "files.nul_bytes",
        Message(gettext_noop("文件里有空字节，不是正常的文本表格，可能已损坏。")),
        Message(gettext_noop("请重新导出，或用 Excel 打开后另存为 .xlsx 再上传。")),
        row=row,
    )
    return TableRefused(problem)


def _delimiter(file: BinaryIO, encoding: str) -> str:
    """The delimiter that cuts the first rows into the most cells, alike in most rows."""
    scores = {mark: _score(file, Dialect(encoding, mark)) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: scores[mark])


def _score(file: BinaryIO, dialect: Dialect) -> int:
    widths: Counter[int] = Counter()
    try:
        for record in _records(file, dialect):
            if record:
                widths[len(record)] += 1
            if widths.total() >= SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # what stood before the fault speaks for or against the delimiter all the same
    widths.pop(1, None)
    return max((count * (width - 1) for width, count in widths.items()), default=0)


def _records(file: BinaryIO, dialect: Dialect) -> Iterator[list[str]]:
    """Records in order; csv.Error for quotes that do not match and for records without end."""
    file.seek(0)
    kept = io.BufferedReader(_Kept(file))
    lines = _Lines(io.TextIOWrapper(kept, encoding=dialect.encoding, newline=""))
    for record in csv.reader(lines, delimiter=dialect.delimiter, strict=True):
        lines.length = 0
        yield record


class _Lines:
    """The lines of a text; `length` counts the characters of the record they make up."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MOST_RECORD)
        self.length += len(line)
        if self.length >= MOST_RECORD:
            raise csv.Error("record too long")
        if not line:
            raise StopIteration
        return line


class _Kept(io.RawIOBase):
    """Reads from a file without closing it when the text wrapper is thrown away."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _rows(file: BinaryIO, dialect: Dialect) -> Iterator[RawRow]:
    """Rows with a value; the number counts records, as Excel does, not lines."""
    number = 0
    records = _records(file, dialect)
    while True:
        number += 1
        try:
            record = next(records, None)
        except csv.Error as error:
            raise _bad_quotes(number) from error
        if record is None:
            return
        cells: list[Value] = [_value(text) for text in record]
        if len(cells) > MOST_COLUMNS and any(cell is not None for cell in cells[MOST_COLUMNS:]):
            raise too_many_columns(len(cells))
        if any(cell is not None for cell in cells):
            if number > LAST_ROW:
                raise too_many_rows(number, LAST_ROW)
            yield number, cells


def _value(text: str) -> Value:
    if text[:2] == '="':
        found = _KEPT_AS_TEXT.fullmatch(text)
        text = found[1] if found else text
    elif text[:1] == "'":
        text = _DEFUSED.sub("", text, count=1)
    return text_value(text)


def _bad_quotes(row: int) -> TableRefused:
    problem = TableProblem(
        "files.bad_quotes",
        Message(gettext_noop("从这一行起引号不成对，或一行长得异常，分不清哪些是一格。")),
        Message(gettext_noop('请补上或删掉多余的英文引号（"），或另存为 .xlsx 后上传。')),
        row=row,
    )
    return TableRefused(problem)
