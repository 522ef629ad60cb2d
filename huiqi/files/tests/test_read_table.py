"""Reading good tables of every kind: values exact, rows numbered as Excel shows them."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from huiqi.files.tables.read import list_sheets, read_table
from huiqi.files.tables.sniff import Kind
from huiqi.files.tables.table import Choices, Hidden, RowKind
from huiqi.files.tables.values import Percent
from huiqi.files.tests.make import (
    FIRMS,
    HEADER,
    make_csv,
    make_raw_xlsx,
    make_sheet_rows,
    make_xlsx,
    text_cell,
)


def rows_of(file, **wishes):
    with read_table(file, **wishes) as table:
        return [(row.number, *row.values) for row in table.rows()]


def value_of(cell, **form):
    """The one value under a header in a workbook written by hand."""
    rows = rows_of(make_raw_xlsx(make_sheet_rows("名称", "数", cells=[text_cell("A2", "甲"), cell]), **form))
    return rows[0][2] if rows else None


def test_a_workbook_comes_back_as_it_was_written():
    with read_table(make_xlsx()) as table:
        assert table.kind is Kind.XLSX
        assert [header.text for header in table.headers] == HEADER
        assert table.filled_rows == 2
        assert [row.values for row in table.rows()] == [tuple(firm) for firm in FIRMS]
        assert [row.number for row in table.rows(after=2)] == [3]
        assert not table.notices


def test_a_path_is_read_like_a_file(tmp_path):
    path = tmp_path / "企业.txt"
    path.write_bytes(make_xlsx().getvalue())
    assert rows_of(path) == rows_of(make_xlsx())


def test_uploaded_and_stored_files_are_read_like_any_other(tmp_path):
    path = tmp_path / "firms"
    path.write_bytes(make_xlsx().getvalue())
    upload = TemporaryUploadedFile("企业.xlsx", "", 0, "")
    upload.write(path.read_bytes())
    with path.open("rb") as opened:
        for file in (SimpleUploadedFile("企业.xlsx", path.read_bytes()), upload, File(opened)):
            assert rows_of(file) == rows_of(path)
            assert not file.closed
    upload.close()


def test_numbers_are_what_a_person_sees():
    assert value_of('<c r="B2"><v>1.1000000000000001</v></c>') == Decimal("1.1")
    assert value_of('<c r="B2"><v>35</v></c>') == 35
    assert value_of('<c r="B2"><v>4.0000000000000001E+1</v></c>') == 40
    assert value_of('<c r="B2"><v>0.30000000000000004</v></c>') == Decimal("0.3")
    assert value_of('<c r="B2"><v>-1234567.89</v></c>') == Decimal("-1234567.89")
    assert value_of('<c r="B2"><v>123456789012345</v></c>') == 123456789012345


def test_a_long_number_survives_exactly_or_is_reported():
    assert value_of('<c r="B2"><v>914301007121234567</v></c>') == 914301007121234567
    assert value_of('<c r="B2"><v>9.1430100712123405E+17</v></c>').kind == "files.lost_digits"
    assert value_of('<c r="B2"><v>1.0E+17</v></c>').kind == "files.lost_digits"
    assert value_of('<c r="B2"><v>100000000000000000</v></c>').kind == "files.lost_digits"


@pytest.mark.parametrize(
    ("code", "number", "value"),
    [
        ("yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@", "43870", date(2020, 2, 9)),
        ("yyyy-mm-dd hh:mm:ss.000", "43870.5", datetime(2020, 2, 9, 12)),  # noqa: DTZ001
        ("h:mm AM/PM", "0.25", time(6)),
        ("m/d", "43870", date(2020, 2, 9)),
        ("[$-804]yyyy/m/d", "60", None),
        ("0.00%", "0.055", Percent("0.055")),
        ("000000", "430", "000430"),
        ("G/通用格式", "43870", 43870),
        ("#,##0.00_ ;[Red]-#,##0.00", "43870", 43870),
        ("[$¥-804]#,##0", "43870", 43870),
    ],
)
def test_number_formats_say_what_a_number_is(code, number, value):
    found = value_of(f'<c r="B2" s="2"><v>{number}</v></c>', number_format=code)
    if value is None:
        assert found.kind == "files.no_such_day"
    else:
        assert (type(found), found) == (type(value), value)


def test_dates_follow_the_date_system_of_the_workbook():
    assert value_of('<c r="B2" s="1"><v>43831</v></c>') == date(2020, 1, 1)
    assert value_of('<c r="B2" s="1"><v>42369</v></c>', date1904=True) == date(2020, 1, 1)
    assert value_of('<c r="B2" s="1"><v>1</v></c>') == date(1900, 1, 1)
    assert value_of('<c r="B2" s="1"><v>61</v></c>') == date(1900, 3, 1)
    assert value_of('<c r="B2" t="d"><v>2020-02-09</v></c>') == date(2020, 2, 9)


def test_texts_keep_what_was_typed_without_reading_aids():
    aided = "<r><t>长</t></r><rPh><t>cháng</t></rPh><r><t>沙 𬍛_x000D_</t></r>"
    assert value_of(f'<c r="B2" t="inlineStr"><is>{aided}</is></c>') == "长沙 𬍛\r"
    assert value_of('<c r="B2" t="b"><v>1</v></c>') is True
    assert value_of('<c r="B2" t="str"><f>A2</f><v>１２３</v></c>') == "１２３"


def test_shared_texts_are_looked_up():
    texts = "<si><t>名称</t></si><si><r><t>甲</t></r><rPh><t>jiǎ</t></rPh><r><t>公司_x000A_</t></r></si><si/>"
    sheet = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>'
    sheet += '<row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" t="s"/></row>'
    assert rows_of(make_raw_xlsx(sheet, texts=texts)) == [(2, "甲公司\n")]


def test_prefixed_and_unnumbered_cells_are_understood():
    sheet = "<row><c t='inlineStr'><is><t>名称</t></is></c></row><row/><row><c><v>7</v></c></row>"
    assert rows_of(make_raw_xlsx(sheet)) == [(3, 7)]


def test_the_header_is_found_below_titles():
    rows = [
        ["湖南省重点企业情况表"],
        ["填报单位：某县工信局", None, "单位：万元"],
        [None],
        ["企业\n名称 ", "*统一社会信用代码", "营业收入(万元)"],
        ["甲公司", "91430100MA4L16JQ9B", 35],
    ]
    with read_table(make_xlsx(rows, change=lambda book: book.active.merge_cells("A1:C1"))) as table:
        assert [header.text for header in table.headers] == [
            "企业名称",
            "统一社会信用代码",
            "营业收入（万元）",
        ]
        assert table.preamble == ("湖南省重点企业情况表", "填报单位：某县工信局", "单位：万元")
        row = next(table.rows())
        cell = row.cell("营业收入（万元）")
        assert (cell.value, cell.row, cell.column, cell.sheet) == (35, 5, 3, "企业")


def test_the_caller_may_say_where_the_header_is():
    rows = [["说明甲", "说明乙", "说明丙"], HEADER, *FIRMS]
    assert [row[0] for row in rows_of(make_xlsx(rows), header_row=2)] == [3, 4]
    known = Choices(known_headers=("企业名称", "从业人数"))
    assert [row[0] for row in rows_of(make_xlsx(rows), choices=known)] == [3, 4]


def test_a_header_of_two_rows_names_group_and_column():
    rows = [
        ["企业名称", "联系方式", None, "备注"],
        [None, "电话", "地址", None],
        ["甲公司", "0731", "长沙", "无"],
    ]

    def merge(book):
        for span in ("A1:A2", "B1:C1", "D1:D2"):
            book.active.merge_cells(span)

    with read_table(make_xlsx(rows, change=merge)) as table:
        texts = [header.text for header in table.headers]
        assert texts == ["企业名称", "联系方式·电话", "联系方式·地址", "备注"]
        assert [row.number for row in table.rows()] == [3]


def test_totals_notes_and_repeated_headers_are_told_from_data():
    rows = [HEADER, *FIRMS, HEADER, ["合　计", None, 43], ["填表人：张三"]]
    with read_table(make_xlsx(rows)) as table:
        kinds = [row.kind for row in table.rows()]
    assert kinds == [RowKind.DATA, RowKind.DATA, RowKind.HEADER, RowKind.TOTAL, RowKind.NOTE]


def test_blank_rows_are_left_out_and_numbers_stay():
    assert [row[0] for row in rows_of(make_xlsx([HEADER, FIRMS[0], [None], [" "], FIRMS[1]]))] == [2, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_text_files_are_read_in_every_encoding_delimiter_and_line_end(encoding, delimiter, line_end):
    lines = [["企业名称", "联系人", "人数"], ["甲,乙;丙\t公司", "𬍛某", "35"], [], ["丁公司", "李", "8"]]
    text = line_end.join(delimiter.join(f'"{cell}"' for cell in line) for line in lines) + line_end
    assert rows_of(make_csv(text, encoding)) == [
        (2, "甲,乙;丙\t公司", "𬍛某", "35"),
        (4, "丁公司", "李", "8"),
    ]


def test_a_record_over_several_lines_is_one_row_as_in_excel():
    assert rows_of(make_csv('名称,地址\n甲,"长沙\n岳麓"\n乙,株洲\n')) == [
        (2, "甲", "长沙\n岳麓"),
        (3, "乙", "株洲"),
    ]


def test_marks_that_keep_codes_as_text_are_taken_off():
    rows = rows_of(make_csv('名称,代码\n\'=甲,="0731"\n\'乙,"\'-5"\n'))
    assert rows == [(2, "=甲", "0731"), (3, "'乙", "-5")]


def test_hidden_rows_and_columns_are_read_only_when_somebody_says_so():
    def hide(book):
        book.active.row_dimensions[2].hidden = True
        book.active.column_dimensions["C"].hidden = True

    with read_table(make_xlsx(change=hide), choices=Choices(hidden=Hidden.READ)) as table:
        assert [row.values for row in table.rows()] == [tuple(firm) for firm in FIRMS]
        assert [notice.message for notice in table.notices] == ["第2行被隐藏了。", "C列被隐藏了。"]
    with read_table(make_xlsx(change=hide), choices=Choices(hidden=Hidden.SKIP)) as table:
        assert [row.values for row in table.rows()] == [("乙公司", "91430200MA4L17KR8C")]


def test_merged_cells_may_be_filled():
    rows = [["县区", "企业"], ["浏阳", "甲"], [None, "乙"], ["宁乡", "丙"]]
    file = make_xlsx(rows, change=lambda book: book.active.merge_cells("A2:A3"))
    assert rows_of(file, choices=Choices(fill_merged=True)) == [
        (2, "浏阳", "甲"),
        (3, "浏阳", "乙"),
        (4, "宁乡", "丙"),
    ]


def test_sheets_are_listed_with_what_is_hidden_and_empty():
    def more(book):
        book.create_sheet("空")
        book.create_sheet("选项").sheet_state = "hidden"
        book["选项"].append(["大型"])

    names = [(one.name, one.is_hidden, one.is_empty) for one in list_sheets(make_xlsx(change=more))]
    assert names == [("企业", False, False), ("空", False, True), ("选项", True, False)]


def test_headers_may_be_years_and_months():
    rows = [["标题"], ["企业名称", "县区", "2019年", "2020年1月", "备注"], ["甲公司", "浏阳", 3, 4, "无"]]
    with read_table(make_xlsx(rows)) as table:
        assert table.header.top == 2


def test_the_line_that_numbers_columns_is_told_from_data():
    rows = [["名称", "人数", "收入", "税费"], ["甲", 1, 2, 3], ["乙", 1, 2, 3]]
    with read_table(make_xlsx(rows)) as table:
        assert [row.kind for row in table.rows()] == [RowKind.HEADER, RowKind.DATA]
