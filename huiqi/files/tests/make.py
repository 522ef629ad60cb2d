"""Small real workbooks and text tables for tests; nothing binary lies in the repository."""

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import openpyxl

HEADER = ["企业名称", "统一社会信用代码", "从业人数"]
FIRMS = [["甲公司", "91430100MA4L16JQ9B", 35], ["乙公司", "91430200MA4L17KR8C", 8]]

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_SHEET_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_TYPES = (
    f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_MAIN}"/></Types>'
)
_PACKAGE_RELS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BOOK_RELS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_REL}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId3" Type="{_REL}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
)
_BOOK = (
    f'<workbook {_MAIN} xmlns:r="{_REL}"><workbookPr date1904="%(date1904)d"/>'
    '<sheets><sheet name="企业" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_STYLES = (
    f'<styleSheet {_MAIN}><numFmts count="1"><numFmt numFmtId="176" formatCode="%(format)s"/></numFmts>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/></cellXfs></styleSheet>'
)


def make_xlsx(
    rows: Iterable[Iterable[Any]] = (HEADER, *FIRMS),
    *,
    title: str = "企业",
    change: Callable[[openpyxl.Workbook], object] | None = None,
) -> io.BytesIO:
    """A workbook as openpyxl writes it; `change` may do anything to it before it is saved."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def make_raw_xlsx(
    sheet_data: str,
    *,
    after: str = "",
    number_format: str = "0.00%",
    date1904: bool = False,
    texts: str = "",
) -> io.BytesIO:
    """A workbook whose sheet is written by hand: style 1 is a date, style 2 has `number_format`; `texts` are
    the `si` elements that cells of type s point to."""
    sheet = f"<worksheet {_MAIN}><sheetData>{sheet_data}</sheetData>{after}</worksheet>"
    return make_zip(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _PACKAGE_RELS,
            "xl/workbook.xml": _BOOK % {"date1904": date1904},
            "xl/_rels/workbook.xml.rels": _BOOK_RELS,
            "xl/sharedStrings.xml": f"<sst {_MAIN}>{texts}</sst>",
            "xl/styles.xml": _STYLES % {"format": number_format},
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def make_zip(parts: dict[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """A zip file with these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


def changed_zip(file: io.BytesIO, changes: dict[str, str | bytes | None]) -> io.BytesIO:
    """A copy with parts replaced, added, or left out (None)."""
    with zipfile.ZipFile(file) as archive:
        parts: dict[str, Any] = {name: archive.read(name) for name in archive.namelist()}
    parts.update(changes)
    return make_zip({name: content for name, content in parts.items() if content is not None})


def text_cell(place: str, text: str) -> str:
    """An inline text cell as XML."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def make_sheet_rows(*columns: str, cells: Iterable[str]) -> str:
    """Row 1 with header texts in A, B …, and row 2 with the given cell elements."""
    header = "".join(text_cell(f"{chr(65 + index)}1", text) for index, text in enumerate(columns))
    return f'<row r="1">{header}</row><row r="2">{"".join(cells)}</row>'


def make_csv(text: str, encoding: str = "utf-8") -> io.BytesIO:
    """A text file."""
    return io.BytesIO(text.encode(encoding))
