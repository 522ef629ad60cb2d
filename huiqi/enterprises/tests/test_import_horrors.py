"""Every horror a spreadsheet can be arrives as a sentence, at both doors, and leaves nothing behind."""

import io
import json
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from huiqi.enterprises.commands.columns import project_firms
from huiqi.enterprises.models import Enterprise, ImportRun
from huiqi.enterprises.tests.make import ON, make_code
from huiqi.enterprises.tests.tables import HEADINGS, csv_bytes, firm_row
from huiqi.files.tests.make import changed_zip, make_xlsx, make_zip
from huiqi.files.tests.make_xls import make_ole, make_xls

pytestmark = pytest.mark.django_db


def workbook(**more) -> io.BytesIO:
    return make_xlsx([HEADINGS, firm_row(1), firm_row(2)], **more)


def _empty(book):
    book.active.delete_rows(1, 99)


WHOLE_FILES = {
    "empty": (b"", "文件是空的"),
    "empty_sheet": (lambda: workbook(change=_empty).getvalue(), "没有任何内容"),
    "truncated": (lambda: workbook().getvalue()[:900], "不完整或已损坏"),
    "encrypted": (lambda: make_ole("EncryptedPackage", b"x").getvalue(), "打开密码"),
    "macros": (lambda: changed_zip(workbook(), {"xl/vbaProject.bin": b"x"}).getvalue(), "有宏"),
    "bomb": (
        lambda: changed_zip(workbook(), {"xl/worksheets/sheet1.xml": b" " * 11_000_000}).getvalue(),
        "异常庞大",
    ),
    "word": (lambda: make_zip({"word/document.xml": "<x/>"}).getvalue(), "Word 文档"),
    "web_page": (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "half_utf8": ("企业名称,统一社会信用代码\n浏阳市防护用品厂有限公司,1\n".encode() + b"\xe6\xb5", "编码"),
    "open_quote": ('企业名称,统一社会信用代码\n"甲厂,1\n'.encode(), "引号"),
    "no_header": (b"1,2\n3,4\n", "表头"),
}


def content_of(name: str) -> tuple[bytes, str]:
    made, told = WHOLE_FILES[name]
    return made() if callable(made) else made, told


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_the_command_refuses_the_file_in_words_and_keeps_nothing(tmp_path, name):
    content, told = content_of(name)
    path = tmp_path / "企业.xlsx"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=told):
        call_command("import-enterprises", str(path), stdout=StringIO(), stderr=StringIO())
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_the_page_refuses_the_file_in_the_same_words_and_keeps_nothing(enter, private_files, name):
    content, told = content_of(name)
    response = enter("county").post(
        reverse("enterprises:import_start"), {"file": SimpleUploadedFile("企业.xlsx", content)}
    )
    assert response.status_code == 422
    assert told in BeautifulSoup(response.content, "lxml").main.get_text()
    assert not ImportRun.objects.exists()
    assert not list(private_files.rglob("*.table"))


def imported(tmp_path, content: bytes, *options: str) -> dict:
    path = tmp_path / "firms"
    path.write_bytes(content)
    out = StringIO()
    call_command("import-enterprises", str(path), *options, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_merged_cells_reject_their_rows_unless_somebody_has_them_filled(tmp_path):
    content = workbook(change=lambda book: book.active.merge_cells("C2:C3")).getvalue()
    answer = imported(tmp_path, content)
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert (answer["errors"][0]["row"], answer["errors"][0]["column"]) == (3, "所在县市区")
    assert "合并单元格" in answer["errors"][0]["reason"]


def test_a_formula_that_was_never_calculated_rejects_its_row(tmp_path):
    table = make_xlsx([HEADINGS, firm_row(1, **{"从业人员期末人数": "=1+1"})]).getvalue()
    answer = imported(tmp_path, table)
    assert "公式" in answer["errors"][0]["reason"]


def test_a_hidden_sheet_is_not_read(tmp_path):
    def hide(book):
        other = book.create_sheet("旧")
        other.append(HEADINGS)
        other.append(firm_row(9))
        other.sheet_state = "hidden"

    assert imported(tmp_path, workbook(change=hide).getvalue())["accepted"] == 2


def test_titles_units_and_notes_around_the_table_are_understood(tmp_path):
    headings = ["营业收入" if one == "营业收入（万元）" else one for one in HEADINGS]
    rows = [["浏阳市企业情况表"], ["填报单位：浏阳市工信局", "单位：万元"], headings, firm_row(1)]
    assert imported(tmp_path, make_xlsx(rows).getvalue())["accepted"] == 1
    assert Enterprise.objects.get().revenue == 1200_5000_00


def test_the_old_format_is_read(tmp_path):
    rows = [["企业名称", "统一社会信用代码"], ["浏阳老表格厂", make_code(1)]]
    assert imported(tmp_path, make_xls(rows).getvalue())["accepted"] == 1


def test_a_row_with_a_cell_too_many_is_rejected_as_a_whole(tmp_path):
    lines = csv_bytes([firm_row(1), [*firm_row(2), "多出来的"]])
    answer = imported(tmp_path, lines)
    assert (answer["accepted"], answer["rejected"]) == (1, 1)


def test_what_an_import_writes_is_what_a_rebuild_would_write(tmp_path):
    imported(tmp_path, csv_bytes([firm_row(number) for number in range(1, 30)]))
    changed = [firm_row(number, **{"从业人员期末人数": number * 40}) for number in range(1, 30, 2)]
    imported(tmp_path, csv_bytes(changed), "--as-of", "2020-02-29")
    pks = list(Enterprise.objects.order_by("pk").values_list("pk", flat=True))
    assert project_firms(pks, on=ON) == 0
