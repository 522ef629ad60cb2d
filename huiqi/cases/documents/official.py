"""The layout of official documents (GB/T 9704-2012) as a Word file. Pure: text in, bytes out.

A4, top margin 37 mm, binding margin 28 mm, type area 156 × 225 mm; body size 3 (16 pt) in 仿宋, 22 lines of
28 characters a page; title size 2 (22 pt) 小标宋 centred; headings 黑体 and 楷体; page number size 4 (14 pt)
宋体 between dashes at the outer corner. The faces are proprietary: they are named, never shipped, and a
reader without them gets the nearest one. No number and no seal: those are the office's own OA's.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY, TITLE, FIRST, SECOND, PAGE = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
SIZE_2, SIZE_3, SIZE_4 = Pt(22), Pt(16), Pt(14)
# 225 mm for 22 lines.
LINE = Pt(29)
PAGE_SIZE, AREA = (Mm(210), Mm(297)), (Mm(156), Mm(225))
TOP, BINDING = Mm(37), Mm(28)
NUMBER_TO_COME = "待OA编号"


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (黑体) or 2 (楷体)."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Grid:
    """A table: a line of headers, lines of cells."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A picture as wide as the type area, and what it shows for who cannot see it."""

    png: bytes
    said: str


Block = str | Heading | Grid | Picture


@dataclass(frozen=True)
class Paper:
    """One document. `number`: where the OA's number will stand, "" for none; `to`: the addressee."""

    title: str
    blocks: Sequence[Block]
    issuer: str
    dated: str
    to: str = ""
    number: str = ""
    note: str = ""
    # Above the title at the left, such as 内部参考.
    mark: str = ""


def write_docx(paper: Paper) -> bytes:
    """The document as .docx; the same paper gives the same bytes."""
    document = Document()
    _lay_out(document)
    if paper.mark:
        _line(document, paper.mark, face=FIRST)
    if paper.number:
        _line(document, paper.number, align=WD_ALIGN_PARAGRAPH.CENTER)
        _line(document, "")
    _line(document, paper.title, face=TITLE, size=SIZE_2, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, "")
    if paper.to:
        _line(document, f"{paper.to}：")
    for block in paper.blocks:
        _block(document, block)
    _line(document, "")
    _signature(document, paper)
    if paper.note:
        _line(document, f"（{paper.note}）", indent=True)
    core = document.core_properties
    core.author, core.title = paper.issuer, paper.title
    core.created = core.modified = datetime(2020, 1, 1, tzinfo=UTC)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _lay_out(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = PAGE_SIZE
    section.top_margin, section.left_margin = TOP, BINDING
    section.right_margin = PAGE_SIZE[0] - BINDING - AREA[0]
    section.bottom_margin = PAGE_SIZE[1] - TOP - AREA[1]
    section.footer_distance = Mm(28)
    _grid(section)
    style = document.styles["Normal"]
    style.font.size = SIZE_3
    _face(style.element.get_or_add_rPr(), BODY)
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def _grid(section: Any) -> None:
    """22 lines of 28 characters: the document grid, in twentieths of a point."""
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(round(AREA[1].pt / 22 * 20)))
    # How much wider than the face a character is, in 4096ths of a point.
    grid.set(qn("w:charSpace"), str(round((AREA[0].pt / 28 - SIZE_3.pt) * 4096)))


def _face(properties: Any, name: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for which in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(which), name)


def _line(  # noqa: PLR0913  what a line looks like
    document: Any,
    text: str,
    *,
    face: str = BODY,
    size: Any = SIZE_3,
    align: Any = None,
    indent: bool = False,
) -> Any:
    paragraph = document.add_paragraph()
    _space(paragraph)
    paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = 2 * SIZE_3
    run = paragraph.add_run(text)
    run.font.size = size
    _face(run._element.get_or_add_rPr(), face)
    return paragraph


def _space(paragraph: Any) -> None:
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Heading):
        _line(document, block.text, face=FIRST if block.level == 1 else SECOND, indent=True)
    elif isinstance(block, Grid):
        _table(document, block)
    elif isinstance(block, Picture):
        _picture(document, block)
    else:
        for text in block.splitlines():
            if text.strip():
                _line(document, text.strip(), indent=True)


def _picture(document: Any, block: Picture) -> None:
    paragraph = document.add_paragraph()
    shape = paragraph.add_run().add_picture(io.BytesIO(block.png), width=AREA[0])
    shape._inline.docPr.set("descr", block.said)


def _table(document: Any, grid: Grid) -> None:
    table = document.add_table(rows=0, cols=len(grid.headers), style="Table Grid")
    for place, row in enumerate((grid.headers, *grid.rows)):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            run = cell.paragraphs[0].add_run(text)
            run.font.size = Pt(12)
            _face(run._element.get_or_add_rPr(), BODY if place else FIRST)


def _signature(document: Any, paper: Paper) -> None:
    """Issuer and date at the right, four characters from the edge."""
    for text in (paper.issuer, paper.dated):
        paragraph = _line(document, text, align=WD_ALIGN_PARAGRAPH.RIGHT)
        paragraph.paragraph_format.right_indent = 4 * SIZE_3


def _page_number(footer: Any, align: Any) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = align
    for text in ("— ", *_PAGE_FIELD, " —"):
        run = paragraph.add_run(text if isinstance(text, str) else "")
        run.font.size = SIZE_4
        _face(run._element.get_or_add_rPr(), PAGE)
        if not isinstance(text, str):
            run._element.append(_element(*text))


# A field of three runs: begin, instruction, end.
_PAGE_FIELD = (("w:fldChar", "begin"), ("w:instrText", "PAGE"), ("w:fldChar", "end"))


def _element(tag: str, said: str) -> Any:
    element = OxmlElement(tag)
    if tag == "w:fldChar":
        element.set(qn("w:fldCharType"), said)
    else:
        element.text = said
    return element
