"""Whatever bytes come: a refusal in words or rows to the end, never another exception."""

import io
import math
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from huiqi.files.tables.cells import (
    as_amount_fen,
    as_date,
    as_ratio,
    as_text,
    as_whole_number,
    as_yes_no,
)
from huiqi.files.tables.problems import TableRefused, WrongCell
from huiqi.files.tables.read import list_sheets, read_table
from huiqi.files.tables.table import Cell, Choices, Hidden
from huiqi.files.tables.values import exact_number, shape_of_format, shaped
from huiqi.files.tests.make import FIRMS, HEADER, make_raw_xlsx, make_xlsx, make_zip


def _furnish(book):
    sheet = book.active
    sheet.merge_cells("A3:A4")
    sheet["D3"] = "=1+1"
    sheet.row_dimensions[3].hidden = True


WORKBOOK = make_xlsx([["标题"], HEADER, *FIRMS, ["合计", None, 43]], change=_furnish).getvalue()
SHARED = make_raw_xlsx(
    '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c>'
    '<c r="B2" s="1"><v>43870</v></c></row>',
    texts="<si><t>名称</t></si><si><r><t>甲</t></r><rPh><t>jiǎ</t></rPh></si>",
).getvalue()


def _parts(workbook):
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


BOOKS = [_parts(WORKBOOK), _parts(SHARED)]
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = ['名称,地址\n甲,"长沙\n市"\n'.encode("gb18030"), "名称;地址\r甲;长沙\r".encode()]
WORDS = (
    "row,c,v,f,s,t,r,is,1,0,-1,99999999999,A1,D3,XFE1,n,e,b,d,str,inlineStr,9.9E+999,,NaN,2020-13-45,"
    "hidden,ref,sheetData"
)
READ_ALL = Choices(hidden=Hidden.READ, fill_merged=True)


def read_or_refuse(content):
    """Reads everything; returns the rows or the code of the refusal."""
    file = io.BytesIO(content)
    try:
        list_sheets(file)
        with read_table(file, choices=READ_ALL) as table:
            rows = list(table.rows())
    except TableRefused as refusal:
        assert refusal.code.startswith("files.") and refusal.message
        return refusal.code
    for row in rows:
        for header in table.headers:
            read_cell(row.cell(header.text))
    assert all(str(notice) for notice in table.notices)
    return rows


def read_cell(cell):
    for reader in (as_text, as_whole_number, as_date, as_ratio, as_yes_no):
        try:
            reader(cell)
        except WrongCell as wrong:
            assert str(wrong.problem)
    try:
        as_amount_fen(cell, "万元")
    except WrongCell as wrong:
        assert str(wrong.problem)


@st.composite
def mutated(draw, whole):
    """A copy with some bytes changed, dropped or doubled."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(content) - 1, 0)))
        length = draw(st.integers(0, 8))
        content[place : place + length] = draw(st.binary(max_size=12))
    return bytes(content[: draw(st.sampled_from([len(content), len(content) // 2]))])


@given(st.sampled_from([WORKBOOK, SHARED]).flatmap(mutated))
def test_a_workbook_with_changed_bytes_is_read_or_refused(content):
    read_or_refuse(content)


@given(st.data())
def test_a_workbook_with_changed_parts_is_read_or_refused(data):
    parts = data.draw(st.sampled_from(BOOKS))
    name = data.draw(st.sampled_from(sorted(parts)))
    read_or_refuse(make_zip({**parts, name: data.draw(mutated(parts[name]))}).getvalue())


@given(st.data())
def test_a_sheet_with_swapped_words_is_read_or_refused(data):
    """Changes that keep the XML well-formed reach deeper than changed bytes."""
    words = WORDS.split(",")
    parts = data.draw(st.sampled_from(BOOKS))
    sheet = parts[SHEET].decode()
    for _ in range(data.draw(st.integers(1, 4))):
        old, new = data.draw(st.sampled_from(words)), data.draw(st.sampled_from(words))
        mark = data.draw(st.sampled_from(['"%s"', ">%s<", ' %s="', "<%s ", "%s"]))
        sheet = sheet.replace(mark % old, mark % new, data.draw(st.integers(1, 3))) if mark % old else sheet
    read_or_refuse(make_zip({**parts, SHEET: sheet}).getvalue())


@given(st.sampled_from(TEXTS).flatmap(mutated))
def test_a_text_file_with_changed_bytes_is_read_or_refused(content):
    read_or_refuse(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    read_or_refuse(content)


@given(
    st.one_of(st.text(max_size=60), st.integers(), st.decimals(), st.dates(), st.datetimes(), st.booleans())
)
def test_any_value_of_a_cell_is_read_or_refused(value):
    read_cell(Cell(value, "增长率（%）", "企业", 1, 1))


@given(st.text("0123456789.eE+-_ ", max_size=30), st.text(max_size=20), st.booleans())
def test_any_number_under_any_format_has_a_value(text, code, is_1904):
    shape, digits = shape_of_format(176, code)
    assert shaped(text, shape, digits, is_1904=is_1904) is not None


@given(
    st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False, min_value=-1e14, max_value=1e14)
)
def test_a_double_is_read_to_fifteen_digits(number):
    assert math.isclose(float(exact_number(repr(number))), number, rel_tol=1e-14)


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_every_whole_number_excel_can_show_is_exact(number):
    assert exact_number(str(number)) == number == exact_number(f"{number:.16E}")
