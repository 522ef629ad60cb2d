"""Rows of an .xlsx sheet, streamed by expat: formulas, hidden parts and exact number texts included. Pure.

Neither openpyxl nor calamine tells all of this when streaming. 100,000 rows of 12 columns took openpyxl
(read-only) 14.7 CPU s and 46 MB, calamine 1.0 and 134 MB, read_table with its survey 8.5 and 28 MB
(benchmarks/tables.py). One parser for survey and rows means that both see the same sheet.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO
from xml.parsers import expat

from huiqi.core.messages import gettext_noop
from huiqi.files.tables.container import Container, feed, new_parser
from huiqi.files.tables.problems import TableRefused, damaged, refuse
from huiqi.files.tables.sheet import RawRow, Sheet, SheetName, Span, Survey
from huiqi.files.tables.values import (
    LONGEST_CELL,
    Shape,
    Value,
    error_cell,
    not_a_number,
    shaped,
    text_value,
    uncalculated,
)
from huiqi.files.tables.workbook import TRUE, SheetPart, Workbook, open_workbook, unescaped, whole

# Excel's specification: 1,048,576 rows by 16,384 columns. No office's list needs 500 columns.
LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
MOST_COLUMNS = 500
MOST_MERGED = 100_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T00:00(?::00(?:\.0+)?)?Z?)?")


class XlsxFile:
    """An opened .xlsx whose sheets can be listed and surveyed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.workbook: Workbook = open_workbook(Container(file))

    def sheet_names(self) -> list[SheetName]:
        """Every sheet in the workbook's order."""
        container = Container(self._file)
        return [
            SheetName(part.name, part.is_hidden, not _has_values(container, part))
            for part in self.workbook.sheets
        ]

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name, read to its end once, so that damage is found now and not half-way."""
        part = next(part for part in self.workbook.sheets if part.name == name)
        surveyor = _Surveyor()
        for _ in feed(surveyor.parser, Container(self._file).chunks(part.path), sheet=part.name):
            pass
        return Sheet(name, surveyor.survey, lambda: self._rows(part), self.workbook.is_1904)

    def _rows(self, part: SheetPart) -> Iterator[RawRow]:
        reader = _RowReader(self.workbook)
        for _ in feed(reader.parser, Container(self._file).chunks(part.path), sheet=part.name):
            yield from reader.done
            reader.done.clear()


def _has_values(container: Container, part: SheetPart) -> bool:
    surveyor = _Surveyor()
    for _ in feed(surveyor.parser, container.chunks(part.path), sheet=part.name):
        if surveyor.survey.filled_rows:
            return True
    return False


class _Names:
    """Element names as this document writes them: some programs put a prefix before each."""

    def __init__(self, root: str) -> None:
        prefix = root.removesuffix("worksheet")
        if root == prefix:
            raise damaged()
        self.row, self.c, self.v, self.f = (prefix + name for name in ("row", "c", "v", "f"))
        self.t, self.inline, self.aid = (prefix + name for name in ("t", "is", "rPh"))
        self.col, self.merge = prefix + "col", prefix + "mergeCell"


class _Places:
    """Keeps count of rows and columns: the references are optional and must only grow."""

    def __init__(self) -> None:
        self.row = 0
        self.column = 0

    def enter_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        number = whole(given) if given else self.row + 1
        if number <= self.row:
            raise damaged(number)
        if number > LAST_ROW:
            raise too_many_rows(number, LAST_ROW)
        self.row, self.column = number, 0

    def enter_cell(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        column = self.column + 1
        if given:
            row, column = _place(given)
            if row != self.row or column <= self.column:
                raise damaged(self.row)
        if column > LAST_COLUMN:
            raise damaged(self.row)
        self.column = column


def _place(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = _COLUMNS.get(letters)
    if column is None:
        found = _REFERENCE.fullmatch(reference)
        if not found:
            raise damaged()
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        _COLUMNS[letters] = column
    digits = reference[len(letters) :]
    if not digits:
        raise damaged()
    return int(digits), column


_COLUMNS: dict[str, int] = {}


class _Surveyor:
    """Finds in one pass what a person should know before rows are read."""

    def __init__(self) -> None:
        self.survey = Survey()
        self._places = _Places()
        self._names: _Names | None = None
        self.parser: expat.XMLParserType = new_parser()
        self.parser.StartElementHandler = self._root

    def _root(self, name: str, _attributes: dict[str, str]) -> None:
        self._names = _Names(name)
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        names, places = self._names, self._places
        assert names is not None
        if name == names.c:
            places.enter_cell(attributes)
        elif name in (names.v, names.inline):
            self._filled()
        elif name == names.f:
            count, first = self.survey.formulas.get(places.column, (0, places.row))
            self.survey.formulas[places.column] = (count + 1, first)
            self._filled()
        else:
            self._structure(name, attributes, names)

    def _filled(self) -> None:
        survey, places = self.survey, self._places
        survey.columns.add(places.column)
        if survey.last_row != places.row:
            survey.last_row = places.row
            survey.filled_rows += 1

    def _structure(self, name: str, attributes: dict[str, str], names: _Names) -> None:
        if name == names.row:
            self._places.enter_row(attributes)
            if attributes.get("hidden") in TRUE or attributes.get("ht") == "0":
                self.survey.hidden_rows.append(self._places.row)
        elif name == names.col:
            self._column(attributes)
        elif name == names.merge:
            if len(self.survey.merged) == MOST_MERGED:
                raise damaged()
            self.survey.merged.append(_span(attributes.get("ref", "")))

    def _column(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in TRUE or attributes.get("width") == "0":
            first, last = whole(attributes.get("min", "")), whole(attributes.get("max", ""))
            self.survey.hidden_columns.update(range(max(first, 1), min(last, LAST_COLUMN) + 1))


def _span(reference: str) -> Span:
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = _place(first), _place(last or first)
    return Span(top, left, bottom, right)


def too_many_rows(count: int, most: int) -> TableRefused:
    """The refusal of more rows than may be read at once."""
    return refuse(
        "too_many_rows",
        gettext_noop("表格有%(count)s行，最多能读%(most)s行。"),
        gettext_noop("请分成几个文件，每个文件保留同样的表头，分别上传。"),
        count=f"{count:,}",
        most=f"{most:,}",
    )


class _RowReader:
    """Builds rows; `done` collects what the last piece of the sheet completed."""

    def __init__(self, workbook: Workbook) -> None:
        self.done: list[RawRow] = []
        self._workbook = workbook
        self._places = _Places()
        self._cells: list[Value] = []
        self._has_value = False
        self._begin_cell({})
        self._wanted = False
        self._aids = 0
        self._names: _Names | None = None
        self.parser: expat.XMLParserType = new_parser()
        self.parser.StartElementHandler = self._root

    def _root(self, name: str, _attributes: dict[str, str]) -> None:
        self._names = _Names(name)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._text: list[str] = []
        self._length = 0
        self._has_v = self._has_formula = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        names = self._names
        assert names is not None
        if name == names.c:
            self._places.enter_cell(attributes)
            self._begin_cell(attributes)
        elif name == names.v:
            self._wanted = self._has_v = True
        elif name == names.row:
            self._places.enter_row(attributes)
            self._cells = []
            self._has_value = False
        elif name == names.f:
            self._has_formula = True
        elif name == names.t:
            self._wanted = not self._aids
        elif name == names.aid:
            self._aids += 1

    def _characters(self, text: str) -> None:
        if self._wanted and self._length <= LONGEST_CELL:  # what is too long is told, not kept
            self._length += len(text)
            self._text.append(text)

    def _end(self, name: str) -> None:
        names = self._names
        assert names is not None
        self._wanted = False
        if name == names.c:
            self._end_cell()
        elif name == names.row:
            if self._has_value:
                self.done.append((self._places.row, self._cells))
        elif name == names.aid:
            self._aids -= 1

    def _end_cell(self) -> None:
        value = self._value()
        if value is None:
            return
        column = self._places.column
        if column > MOST_COLUMNS:
            raise too_many_columns(column)
        self._has_value = True
        missing = column - len(self._cells) - 1
        if missing:
            self._cells.extend([None] * missing)
        self._cells.append(value)

    def _value(self) -> Value:
        text = "".join(self._text)
        kind = self._kind
        # Programs that cannot calculate write an empty <v/>; only a formula that gives a text may be empty.
        if self._has_formula and not text and (kind != "str" or not self._has_v):
            return uncalculated()
        if kind == "s":
            return self._shared(text) if text else None
        if kind in ("inlineStr", "str"):
            return text_value(unescaped(text))
        if not text:
            return None
        if kind == "n":
            return self._number(text)
        return _other_value(kind, text)

    def _shared(self, text: str) -> Value:
        index = whole(text.strip())
        texts = self._workbook.texts
        if index >= len(texts):
            raise damaged(self._places.row)
        return text_value(texts[index])

    def _number(self, text: str) -> Value:
        shapes = self._workbook.shapes
        index = whole(self._style) if self._style else 0
        shape, digits = shapes[index] if index < len(shapes) else (Shape.PLAIN, 0)
        return shaped(text, shape, digits, is_1904=self._workbook.is_1904)


def _other_value(kind: str, text: str) -> Value:
    """Booleans, errors and ISO dates."""
    if kind == "b":
        return text.strip() in TRUE
    if kind == "e":
        return error_cell(text)
    found = _ISO_DAY.fullmatch(text.strip()) if kind == "d" else None
    if found:
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            return not_a_number()
    return text_value(text) if kind == "d" else not_a_number()


def too_many_columns(column: int) -> TableRefused:
    """The refusal of tables far wider than any list."""
    return refuse(
        "too_many_columns",
        gettext_noop("表格在第%(column)s列还有内容，最多能读%(most)s列。"),
        gettext_noop("请删除右边多余的列后重新上传。"),
        column=f"{column:,}",
        most=f"{MOST_COLUMNS:,}",
    )
