"""Exports: harmless in any spreadsheet, exact, and readable again by our own reader."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.files import xlsx_writer
from huiqi.files.downloads import csv_response, xlsx_response
from huiqi.files.sheets import (
    GB18030,
    UTF8,
    Column,
    Kind,
    clean_text,
    column_widths,
    csv_pieces,
    is_dangerous,
    watermark_text,
)
from huiqi.files.tables.read import read_table
from huiqi.files.xlsx_writer import SheetToWrite, listed_at, write_workbook, write_xlsx

COLUMNS = [
    Column("企业名称"),
    Column("行业代码", Kind.CODE),
    Column("从业人数", Kind.NUMBER),
    Column("营业收入（元）", Kind.YUAN),
    Column("税费（万元）", Kind.WAN),
    Column("增长率", Kind.PERCENT),
    Column("成立日期", Kind.DATE),
]
FIRM = ["甲公司", "0111", -5, -12_345_678, 128_000_000, Decimal("0.055"), date(2020, 2, 9)]
MARK = "水印：张三（长沙县）于2020年2月9日导出，用途：走访，共1行"


def workbook(rows, columns=COLUMNS):
    file = io.BytesIO()
    write_xlsx(file, columns, rows, watermark=MARK)
    file.seek(0)
    return file


def text_of(rows, columns=COLUMNS, encoding=UTF8):
    return b"".join(csv_pieces(columns, rows, watermark=MARK, encoding=encoding)).decode(encoding)


def test_a_workbook_opens_with_watermark_header_and_exact_values():
    book = openpyxl.load_workbook(workbook([FIRM]))
    sheet = book.active
    assert sheet["A1"].value == MARK and sheet.freeze_panes == "A3" and book.properties.description == MARK
    assert MARK in sheet.oddFooter.left.text
    assert [cell.value for cell in sheet[2]] == [column.header for column in COLUMNS]
    assert [cell.value for cell in sheet[3]] == [
        "甲公司",
        "0111",
        -5,
        -123456.78,
        128,
        0.055,
        datetime(2020, 2, 9),  # noqa: DTZ001
    ]
    assert [sheet["B3"].number_format, sheet["F3"].number_format] == ["@", "0.00%"]


def test_our_own_reader_finds_the_header_below_the_watermark():
    with read_table(workbook([FIRM])) as table:
        assert table.preamble == (MARK,)
        [row] = table.rows()
        assert row.values == (
            "甲公司",
            "0111",
            -5,
            Decimal("-123456.78"),
            128,
            Decimal("0.055"),
            date(2020, 2, 9),
        )
    one_column = [Column("企业名称")]
    for file in (workbook([["甲"]], one_column), io.BytesIO(text_of([["甲"]], one_column).encode())):
        with read_table(file) as table:
            assert [row.values for row in table.rows()] == [("甲",)]


@pytest.mark.parametrize(
    "text", ["=1+1", "+86 731", "-1+1", "@SUM(A1)", "\t=1", "\n=1", "＝1+1", '=HYPERLINK("x")']
)
def test_what_looks_like_a_formula_becomes_harmless_text(text):
    sheet = openpyxl.load_workbook(workbook([[text]], [Column("名称")])).active
    assert (sheet["A3"].data_type, sheet["A3"].value, sheet["A3"].quotePrefix) == ("s", text, True)
    [*_rest, cells] = csv.reader(io.StringIO(text_of([[text]], [Column("名称")]), newline=""))
    assert cells == [f"'{text}"]


@pytest.mark.parametrize("text", ["-5", "-1234.50", "+3", "0111", "-5%", "甲=乙"])
def test_numbers_and_codes_are_left_as_they_are(text):
    assert not is_dangerous(text)
    assert text_of([[text]], [Column("数")]).splitlines()[-1] == text
    sheet = openpyxl.load_workbook(workbook([[text]], [Column("数", Kind.CODE)])).active
    assert (sheet["A3"].value, sheet["A3"].quotePrefix) == (text, False)


def test_headers_and_watermarks_are_defused_too():
    rows = list(
        csv.reader(io.StringIO(b"".join(csv_pieces([Column("=x")], [], watermark="=y")).decode("utf-8-sig")))
    )
    assert rows == [["'=y"], ["'=x"]]


def test_text_files_carry_money_dates_and_truths_as_people_read_them():
    assert text_of([FIRM]).splitlines()[-1] == "甲公司,0111,-5,-123456.78,128,0.055,2020-02-09"
    assert text_of([[True, None]], [Column("甲"), Column("乙")]).splitlines()[-1] == "是,"


@pytest.mark.parametrize("encoding", [UTF8, GB18030])
def test_han_of_every_plane_survives_both_encodings(encoding):
    raw = b"".join(csv_pieces([Column("姓名")], [["𬍛𠮷㐂"]], watermark=MARK, encoding=encoding))
    assert raw.startswith(b"\xef\xbb\xbf") == (encoding == UTF8)
    with read_table(io.BytesIO(raw)) as table:
        assert [row.values for row in table.rows()] == [("𬍛𠮷㐂",)]


def test_an_unknown_encoding_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="latin-1"):
        list(csv_pieces(COLUMNS, [], watermark=MARK, encoding="latin-1"))


def test_many_rows_come_in_pieces_with_one_mark():
    pieces = list(csv_pieces([Column("数", Kind.NUMBER)], ([n] for n in range(1200)), watermark=MARK))
    assert len(pieces) == 3
    assert b"".join(pieces).count(b"\xef\xbb\xbf") == 1


def test_rows_beyond_one_sheet_go_on_in_another(monkeypatch):
    monkeypatch.setattr(xlsx_writer, "LAST_ROW", 4)
    book = openpyxl.load_workbook(workbook([[str(n)] for n in range(5)], [Column("数")]))
    assert [[cell.value for cell in sheet["A"]][2:] for sheet in book] == [["0", "1"], ["2", "3"], ["4"]]
    assert book.sheetnames == ["数据", "数据2", "数据3"]


def test_a_number_too_long_for_excel_is_written_as_text():
    sheet = openpyxl.load_workbook(
        workbook([[914301007121234567], [1.5]], [Column("码", Kind.NUMBER)])
    ).active
    assert [sheet["A3"].value, sheet["A4"].value] == ["914301007121234567", "1.5"]


def test_over_long_text_is_cut_visibly():
    sheet = openpyxl.load_workbook(workbook([["长" * 40_000]], [Column("文")])).active
    assert len(sheet["A3"].value) == 32_767 and sheet["A3"].value.endswith("已截断）")


def test_moments_are_written_in_the_sites_time():
    at = datetime(2020, 2, 9, 4, 30, tzinfo=UTC)
    sheet = openpyxl.load_workbook(workbook([[at, at]], [Column("时", Kind.DATE), Column("文")])).active
    assert sheet["A3"].value == datetime(2020, 2, 9, 12, 30)  # noqa: DTZ001
    assert sheet["B3"].value == "2020-02-09 12:30"
    assert text_of([[at]], [Column("时", Kind.DATE)]).splitlines()[-1] == "2020-02-09 12:30"
    said = watermark_text(who="张三", unit="长沙县工信局", at=at, purpose="走访", rows=1234)
    assert said == "水印：张三（长沙县工信局）于2020年2月9日12:30导出，用途：走访，共1,234行"


def test_columns_are_as_wide_as_chinese_needs_within_limits():
    assert column_widths(
        [Column("名"), Column("名"), Column("名")], [["中华人民共和国", "a", "长" * 99]]
    ) == [16, 8, 60]


@pytest.mark.django_db
def test_downloads_carry_chinese_names_and_are_not_kept():
    for response in (
        csv_response("企业/名单", COLUMNS, [FIRM], watermark=MARK),
        xlsx_response("企业/名单", COLUMNS, [FIRM], watermark=MARK),
    ):
        disposition = response["Content-Disposition"]
        assert disposition.startswith("attachment; filename*=utf-8''%E5%90%8D%E5%8D%95.")
        assert (response["Cache-Control"], response["X-Content-Type-Options"]) == (
            "private, no-store",
            "nosniff",
        )
        assert b"".join(response.streaming_content)
        response.close()


def test_a_failing_export_leaves_no_file_open():
    with pytest.raises(ZeroDivisionError):
        xlsx_response("名单", [Column("数")], ([1 // n] for n in [1, 0]), watermark=MARK)


@given(
    st.lists(st.one_of(st.text(max_size=40), st.sampled_from(["_x000D_", "_x_x0041_", "a\r\nb"])), max_size=8)
)
def test_any_text_comes_back_as_it_was_written(texts):
    """But for characters spreadsheets cannot hold and the kind of line break."""
    columns = [Column("号", Kind.CODE), Column("文")]
    rows = [[str(number), text] for number, text in enumerate(texts)]
    expected = [clean_text(text).replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    if texts:
        with read_table(workbook(rows, columns), header_row=2) as table:
            assert [row.values[1] for row in table.rows()] == [
                text if text.strip() else None for text in expected
            ]
    for line in csv.reader(io.StringIO(text_of(rows, columns), newline="")):
        assert not any(is_dangerous(cell) for cell in line)


def test_a_workbook_of_forms_has_sheets_with_drop_downs_and_columns_of_text():
    file = io.BytesIO()
    codes = SheetToWrite("代码/表", [Column("主题")], [["复工"], ["税费"]], "不要改动")
    form = SheetToWrite(
        "登记", COLUMNS[:2], [["甲", ""], ["=1+1", ""]], MARK, {1: listed_at("代码/表", 0, 2)}, is_form=True
    )
    assert write_workbook(file, [form, codes], watermark=MARK) == 4
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["登记", "代码·表"]
    [choice] = book["登记"].data_validations.dataValidation
    assert (choice.type, str(choice.sqref), choice.formula1) == ("list", "B3:B4", "'代码·表'!$A$3:$A$4")
    assert book["登记"]["A4"].value == "=1+1" and book["登记"]["A4"].quotePrefix
    assert not book["代码·表"].data_validations.dataValidation
    with read_table(file, sheet="登记") as table:
        assert [row.number for row in table.rows()] == [3, 4]
