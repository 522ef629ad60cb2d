"""Every horror of spreadsheets gets one located message; a file is refused on opening or read whole."""

import io
import zipfile

import openpyxl
import pytest

from huiqi.files.tables import container, csv_text, read, workbook, xlsx
from huiqi.files.tables.problems import TableRefused
from huiqi.files.tables.read import list_sheets, read_table
from huiqi.files.tests.make import (
    FIRMS,
    HEADER,
    changed_zip,
    make_csv,
    make_raw_xlsx,
    make_sheet_rows,
    make_xlsx,
    make_zip,
    text_cell,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def refusal(file, **wishes):
    with pytest.raises(TableRefused) as caught:
        read_table(file, **wishes)
    problem = caught.value.problem
    assert problem.message.endswith("。") and "%" not in problem.message
    return caught.value


def notices(file, **wishes):
    with read_table(file, **wishes) as table:
        list(table.rows())
        return {notice.kind: str(notice) for notice in table.notices}


def ole(*names):
    return io.BytesIO(OLE + b"".join(name.encode("utf-16le") + bytes(8) for name in names))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "files.empty_file"),
        (b"\xef\xbb\xbf\r\n \n", "files.empty_file"),
        (b"%PDF-1.4 ...", "files.not_a_table_pdf"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "files.not_a_table_image"),
        (b"Rar!\x1a\x07\x00xxxx", "files.not_a_table_archive"),
        (b"\n<html><table><tr><td>x", "files.not_a_table_html"),
        (b'<?xml version="1.0"?><Workbook>', "files.not_a_table_xml"),
        (b"PK\x03\x04 torn off", "files.damaged"),
        (OLE, "files.not_a_table_unknown"),
    ],
)
def test_what_is_no_table_is_named(content, code):
    assert refusal(io.BytesIO(content)).code == code


def test_office_files_that_are_no_plain_workbooks_are_named():
    assert refusal(ole("WordDocument")).code == "files.not_a_table_word"
    assert refusal(ole("EncryptionInfo", "EncryptedPackage")).code == "files.encrypted"
    assert refusal(ole("Workbook", "_VBA_PROJECT_CUR")).code == "files.macros"
    assert refusal(ole("Workbook")).code == "files.damaged"
    assert refusal(make_zip({"word/document.xml": "<x/>"})).code == "files.not_a_table_word"
    assert refusal(make_zip({"xl/workbook.bin": "x"})).code == "files.not_a_table_xlsb"
    assert refusal(make_zip({"a.txt": "x"})).code == "files.not_a_table_archive"


def test_macros_are_refused():
    assert refusal(changed_zip(make_xlsx(), {"xl/vbaProject.bin": b"x"})).code == "files.macros"
    assert refusal(changed_zip(make_xlsx(), {"xl/macrosheets/sheet1.xml": b"<x/>"})).code == "files.macros"


def test_a_truncated_workbook_is_refused_wherever_it_breaks_off():
    whole = make_xlsx([HEADER, *([FIRMS[0]] * 300)]).getvalue()
    for length in range(30, len(whole) - 1, 97):
        assert refusal(io.BytesIO(whole[:length])).code == "files.damaged"


def test_bombs_are_refused_before_they_are_unpacked(monkeypatch):
    big = b" " * 11_000_000
    assert refusal(changed_zip(make_xlsx(), {"xl/worksheets/sheet1.xml": big})).code == "files.zip_bomb"
    assert refusal(changed_zip(make_xlsx(), {"xl/media/image1.png": big})).code == "files.zip_bomb"
    monkeypatch.setattr(container, "MOST_BYTES", 1000)
    assert refusal(make_xlsx()).code == "files.zip_bomb"
    monkeypatch.undo()
    monkeypatch.setattr(container, "MOST_ENTRIES", 3)
    assert refusal(make_xlsx()).code == "files.zip_bomb"


def test_a_part_larger_than_it_declares_is_damaged():
    raw = bytearray(make_xlsx().getvalue())
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    start = raw.rindex(b"xl/worksheets/sheet1.xml") - 46
    assert raw[start : start + 4] == b"PK\x01\x02"
    raw[start + 24 : start + 28] = (size - 40).to_bytes(4, "little")
    assert refusal(io.BytesIO(bytes(raw))).code == "files.damaged"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_document_types_and_entities_are_refused(part):
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    assert refusal(changed_zip(make_xlsx(), {part: bomb})).code == "files.doctype"


def test_tables_without_rows_are_refused():
    assert refusal(make_xlsx([])).code == "files.empty_sheet"
    assert refusal(make_xlsx([["", " "]])).code == "files.empty_sheet"
    found = refusal(make_xlsx([["标题"], HEADER]), header_row=2)
    assert (found.code, found.problem.row) == ("files.header_only", 2)
    assert refusal(make_csv("名称,代码\n")).code == "files.header_only"
    assert refusal(make_xlsx([[1, 2], [3, 4]])).code == "files.no_header"
    assert refusal(make_xlsx(), header_row=30).code == "files.no_header"


def test_the_sheet_is_asked_for_when_several_have_content():
    file = make_xlsx(change=lambda book: book.create_sheet("二月").append(["名称"]))
    found = refusal(file)
    assert (found.code, found.choices) == ("files.which_sheet", ("企业", "二月"))
    assert "企业、二月" in found.message
    assert refusal(file, sheet="三月").code == "files.which_sheet"
    with read_table(file, sheet="企业") as table:
        assert table.filled_rows == 2


def test_hidden_sheets_are_named_and_not_read():
    def more(book):
        book.create_sheet("底稿").append(["名称"])
        book["底稿"].sheet_state = "veryHidden"

    assert "底稿" in notices(make_xlsx(change=more))["files.hidden_sheet"]

    def swap(book):
        more(book)
        book["底稿"].sheet_state = "visible"
        book.active = 1
        book["企业"].sheet_state = "hidden"
        book["底稿"].delete_rows(1)

    assert refusal(make_xlsx(change=swap)).code == "files.only_hidden_sheets"


def test_hidden_rows_and_columns_stop_the_reading_until_somebody_decides():
    def hide(book):
        for row in (2, 3):
            book.active.row_dimensions[row].hidden = True

    with read_table(make_xlsx(change=hide)) as table:
        with pytest.raises(TableRefused) as caught:
            next(table.rows())
        assert caught.value.code == "files.hidden_parts"
        assert "第2—3行被隐藏了" in caught.value.message and "取消隐藏" in caught.value.message


def test_hidden_cells_beside_the_table_disturb_nobody():
    def hide(book):
        book.active.row_dimensions[900].hidden = True
        book.active.column_dimensions["Z"].hidden = True

    assert notices(make_xlsx(change=hide)) == {}


def test_merged_cells_in_the_rows_are_located_and_never_read_as_blank():
    rows = [["县区", "企业"], ["浏阳", "甲"], [None, "乙"]]
    with read_table(make_xlsx(rows, change=lambda book: book.active.merge_cells("A2:A3"))) as table:
        [notice] = table.notices
        assert (notice.kind, notice.row, notice.column) == ("files.merged", 2, 1)
        assert "A2:A3" in notice.message
        assert [getattr(row.values[0], "kind", row.values[0]) for row in table.rows()] == [
            "浏阳",
            "files.merged_cell",
        ]


def test_formulas_are_said_and_errors_are_problems_of_their_cells():
    cells = [
        '<c r="A2"><f>1+1</f><v>2</v></c>',
        '<c r="B2"><f>1+1</f></c>',
        '<c r="C2" t="e"><f>A9</f><v>#REF!</v></c>',
        '<c r="D2" t="str"><f>""</f><v></v></c>',
    ]
    with read_table(make_raw_xlsx(make_sheet_rows("甲", "乙", "丙", "丁", cells=cells))) as table:
        said = {(notice.kind, notice.column) for notice in table.notices}
        assert said == {("files.formulas", column) for column in (1, 2, 3, 4)}
        [row] = table.rows()
    assert (row.values[0], row.values[3]) == (2, None)
    assert [row.values[1].kind, row.values[2].kind] == ["files.formula_without_value", "files.formula_error"]
    assert "#REF!" in str(row.values[2])


def test_a_formula_written_by_a_program_that_cannot_calculate_is_no_blank():
    with read_table(make_xlsx([["企业名称", "从业人数"], ["甲公司", "=1+1"]])) as table:
        [row] = table.rows()
    assert row.values[1].kind == "files.formula_without_value"


def test_external_links_are_said_and_never_opened():
    file = make_xlsx()
    with zipfile.ZipFile(file) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels").decode()
    link = (
        '<Relationship Id="rId99" Type="http://x/externalLink" Target="externalLinks/externalLink1.xml"/></R'
    )
    file = changed_zip(file, {"xl/_rels/workbook.xml.rels": relations.replace("</R", link)})
    assert "files.external_links" in notices(file)


def test_duplicate_and_missing_headers_are_located():
    with read_table(make_xlsx([["名称", "备注", "备注", None], ["甲", "一", "二", "三"]])) as table:
        assert [header.text for header in table.headers] == ["名称", "备注", "备注（C列）", "（D列）"]
        said = [(one.kind, one.row, one.column) for one in table.notices]
        assert said == [("files.duplicate_header", 1, 3), ("files.no_header_text", 1, 4)]
        assert next(table.rows()).cell("备注（C列）").value == "二"


def test_too_many_rows_and_columns_are_refused_with_their_number():
    found = refusal(make_xlsx([HEADER, *FIRMS]), max_rows=1)
    assert (found.code, "2行" in found.message) == ("files.too_many_rows", True)
    beyond = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048577"><c r="A1048577"><v>1</v></c></row>'
    assert refusal(make_raw_xlsx(beyond)).code == "files.too_many_rows"
    wide = make_sheet_rows("甲", "乙", cells=['<c r="XFD2"><v>1</v></c>'])
    assert refusal(make_raw_xlsx(wide)).code == "files.too_many_columns"
    assert refusal(make_csv("甲,乙\n" + "x," * 600 + "\n")).code == "files.too_many_columns"


def test_more_rows_than_the_old_format_holds_are_read(tmp_path):
    text = "名称,人数\n" + "甲,1\n" * 70_000
    with read_table(make_csv(text)) as table:
        assert table.filled_rows == 70_000
        assert list(table.rows())[-1].number == 70_001


def test_a_file_that_is_too_big_is_refused_unread(monkeypatch):
    monkeypatch.setattr(read, "MOST_FILE_BYTES", 1000)
    assert refusal(make_xlsx()).code == "files.file_too_big"


@pytest.mark.parametrize(
    ("sheet_data", "what"),
    [
        ('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>', "rows backwards"),
        ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>', "cells backwards"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "a cell twice"),
        ('<row r="1"><c r="A7"><v>1</v></c></row>', "a cell of another row"),
        ('<row r="x"><c r="A1"><v>1</v></c></row>', "a row without a number"),
        ('<row r="1"><c r="1"><v>1</v></c></row>', "a cell without a column"),
        ('<row r="1"><c r="A1" t="s"><v>5</v></c></row>', "a text that is not there"),
        ('<row r="1"><c r="A1" s="-1"><v>5</v></c></row>', "a bad style"),
        ('<row r="1"><c r="A1"><v>1</v></row>', "bad XML"),
    ],
)
def test_a_sheet_that_contradicts_itself_is_damaged(sheet_data, what):
    assert refusal(make_raw_xlsx(sheet_data)).code == "files.damaged", what


def test_text_files_with_broken_encoding_are_located():
    good = ("企业名称,地址\n" + "甲乙丙丁戊己公司,长沙\n" * 5).encode()
    found = refusal(io.BytesIO(good + b"\xff\xfe,x\n"))
    assert (found.code, found.problem.row) == ("files.wrong_encoding", 7)
    found = refusal(io.BytesIO("名称,地址\n甲公司,长沙".encode("gb18030") + b"\xff\n"))
    assert (found.code, found.problem.row) == ("files.wrong_encoding", 2)
    assert refusal(io.BytesIO(good[:-2])).code == "files.wrong_encoding"
    found = refusal(io.BytesIO("名称,地址\n甲\0,长沙\n".encode()))
    assert (found.code, found.problem.row) == ("files.nul_bytes", 2)


def test_text_files_with_unbalanced_quotes_are_located():
    found = refusal(make_csv('名称,地址\n甲,长沙\n乙,"株洲\n丙,湘潭\n'))
    assert (found.code, found.problem.row) == ("files.bad_quotes", 3)
    assert refusal(make_csv('名称,地址\n甲,"长沙"市\n')).code == "files.bad_quotes"


def test_a_quote_left_open_in_a_long_file_is_found_at_its_row():
    found = refusal(make_csv("名称,地址\n甲,长沙\n" + '乙,"株洲\n' + "丙,湘潭\n" * 60_000))
    assert (found.code, found.problem.row) == ("files.bad_quotes", 3)


def test_ragged_rows_are_located():
    with read_table(make_csv("名称,地址,人数\n甲,长沙\n乙,株洲,8,多,出\n丙,湘潭,3,,\n")) as table:
        assert [(one.kind, one.row) for one in table.notices] == [("files.short_rows", 2)]
        problems = {row.number: [problem.kind for problem in row.problems] for row in table.rows()}
    assert problems == {2: [], 3: ["files.ragged_row"], 4: []}


def test_over_long_cells_are_problems_of_their_cells():
    with read_table(make_csv("名称,地址\n甲," + "长" * 40_000 + "\n")) as table:
        [row] = table.rows()
    assert row.values[1].kind == "files.cell_too_long"


def test_nul_characters_never_reach_the_database():
    cell = text_cell("A2", "甲_x0000_公司")
    with read_table(make_raw_xlsx(make_sheet_rows("名称", cells=[cell]))) as table:
        [row] = table.rows()
    assert row.values[0].kind == "files.bad_character"


def test_protected_sheets_are_read():
    def protect(book):
        book.active.protection.sheet = True
        book.active.protection.password = "secret"
        book.security = openpyxl.workbook.protection.WorkbookProtection(lockStructure=True)

    assert notices(make_xlsx(change=protect)) == {}


def test_listing_sheets_refuses_like_reading():
    with pytest.raises(TableRefused):
        list_sheets(io.BytesIO(b"%PDF-"))


# --- files made to exhaust us --------------------------------------------------------------------------


def test_a_tag_without_end_is_not_kept_in_memory(monkeypatch):
    monkeypatch.setattr(container, "MOST_BYTES_A_TOKEN", 100_000)
    endless = f'<row r="1" spans="{"1" * 400_000}"><c r="A1"><v>1</v></c></row>'
    assert refusal(make_raw_xlsx(endless)).code == "files.damaged"


def test_an_endless_text_is_told_and_not_kept():
    cells = [text_cell("A2", "长" * 2_000_000), '<c r="B2"><v>' + "1" * 2_000_000 + "</v></c>"]
    with read_table(make_raw_xlsx(make_sheet_rows("名称", "数", cells=cells))) as table:
        [row] = table.rows()
    assert [value.kind for value in row.values] == ["files.cell_too_long", "files.bad_number"]


def test_more_parts_than_any_honest_workbook_has_are_refused(monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_MERGED", 1)
    merged = '<mergeCells><mergeCell ref="A2:B2"/><mergeCell ref="A3:B3"/></mergeCells>'
    sheet = make_sheet_rows("名称", cells=[text_cell("A2", "甲")])
    assert refusal(make_raw_xlsx(sheet, after=merged)).code == "files.damaged"
    monkeypatch.setattr(workbook, "MOST_TEXTS", 3)
    assert refusal(make_raw_xlsx(sheet, texts="<si/>" * 4)).code == "files.zip_bomb"
    monkeypatch.setattr(workbook, "MOST_ELEMENTS", 3)
    assert refusal(make_xlsx()).code == "files.zip_bomb"
    monkeypatch.setattr(workbook, "MOST_SHEETS", 0)
    monkeypatch.setattr(workbook, "MOST_ELEMENTS", 10_000)
    assert refusal(make_xlsx()).code == "files.damaged"


def test_overlapping_merged_cells_are_damage():
    merged = "".join('<mergeCell ref="A2:B9"/>' for _ in range(600))
    sheet = make_sheet_rows("名称", cells=[text_cell("A2", "甲")])
    with read_table(make_raw_xlsx(sheet, after=f"<mergeCells>{merged}</mergeCells>")) as table:
        with pytest.raises(TableRefused):
            list(table.rows())


@pytest.mark.parametrize("text", ["甲," * 200_000, '"\n",' * 100_000, "甲" * 500_000])
def test_a_record_without_end_is_refused(monkeypatch, text):
    monkeypatch.setattr(csv_text, "MOST_RECORD", 100_000)
    found = refusal(make_csv("名称,地址\n" + text))
    assert (found.code, found.problem.row) == ("files.bad_quotes", 2)
