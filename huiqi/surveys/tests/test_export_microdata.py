import csv
import io
import zipfile
from datetime import date

import openpyxl
import pyarrow.parquet as pq
import pyreadstat
import pytest

from huiqi.surveys.analysis.tests.make_snapshot import LONG, ROWS, make_snapshot
from huiqi.surveys.microdata import Format, Marked, write_microdata

pytestmark = pytest.mark.pure
MARKED = Marked("水印：试验", date(2020, 2, 14))
HEADINGS = (
    ["unit", "section", "county", "status", "want__want0", "want__want1", "want__want2"]
    + ["staff", "rate", "said", "weight"]
)  # fmt: skip
FIRST = ["7", "section0", "county1", "status1", "1", "0", "1", "12", "62.5", LONG, "2.5"]
SECOND = ["9", "section2", "", "", "0", "0", "0", "", "", "", "1.0"]


def export(tmp_path, kind, **more):
    made = make_snapshot(tmp_path, has_units=True, has_weights=True, **more)
    target = io.BytesIO()
    assert write_microdata(target, made, kind, MARKED) == made.count
    return target.getvalue()


def unzipped(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table(content, encoding):
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


@pytest.mark.parametrize(("kind", "encoding"), [(Format.CSV, "utf-8-sig"), (Format.CSV_GB18030, "gb18030")])
def test_csv_comes_with_its_codebook_in_either_encoding(tmp_path, kind, encoding):
    files = unzipped(export(tmp_path, kind))
    mark, heading, first, second, _ = table(files["data.csv"], encoding)
    assert (mark, heading, first, second) == (["水印：试验"], HEADINGS, FIRST, SECOND)
    codebook = table(files["codebook.csv"], encoding)
    assert codebook[1] == ["列名", "含义", "类型", "取值", "取值含义", "SPSS取值"]
    assert ["status", "当前复工状态", "单选", "status1", "未复工", "2"] in codebook
    assert ["want__want0", "want：减税", "多选中的一项", "1", "是", "1"] in codebook
    assert ["staff", "职工人数", "整数", "", "", ""] in codebook


def test_utf8_begins_with_its_mark(tmp_path):
    assert unzipped(export(tmp_path, Format.CSV))["data.csv"].startswith(b"\xef\xbb\xbf")


def test_text_that_a_spreadsheet_would_run_is_made_harmless(tmp_path):
    files = unzipped(export(tmp_path, Format.CSV, rows=[{**ROWS[0], "said": "=cmd|'/c calc'!A1"}]))
    assert table(files["data.csv"], "utf-8-sig")[2][9].startswith("'=")


def test_excel_has_the_codebook_as_its_second_sheet(tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(export(tmp_path, Format.XLSX)))
    assert book.sheetnames == ["数据", "编码表"]
    rows = list(book["数据"].values)
    assert list(rows[1]) == HEADINGS and rows[2][:4] == (7, "section0", "county1", "status1")
    assert any(row[:2] == ("want__want0", "want：减税") for row in book["编码表"].values)


def test_parquet_is_the_snapshot_itself(tmp_path):
    read = pq.read_table(io.BytesIO(export(tmp_path, Format.PARQUET)))
    assert read.column("status").to_pylist() == ["status1", None, "status0"]
    assert b"huiqi.codebook" in read.schema.metadata


def test_spss_comes_zipped_with_labels(tmp_path):
    files = unzipped(export(tmp_path, Format.SPSS))
    (tmp_path / "data.sav").write_bytes(files["data.sav"])
    columns, meta = pyreadstat.read_sav(tmp_path / "data.sav", output_format="dict")
    assert columns["status"][0] == 2 and meta.variable_value_labels["status"][2.0] == "未复工"
    assert "codebook.csv" in files
