"""Streams tables to .xlsx (ECMA-376 part 1, 18): a row is XML text written straight into the zip.

100,000 rows of 12 columns with text formats took openpyxl's write-only mode 16.6 CPU s and 38 MB, this
module 3.7 and 27 MB (benchmarks/tables.py).
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, BinaryIO
from xml.sax.saxutils import escape

from huiqi.files.sheets import (
    Column,
    Kind,
    Plain,
    Row,
    clean_text,
    column_widths,
    is_dangerous,
    plain_value,
    sampled,
)
from huiqi.files.tables.problems import column_letter
from huiqi.files.tables.values import LONGEST_CELL, SIGNIFICANT_DIGITS
from huiqi.files.tables.xlsx import LAST_ROW

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_WRITE = 200
HEADER_ROW = 2  # the watermark stands in row 1
CUT_OFF = "……（过长，已截断）"
# A text may happen to look like the way control characters are written (22.9.2.19).
_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
# What Excel refuses in the name of a sheet.
_NOT_IN_NAMES = re.compile(r"[:\\/?*\[\]]")
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Indices of cellXfs below.
_HEADER, _TEXT, _QUOTED, _DATE, _MOMENT, _NUMBER, _MONEY, _PERCENT, _WATERMARK, _WRAPPED = range(1, 11)
_STYLES = (
    f"{_DECLARED}<styleSheet {_MAIN}>"
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="3"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font>'
    '<font><i/><sz val="10"/><color rgb="FF666666"/><name val="宋体"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF7"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="11"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="center" wrapText="1"/></xf>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="2" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_STYLE_OF = {Kind.PERCENT: _PERCENT, Kind.YUAN: _MONEY, Kind.WAN: _NUMBER}


@dataclass(frozen=True)
class SheetToWrite:
    """One sheet. `note` stands in the first row, the headings in the second.

    `choices` gives a drop-down to columns (counted from 0): the range that lists what may be chosen, such as
    `listed_at("代码表", 0, 8)`. `is_form`: people go on typing into the columns, so that empty cells below
    the headings are text too, wrapped, and codes and telephone numbers stay whole.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    note: str = ""
    choices: Mapping[int, str] = field(default_factory=dict)
    is_form: bool = False


def listed_at(title: str, column: int, count: int) -> str:
    """The range of the first `count` values of a column (counted from 0) of the sheet called `title`."""
    letter = column_letter(column + 1)
    quoted = sheet_name(title).replace("'", "''")
    return f"'{quoted}'!${letter}${HEADER_ROW + 1}:${letter}${HEADER_ROW + max(count, 1)}"


def sheet_name(title: str) -> str:
    """The name a sheet gets: what Excel allows of `title`, with room for a number behind."""
    return _NOT_IN_NAMES.sub("·", clean_text(title))[:25] or "数据"


def write_xlsx(
    target: BinaryIO | IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    watermark: str,
    title: str = "数据",
) -> int:
    """Write the table and return the number of rows; what Excel cannot hold in one sheet goes on in another.

    `watermark` stands in the first row, in the printed footer and in the file's properties.
    """
    return write_workbook(target, [SheetToWrite(title, columns, rows, watermark)], watermark=watermark)


def write_workbook(target: BinaryIO | IO[bytes], sheets: Iterable[SheetToWrite], *, watermark: str) -> int:
    """Write a workbook of several sheets with names of their own and return the number of rows."""
    written = 0
    names: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for sheet in sheets:
            written += _write_whole(archive, sheet, watermark, names)
        _write_rest(archive, names, watermark)
    return written


def _write_whole(archive: zipfile.ZipFile, sheet: SheetToWrite, watermark: str, names: list[str]) -> int:
    """A sheet, and as many more as its rows need; adds their names."""
    sample, rows = sampled(sheet.rows)
    widths = column_widths(sheet.columns, sample)
    title = sheet_name(sheet.title)
    written, part_number, is_full = 0, 0, True
    while is_full:
        part_number += 1
        names.append(title if part_number == 1 else f"{title}{part_number}")
        with archive.open(f"xl/worksheets/sheet{len(names)}.xml", "w", force_zip64=True) as part:
            count, is_full = _write_sheet(part, sheet, rows, (widths, watermark))
        written += count
    return written


def _write_sheet(
    part: IO[bytes], sheet: SheetToWrite, rows: Iterator[Row], look: tuple[list[int], str]
) -> tuple[int, bool]:
    """Rows written, and whether the sheet is full."""
    widths, watermark = look
    columns = sheet.columns
    part.write(_sheet_start(sheet, widths).encode())
    letters = [column_letter(index) for index in range(1, len(columns) + 1)]
    number = HEADER_ROW
    lines: list[str] = []
    is_full = False
    for row in rows:
        number += 1
        lines.append(_row_xml(number, row, columns, letters))
        if len(lines) == ROWS_A_WRITE:
            part.write("".join(lines).encode())
            lines.clear()
        if number == LAST_ROW:
            is_full = True
            break
    lines.append(f"</sheetData>{_drop_downs(sheet, number)}{_footer(watermark)}</worksheet>")
    part.write("".join(lines).encode())
    return number - HEADER_ROW, is_full


def _sheet_start(sheet: SheetToWrite, widths: list[int]) -> str:
    cols = "".join(
        f'<col min="{index}" max="{index}" width="{width}"{_column_style(sheet, column)} customWidth="1"/>'
        for index, (width, column) in enumerate(zip(widths, sheet.columns, strict=True), 1)
    )
    headers = "".join(
        _text_cell(f"{column_letter(index)}{HEADER_ROW}", column.header, _HEADER)
        for index, column in enumerate(sheet.columns, 1)
    )
    return (
        f'{_DECLARED}<worksheet {_MAIN}><sheetViews><sheetView workbookViewId="0">'
        f'<pane ySplit="{HEADER_ROW}" topLeftCell="A{HEADER_ROW + 1}" activePane="bottomLeft" '
        'state="frozen"/>'
        f"</sheetView></sheetViews><cols>{cols}</cols><sheetData>"
        f'<row r="1">{_text_cell("A1", sheet.note, _WATERMARK)}</row><row r="{HEADER_ROW}">{headers}</row>'
    )


def _column_style(sheet: SheetToWrite, column: Column) -> str:
    if not sheet.is_form:
        return ""
    return f' style="{_DATE if column.kind is Kind.DATE else _WRAPPED}"'


def _drop_downs(sheet: SheetToWrite, last_row: int) -> str:
    """Data validation (18.3.1.32); what is typed otherwise is refused by Excel."""
    if not sheet.choices or last_row <= HEADER_ROW:
        return ""
    lists = "".join(
        '<dataValidation type="list" allowBlank="1" showErrorMessage="1" '
        f'sqref="{letter}{HEADER_ROW + 1}:{letter}{last_row}"><formula1>{escape(listed)}</formula1>'
        "</dataValidation>"
        for letter, listed in ((column_letter(at + 1), listed) for at, listed in sheet.choices.items())
    )
    return f'<dataValidations count="{len(sheet.choices)}">{lists}</dataValidations>'


def _footer(watermark: str) -> str:
    text = escape(clean_text(watermark).replace("&", "&&")[:200])
    return f"<headerFooter><oddFooter>&amp;L{text}&amp;R&amp;P/&amp;N</oddFooter></headerFooter>"


def _row_xml(number: int, row: Row, columns: Sequence[Column], letters: list[str]) -> str:
    cells = [
        _cell_xml(f"{letter}{number}", plain_value(value, column.kind), column.kind)
        for value, column, letter in zip(row, columns, letters, strict=True)
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell_xml(place: str, value: Plain, kind: Kind) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _text_cell(place, value, _QUOTED if is_dangerous(value) else _TEXT)
    if isinstance(value, date):
        return _date_cell(place, value)
    digits = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if len(digits.strip("-0.").replace(".", "")) > SIGNIFICANT_DIGITS:
        return _text_cell(place, digits, _TEXT)  # as a number it would lose its last digits
    return f'<c r="{place}" s="{_STYLE_OF.get(kind, _NUMBER)}"><v>{digits}</v></c>'


def _date_cell(place: str, value: date) -> str:
    """Dates before 1 March 1900 are written out: Excel's calendar is wrong there."""
    if value.year < 1901:
        return _text_cell(place, value.isoformat()[:16], _TEXT)
    days = value.toordinal() - date(1899, 12, 30).toordinal()
    if isinstance(value, datetime):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return f'<c r="{place}" s="{_MOMENT}"><v>{days + seconds / 86_400!r}</v></c>'
    return f'<c r="{place}" s="{_DATE}"><v>{days}</v></c>'


def _text_cell(place: str, text: str, style: int) -> str:
    text = clean_text(text).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST_CELL:
        text = text[: LONGEST_CELL - len(CUT_OFF)] + CUT_OFF
    written = _LIKE_AN_ESCAPE.sub("_x005F_", escape(text))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


def _write_rest(archive: zipfile.ZipFile, titles: Sequence[str], watermark: str) -> None:
    for name, content in _parts(titles, watermark):
        archive.writestr(name, _DECLARED + content if not content.startswith("<?xml") else content)


def _parts(titles: Sequence[str], watermark: str) -> Iterator[tuple[str, str]]:
    sheets = len(titles)
    numbers = range(1, sheets + 1)
    names = [escape(title, {'"': "&quot;"}) for title in titles]
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, names, strict=True)
    )
    targets = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        for number in numbers
    )
    relations = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>{overrides}'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
    )
    yield (
        "_rels/.rels",
        f'{relations}<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>',
    )
    yield (
        "docProps/core.xml",
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>惠企</dc:creator>'
        f"<dc:description>{escape(clean_text(watermark))}</dc:description></cp:coreProperties>",
    )
    yield (
        "xl/workbook.xml",
        f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{listed}</sheets></workbook>",
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{relations}{targets}<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/styles" '
        'Target="styles.xml"/></Relationships>',
    )
    yield "xl/styles.xml", _STYLES
