"""The legacy format, parsed in a process of its own."""

import io
import struct
from decimal import Decimal

import pytest

from huiqi.files.tables import xls
from huiqi.files.tables.problems import TableRefused
from huiqi.files.tables.read import list_sheets, read_table
from huiqi.files.tables.sniff import Kind
from huiqi.files.tests.make import FIRMS, HEADER, make_xlsx
from huiqi.files.tests.make_xls import make_ole, make_xls


def refusal(file):
    with pytest.raises(TableRefused) as caught:
        read_table(file)
    return caught.value.code


def test_a_legacy_workbook_is_read_whatever_its_name(tmp_path):
    path = tmp_path / "企业.xlsx"
    path.write_bytes(make_xls([HEADER, *FIRMS, ["丙公司", "NA1", 1.1]]).getvalue())
    with read_table(path) as table:
        assert table.kind is Kind.XLS
        assert [row.values for row in table.rows()] == [
            *(tuple(firm) for firm in FIRMS),
            ("丙公司", "NA1", Decimal("1.1")),
        ]
        assert [notice.kind for notice in table.notices] == ["files.old_format"]
    assert [(one.name, one.is_empty) for one in list_sheets(path)] == [("企业", False)]


def test_a_workbook_named_like_the_legacy_format_is_read(tmp_path):
    path = tmp_path / "企业.xls"
    path.write_bytes(make_xlsx().getvalue())
    with read_table(path) as table:
        assert table.kind is Kind.XLSX


def test_merged_cells_and_lost_digits_are_told_as_in_the_new_format():
    file = make_xls([["县区", "代码"], ["浏阳", 9.14301007121234e17], [None, 8.0]], merged=(1, 2, 0, 0))
    with read_table(file) as table:
        assert "files.merged" in {notice.kind for notice in table.notices}
        first, second = table.rows()
    assert first.values[1].kind == "files.lost_digits"
    assert second.values[0].kind == "files.merged_cell"


def test_a_full_sheet_is_suspected_to_be_cut_off():
    rows = [["名称"], *([None] for _ in range(65_534)), ["甲"]]
    with read_table(make_xls(rows)) as table:
        [row] = table.rows()
        assert row.number == 65_536
        assert "files.xls_full" in {notice.kind for notice in table.notices}


def test_a_password_is_said():
    encryption = struct.pack("<HHHHH", 0x002F, 6, 1, 1, 1) + bytes(44)
    assert refusal(make_xls([HEADER, *FIRMS], extra=encryption)) == "files.encrypted"


def test_a_damaged_legacy_workbook_is_refused():
    whole = make_xls([HEADER, *FIRMS]).getvalue()
    assert refusal(io.BytesIO(whole[:2000])) == "files.not_a_table_unknown"
    assert refusal(make_ole("Workbook", b"nonsense" * 100)) == "files.damaged"


def test_a_child_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(xls, "SECONDS", 0)
    assert refusal(make_xls([HEADER, *FIRMS])) == "files.damaged"
