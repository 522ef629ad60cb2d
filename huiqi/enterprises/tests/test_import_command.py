"""`huiqi import-enterprises`: the contract other programs rely on."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Contact, Enterprise, Filing, ImportRun, Statement
from huiqi.enterprises.queries.people import registered_phone
from huiqi.enterprises.tests.make import make_code, make_firm
from huiqi.enterprises.tests.tables import HEADINGS, csv_bytes, firm_row
from huiqi.files.tests.make import make_xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def run(tmp_path):
    """Import rows or a file's content; returns the answer."""

    def act(table, *options, headings=HEADINGS, name="firms.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(table if isinstance(table, bytes) else csv_bytes(table, headings, encoding))
        out = StringIO()
        call_command("import-enterprises", str(path), *options, "--json", stdout=out, stderr=StringIO())
        return json.loads(out.getvalue())

    return act


def counts(answer):
    return {name: answer[name] for name in ("accepted", "updated", "unchanged", "rejected")}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04" + b"x" * 40, "损坏"),
        ("企业名称,统一社会信用代码\n".encode(), "只有表头"),
        ("甲,乙\n1,2\n".encode(), "没有一列是“企业名称”或“统一社会信用代码”"),
        (b"%PDF-1.4", "PDF"),
    ],
)
def test_a_file_that_is_no_table_of_firms_is_refused_in_words(run, content, told):
    with pytest.raises(CommandError, match=told):
        run(content)
    assert not ImportRun.objects.exists()


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CommandError, match="没有这个文件"):
        call_command("import-enterprises", str(tmp_path / "none.csv"))


def test_hidden_rows_are_asked_about_before_anything_is_read(run):
    def hide(book):
        book.active.row_dimensions[3].hidden = True

    table = make_xlsx([HEADINGS, firm_row(1), firm_row(2)], change=hide).read()
    with pytest.raises(CommandError, match="被隐藏"):
        run(table, name="firms.xlsx")
    assert run(table, "--hidden", "skip", name="firms.xlsx")["accepted"] == 1


def test_every_fault_is_listed_by_row_column_and_reason_and_the_other_rows_go_in(run):
    rows = [
        firm_row(1),
        firm_row(2, **{"统一社会信用代码": "91430181MA0000000X"}),
        firm_row(3, **{"从业人员期末人数": "三十五人"}),
        firm_row(4, **{"所在县市区": "长沙"}),
        firm_row(5, **{"行业代码": "9999"}),
        firm_row(6, **{"营业收入（万元）": -3}),
        firm_row(1, **{"从业人员期末人数": 36}),
        firm_row(8, **{"联系电话": "12345"}),
    ]
    answer = run(rows)
    assert counts(answer) == {"accepted": 1, "updated": 0, "unchanged": 0, "rejected": 7}
    told = [(error["row"], error["column"]) for error in answer["errors"]]
    assert told == [
        (3, "统一社会信用代码"),
        (4, "从业人员期末人数"),
        (5, "所在县市区"),
        (6, "行业代码"),
        (7, "营业收入（万元）"),
        (8, "统一社会信用代码"),
        (9, "联系电话"),
    ]
    reasons = [error["reason"] for error in answer["errors"]]
    assert "校验码" in reasons[0]
    assert "“三十五人”不是整数" in reasons[1]
    assert "市州" in reasons[2]
    assert "第2行是同一家企业" in reasons[5]
    assert list(Enterprise.objects.values_list("name", flat=True)) == ["演示第1号防护用品有限公司"]


def test_a_check_writes_nothing(run):
    assert run([firm_row(1)], "--dry-run")["accepted"] == 1
    assert not Enterprise.objects.exists()
    assert not ImportRun.objects.exists()
    assert not AuditRecord.objects.exists()


def test_the_same_file_twice_changes_nothing(run):
    table = csv_bytes([firm_row(number) for number in range(1, 8)])
    assert counts(run(table))["accepted"] == 7
    before = Statement.objects.count(), Contact.objects.count()
    again = run(table)
    assert counts(again) == {"accepted": 0, "updated": 0, "unchanged": 7, "rejected": 0}
    assert (Statement.objects.count(), Contact.objects.count()) == before


def test_an_older_file_brought_in_again_changes_nothing_either(run):
    old = csv_bytes([firm_row(1, **{"从业人员期末人数": 35})])
    new = csv_bytes([firm_row(1, **{"从业人员期末人数": 40})])
    run(old, "--as-of", "2020-01-31")
    assert run(new, "--as-of", "2020-02-29")["updated"] == 1
    assert run(old, "--as-of", "2020-01-31")["unchanged"] == 1
    assert Enterprise.objects.get().employees == 40


def test_ten_thousand_rows_with_thirty_seven_bad_ones(run):
    bad = set(range(100, 9_991, 270))
    assert len(bad) == 37
    rows = [
        firm_row(number, **({"从业人员期末人数": "多"} if number in bad else {}))
        for number in range(1, 10_001)
    ]
    answer = run(rows)
    assert counts(answer) == {"accepted": 9_963, "updated": 0, "unchanged": 0, "rejected": 37}
    assert [error["row"] for error in answer["errors"]] == [number + 1 for number in sorted(bad)]
    assert AuditRecord.objects.filter(act="import.batch_written").count() == 10
    assert Filing.objects.count() == 1


def test_a_table_of_firms_puts_nobody_on_a_list_nor_off_one(run):
    headings = [*HEADINGS, "severe_dishonesty", "key_supplier_national"]
    run([[*firm_row(1), "否", "是"]], "--confirmed", "浏工信〔2020〕3号", headings=headings)
    firm = Enterprise.objects.get()
    assert (firm.severe_dishonesty, firm.key_supplier_national) == (None, None)


def test_a_number_the_firm_gave_proves_nothing_about_who_may_act_for_it(run):
    """Whoever holds the registered telephone can claim the firm without an officer's decision."""
    run([firm_row(1, 联系电话="13800000001")])
    assert registered_phone(Enterprise.objects.get()) is None
    run([firm_row(1, 联系电话="13800000002")], "--confirmed", "浏市监〔2020〕3号")
    assert registered_phone(Enterprise.objects.get()) == "13800000002"
    run([firm_row(1, 联系电话="13800000003")])
    assert registered_phone(Enterprise.objects.get()) == "13800000002"
    before = Contact.objects.count()
    assert counts(run([firm_row(1, 联系电话="13800000002")]))["unchanged"] == 1
    assert Contact.objects.count() == before == 2


def test_the_columns_are_what_a_projection_of_the_statements_makes(run):
    run([firm_row(1)])
    firm = Enterprise.objects.get()
    assert (firm.prefecture, firm.province, firm.gb4754) == ("430181", "430000", "2770")
    assert (firm.employees, firm.revenue, firm.size_class) == (35, 1200_5000_00, "small")
    assert firm.initials.startswith("ysd")
    contact = Contact.objects.get()
    assert (contact.phone, contact.source) == ("13800000000", "firm")
    assert set(Statement.objects.values_list("fact", "period", "standing")) == {
        ("prefecture", "", "claimed"),
        ("province", "", "claimed"),
        ("gb4754", "", "claimed"),
        ("employees", "2019", "claimed"),
        ("revenue", "2019", "claimed"),
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_usual_encodings_are_read(run, encoding):
    assert run([firm_row(1, **{"企业名称": "浏阳𠅤记商行"})], encoding=encoding)["accepted"] == 1
    assert Enterprise.objects.get().name == "浏阳𠅤记商行"


@pytest.mark.parametrize(
    "written",
    [
        lambda code: code.lower(),
        lambda code: f" {code[:6]} {code[6:]} ",
        lambda code: "".join(chr(ord(char) + 0xFEE0) for char in code),
    ],
)
def test_a_code_is_the_same_however_it_is_written(run, written):
    run([firm_row(1)])
    assert run([firm_row(1, **{"统一社会信用代码": written(make_code(1))})])["unchanged"] == 1


def test_a_code_that_excel_took_for_a_number_is_said_to_have_lost_its_digits(run):
    table = make_xlsx([HEADINGS, firm_row(1, **{"统一社会信用代码": 914301810000000012})]).read()
    answer = run(table, name="firms.xlsx")
    assert answer["rejected"] == 1
    assert "丢失" in answer["errors"][0]["reason"]


def test_figures_of_other_authorities_are_not_read(run):
    headings = [*HEADINGS, "上年纳税额（万元）", "参保人数"]
    assert run([[*firm_row(1), 88, 30]], headings=headings)["accepted"] == 1
    facts = set(Statement.objects.values_list("fact", flat=True))
    assert facts == {"prefecture", "province", "gb4754", "employees", "revenue"}


def test_an_amount_without_a_unit_is_not_guessed(run):
    headings = ["营业收入" if one == "营业收入（万元）" else one for one in HEADINGS]
    assert run([firm_row(1)], headings=headings)["accepted"] == 1
    assert Enterprise.objects.get().revenue is None
    assert run([firm_row(1)], "--money-unit", "千元", headings=headings)["updated"] == 1
    assert Enterprise.objects.get().revenue == 1200_5 * 100_00


def test_english_headings_and_fact_ids_are_known(run):
    headings = ["name", "credit_code", "county", "gb_code", "employees", "revenue_wan", "phone"]
    assert run([firm_row(1)], headings=headings)["accepted"] == 1
    assert Enterprise.objects.get().revenue == 1200_5000_00


def test_a_row_without_a_code_is_known_again_by_name_and_county(run):
    row = firm_row(1, **{"统一社会信用代码": ""})
    assert run([row])["accepted"] == 1
    assert run([row])["unchanged"] == 1
    assert Enterprise.objects.get().credit_code is None


def test_a_row_without_a_code_that_may_mean_two_firms_is_rejected(run):
    for _ in range(2):
        make_firm("浏阳红星鞭炮厂", county="430181")
    answer = run([firm_row(1, **{"统一社会信用代码": "", "企业名称": "浏阳红星鞭炮厂"})])
    assert answer["rejected"] == 1
    assert "2家企业" in answer["errors"][0]["reason"]


def test_a_row_without_code_and_county_says_what_is_missing(run):
    answer = run([firm_row(1, **{"统一社会信用代码": "", "所在县市区": ""})])
    assert (answer["errors"][0]["column"], answer["rejected"]) == ("所在县市区", 1)


def test_a_code_beside_the_wrong_name_is_rejected_as_a_slipped_row(run):
    run([firm_row(1, **{"企业名称": "浏阳红星鞭炮烟花厂"}), firm_row(2)])
    answer = run([firm_row(1, **{"企业名称": "长沙芙蓉餐饮管理有限公司"})])
    assert answer["rejected"] == 1
    assert "错行" in answer["errors"][0]["reason"]
    assert Enterprise.objects.filter(name="浏阳红星鞭炮烟花厂").exists()


def test_totals_and_notes_below_the_firms_are_no_rows(run):
    rows = [firm_row(1), ["合计", "", "", "", 35, "1200.5", ""], ["注：本表由县局汇总"]]
    assert counts(run(rows)) == {"accepted": 1, "updated": 0, "unchanged": 0, "rejected": 0}
