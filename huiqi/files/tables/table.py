"""A table as an importer sees it: headers, then rows with their real numbers. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self

from huiqi.core.messages import Message, gettext_noop
from huiqi.files.tables.headers import Header, HeaderRows, header_text
from huiqi.files.tables.problems import NO_REMEDY, TableProblem, TableRefused, damaged
from huiqi.files.tables.sheet import Sheet, Span
from huiqi.files.tables.sniff import Kind
from huiqi.files.tables.values import Value, broken
from huiqi.files.tables.xlsx import MOST_COLUMNS

_TOTAL = re.compile("(本页|本表|全部|全县|全市|全省|以上)?(合计|总计|小计|共计|累计|总合计)")
_NOTE = re.compile("(注|备注|说明|填表|制表|填报|审核|审批|单位负责|负责人|联系人)[^:：]{0,8}[:：]")
_NOTE_WIDTH = 4
_COLUMN_MARKS = frozenset({"栏次", "序号", "列次", "—", "甲", "乙", "丙", "丁", "戊"})


class Hidden(Enum):
    """What to do with hidden rows and columns: nothing is read or dropped before a person has said."""

    ASK = "ask"
    READ = "read"
    SKIP = "skip"


class RowKind(Enum):
    """What a row is. Only DATA is for importing; the others are there so that a report can name them."""

    DATA = "data"
    TOTAL = "total"
    NOTE = "note"
    HEADER = "header"


@dataclass(frozen=True)
class Choices:
    """What a person decided about a file; a remembered mapping may keep it."""

    hidden: Hidden = Hidden.ASK
    fill_merged: bool = False
    known_headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A value with its place; the readers in huiqi.files.tables.cells take it."""

    value: Value
    header: str
    sheet: str
    row: int
    column: int
    is_1904: bool = False

    def problem(self, kind: str, said: Message, advice: Message = NO_REMEDY) -> TableProblem:
        """A problem located at this cell; an importer uses it for its own rules too."""
        return TableProblem(kind, said, advice, self.sheet, self.row, self.column)


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `values` stand in the order of `table.headers`, `problems` concern the row as a whole.

    A row with problems must not be imported: what stands in which column is in doubt.
    """

    table: "Table" = field(repr=False)
    number: int
    kind: RowKind
    values: tuple[Value, ...]
    problems: tuple[TableProblem, ...] = ()

    def cell(self, header: str) -> Cell:
        """The cell under a header text as `table.headers` gives it; KeyError when there is none."""
        index = self.table.index[header]
        table = self.table
        column = table.headers[index].column
        return Cell(self.values[index], header, table.sheet, self.number, column, table.is_1904)


@dataclass
class Table:
    """An opened table that can be read to its end: what would stop it was refused on opening.

    `notices` are remarks for the person, known before the first row. `questions` must be answered with
    Choices before `rows()` reads anything. `preamble` holds the texts above the header (title, 填报单位,
    单位：万元), `filled_rows` the number of rows below the header that have a value.
    """

    kind: Kind
    source: Sheet
    header: HeaderRows
    choices: Choices
    preamble: tuple[str, ...] = ()
    notices: tuple[TableProblem, ...] = ()
    questions: tuple[TableProblem, ...] = ()
    filled_rows: int = 0
    encoding: str = ""
    delimiter: str = ""
    _closing: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.headers: tuple[Header, ...] = self.header.headers
        self.index = {header.text: index for index, header in enumerate(self.headers)}
        self.sheet = self.source.name
        self.is_1904 = self.source.is_1904

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened for reading; a file object handed in stays open."""
        self._closing.close()

    def rows(self, *, after: int = 0) -> Iterator[Row]:
        """The rows below the header with a number above `after`, in order; blank rows are left out.

        Raises TableRefused (`files.hidden_parts`) while `questions` are open.
        """
        if self.questions:
            raise TableRefused(self.questions[0])
        merges = _Merges(self.source.survey.merged, self.header.bottom, fill=self.choices.fill_merged)
        left_out = set(self.source.survey.hidden_rows) if self.choices.hidden is Hidden.SKIP else set()
        places = [header.column - 1 for header in self.headers]
        for number, cells in self.source.rows():
            if number <= self.header.bottom:
                continue
            merges.apply(number, cells)
            if number > after and number not in left_out:
                yield self._row(number, cells, places)

    def _row(self, number: int, cells: list[Value], places: list[int]) -> Row:
        width = len(cells)
        values = tuple(cells[place] if place < width else None for place in places)
        problems: tuple[TableProblem, ...] = ()
        if self.kind is Kind.CSV and width > len(places) and any(_is_filled(cells[len(places) :])):
            problems = (self._too_wide(number, width),)
        return Row(self, number, self._kind_of(number, cells, values), values, problems)

    def _kind_of(self, number: int, cells: list[Value], values: tuple[Value, ...]) -> RowKind:
        first = next((cell for cell in cells if cell is not None), None)
        if number == self.header.bottom + 1 and _numbers_columns(cells):
            return RowKind.HEADER
        if not isinstance(first, str):
            return RowKind.DATA
        start = re.sub(r"\s", "", unicodedata.normalize("NFKC", first[:40]))
        if _TOTAL.fullmatch(start.strip(":")):
            return RowKind.TOTAL
        if _NOTE.match(start) and sum(cell is not None for cell in cells) <= _NOTE_WIDTH:
            return RowKind.NOTE
        if header_text(first) == self.headers[0].text and self._repeats_header(values):
            return RowKind.HEADER
        return RowKind.DATA

    def _repeats_header(self, values: tuple[Value, ...]) -> bool:
        same = sum(
            isinstance(value, str) and header_text(value) == header.text
            for value, header in zip(values, self.headers, strict=True)
        )
        return same * 2 > len(self.headers)

    def _too_wide(self, number: int, width: int) -> TableProblem:
        return TableProblem(
            "files.ragged_row",
            Message(
                gettext_noop("这一行有%(width)s格，表头只有%(headers)s格，分不清哪一格对应哪一列。"),
                {"width": width, "headers": len(self.headers)},
            ),
            Message(gettext_noop("格内有逗号时请用英文引号括起来，或另存为 .xlsx 后上传。")),
            self.sheet,
            number,
        )


def _numbers_columns(cells: Sequence[Value]) -> bool:
    """The line 栏次 1 2 3 or 甲 乙 1 2 under the header of a statistical form."""
    given = [str(cell).strip() for cell in cells if cell is not None]
    numbers = [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 4]
    rest = [text for text in given if not text.isdigit()]
    if len(given) < 3 or len(numbers) < 2 or any(text not in _COLUMN_MARKS for text in rest):
        return False
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= len(given)


def _is_filled(cells: Sequence[Value]) -> Iterator[bool]:
    return (cell is not None for cell in cells)


class _Merges:
    """Fills or marks the cells that a merged cell covers; rows come in order."""

    def __init__(self, spans: Sequence[Span], header_bottom: int, *, fill: bool) -> None:
        self._waiting = sorted(
            (span for span in spans if span.top > header_bottom), key=lambda span: -span.top
        )
        self._active: list[tuple[Span, Value]] = []
        self._fill = fill

    def apply(self, number: int, cells: list[Value]) -> None:
        """Change `cells` of row `number` in place."""
        if not self._waiting and not self._active:
            return
        while self._waiting and self._waiting[-1].top <= number:
            span = self._waiting.pop()
            own = cells[span.left - 1] if span.top == number and span.left <= len(cells) else None
            self._active.append((span, own))
        self._active = [(span, own) for span, own in self._active if span.bottom >= number]
        if len(self._active) > MOST_COLUMNS:  # merged cells may not overlap
            raise damaged(number)
        for span, own in self._active:
            self._cover(number, cells, span, own)

    def _cover(self, number: int, cells: list[Value], span: Span, own: Value) -> None:
        last = min(span.right, max(len(cells), span.left))
        cells.extend([None] * (last - len(cells)))
        for column in range(span.left, last + 1):
            if (number, column) != (span.top, span.left):
                cells[column - 1] = own if self._fill else _covered(span)


def _covered(span: Span) -> Value:
    return broken(
        "merged_cell",
        gettext_noop("这一格在合并单元格里，只有第%(top)s行的那一格有内容。"),
        gettext_noop("请取消合并并把每一格填上，或在上传时选择“按合并的内容填充”。"),
        top=span.top,
    )
