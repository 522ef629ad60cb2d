"""Reading a table of firms (CSV) for the size class: every fault named with row, column and remedy. Pure.

Columns gb_code, employees, revenue_wan, assets_wan; blanks allowed; other columns are carried along.
UTF-8 with or without byte order mark, and GB18030, as spreadsheets write them.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from huiqi.core.dates import readable
from huiqi.reference.size_class import FEN_PER_WAN, Figures

COLUMNS = ("gb_code", "employees", "revenue_wan", "assets_wan")
RESULT = "size_class"
LABELS = {"gb_code": "行业代码", "employees": "从业人员", "revenue_wan": "营业收入", "assets_wan": "资产总额"}
_SIGNATURES = {
    b"PK\x03\x04": "这是 Excel 工作簿（.xlsx），不是 CSV",
    b"\xd0\xcf\x11\xe0": "这是旧版 Excel 工作簿（.xls），不是 CSV",
    b"\xff\xfe": "文件是 UTF-16 编码",
    b"\xfe\xff": "文件是 UTF-16 编码",
    b"%PDF": "这是 PDF 文件，不是 CSV",
}
_SAVE_AS = "请在表格软件中另存为“CSV UTF-8（逗号分隔）”后再试"
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<number>[0-9]{1,18}(?:\.[0-9]{1,20})?(?:e\+?[0-9]{1,2})?)", re.IGNORECASE
)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_LARGEST = Decimal(10) ** 15


@dataclass(frozen=True)
class Fault:
    """What is wrong: `row` as the spreadsheet numbers it (heading = 1; 0 = the file), `column`, and a reason
    with its remedy."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        place = f"第{self.row}行" if self.row else ""
        place += f"“{self.column}”列" if self.column else ""
        return f"{place}：{self.reason}" if place else self.reason


class TableError(Exception):
    """The file as a whole cannot be read as the table asked for."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class Firm:
    """One sound row: its cells as given (without an old result column) and the figures read from them."""

    cells: list[str]
    figures: Figures


# A lookup from a code without section letter to (section, representative four-digit class or None).
CodeLookup = Callable[[str], tuple[str, str | None] | None]


class SizeTable:
    """A table of firms: `heading` for the output, and `rows` of Firm or Fault in the file's order.

    Raises TableError for a file that is empty, not text, or lacks a column.
    """

    def __init__(self, content: bytes, lookup: CodeLookup) -> None:
        self._lookup = lookup
        self._reader = csv.reader(io.StringIO(_decoded(content), newline=""), strict=True)
        heading = self._next_heading()
        self._width = len(heading)
        self._drop = heading.index(RESULT) if RESULT in heading else None
        self._place = {name: _column(heading, name) for name in COLUMNS}
        self.heading = [*self._without_old_result(heading), RESULT]

    def _next_heading(self) -> list[str]:
        try:
            heading = [cell.strip().lower() for cell in next(self._reader)]
        except StopIteration:
            raise TableError(Fault(0, "", f"文件是空的。第一行应为列名：{','.join(COLUMNS)}。")) from None
        except csv.Error:
            raise TableError(Fault(1, "", f"列名一行读不出来。{_SAVE_AS}。")) from None
        repeated = next((name for name in heading if name and heading.count(name) > 1), None)
        if repeated:
            raise TableError(Fault(1, readable(repeated), "列名重复，请只保留一列。"))
        return heading

    def _without_old_result(self, cells: list[str]) -> list[str]:
        return cells if self._drop is None else cells[: self._drop] + cells[self._drop + 1 :]

    def rows(self) -> Iterator[Firm | Fault]:
        """Every row below the heading; blank lines are passed over."""
        while True:
            number = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Fault(number, "", f"从这一行起读不出来（{_csv_reason(error)}）。请检查引号和逗号。")
                continue
            if any(cell.strip() for cell in cells):
                yield self._row(cells, number)

    def _row(self, cells: list[str], number: int) -> Firm | Fault:
        if len(cells) != self._width:
            how = "多" if len(cells) > self._width else "少"
            reason = f"有{len(cells)}格，比列名（{self._width}列）{how}。请检查逗号，含逗号的内容要加引号。"
            return Fault(number, "", reason)
        if any("\x00" in cell for cell in cells):
            return Fault(number, "", f"含有不可见的空字符，文件可能已损坏。{_SAVE_AS}。")
        read: dict[str, str | int | None] = {}
        for name in COLUMNS:
            try:
                read[name] = self._cell(name, cells[self._place[name]])
            except ValueError as error:
                return Fault(number, name, str(error))
        return Firm(self._without_old_result(cells), _figures(read))

    def _cell(self, name: str, text: str) -> str | int | None:
        plain = unicodedata.normalize("NFKC", text).strip()
        if not plain:
            return None
        if name == "gb_code":
            return read_code(plain, self._lookup)
        return read_people(plain) if name == "employees" else read_wan(plain, LABELS[name])


def _figures(read: dict[str, str | int | None]) -> Figures:
    code, people, revenue, assets = (read[name] for name in COLUMNS)
    return Figures(
        code if isinstance(code, str) else None,
        people if isinstance(people, int) else None,
        revenue if isinstance(revenue, int) else None,
        assets if isinstance(assets, int) else None,
    )


def _decoded(content: bytes) -> str:
    for signature, what in _SIGNATURES.items():
        if content.startswith(signature):
            raise TableError(Fault(0, "", f"{what}。{_SAVE_AS}。"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError(Fault(0, "", f"文件既不是 UTF-8 也不是 GB18030 编码的文字。{_SAVE_AS}。"))


def _column(heading: list[str], name: str) -> int:
    if name in heading:
        return heading.index(name)
    found = readable("、".join(cell for cell in heading if cell) or "（空行）", 80)
    raise TableError(
        Fault(1, name, f"缺少这一列（{LABELS[name]}）。第一行须有列名 {','.join(COLUMNS)}；现有：{found}。")
    )


def _csv_reason(error: csv.Error) -> str:
    return "单格内容过长" if "limit" in str(error) else "引号没有成对"


# --- single cells: ValueError says what is wrong and how to mend it -------------------------------


def read_code(text: str, lookup: CodeLookup) -> str | None:
    """The four-digit class for a code with or without section letter; None where a branch is mixed.

    A branch code (C34) stands for its classes when they all belong to one group of the standard.
    """
    code = text.upper()
    letter, digits = (code[0], code[1:]) if code[:1].isalpha() else ("", code)
    if not re.fullmatch(r"[A-Z]?[0-9]{0,4}", code) or not code.isascii():
        raise ValueError(f"“{readable(text)}”不是行业代码。请填四位代码，可带门类字母，如 C3411 或 3411。")
    if not letter and len(digits) == 3:
        raise ValueError(
            f"“{text}”只有三位。若是表格软件去掉了开头的0，请补成“0{text}”；请填四位代码，如 0111。"
        )
    found = lookup(digits or letter)
    if found is None:
        raise ValueError(f"国民经济行业分类（GB/T 4754-2017）中没有“{text}”。请核对代码，如 3411。")
    section, representative = found
    if letter and letter != section:
        raise ValueError(
            f"门类字母与代码不符：{digits}属于{section}类。请改为“{section}{digits}”或去掉字母。"
        )
    return representative


def read_people(text: str) -> int:
    """A number of people: a whole number not below 0; 300, 1,000 and 300.0 are understood, 1e3 is not."""
    number = _number(text, "从业人员", "35")
    if number != number.to_integral_value() or "e" in text.lower():
        raise ValueError(f"从业人员应为整数，如 35；您填的是“{readable(text)}”。")
    return int(number)


def read_wan(text: str, label: str) -> int:
    """Whole fen of an amount in 万元. Parts of a fen are cut off: no bound lies between two fen."""
    wan = _number(text, label, "128.5（单位万元）")
    return int((wan * FEN_PER_WAN).to_integral_value(ROUND_FLOOR))


def _number(text: str, label: str, example: str) -> Decimal:
    plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    match = _NUMBER.fullmatch(plain)
    if match is None:
        raise ValueError(f"{label}应为数字，如 {example}；您填的是“{readable(text)}”。不知道请留空。")
    number = Decimal(match["number"])
    if match["sign"] == "-" and number:
        raise ValueError(f"{label}不能为负数；您填的是“{readable(text)}”。不知道请留空。")
    if number > _LARGEST:
        raise ValueError(f"{label}“{readable(text)}”大得不合情理。请核对单位。")
    return number
