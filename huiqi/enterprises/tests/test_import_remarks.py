"""What an import says of rows: every fault at once, and what to look at before a row goes in."""

import pytest

from huiqi.enterprises.models import Enterprise, ImportFault
from huiqi.enterprises.tests.make import make_code
from huiqi.enterprises.tests.tables import HEADINGS, firm_row
from huiqi.enterprises.tests.test_import_command import counts
from huiqi.enterprises.tests.test_import_command import run as run  # a fixture
from huiqi.enterprises.tests.test_import_pages import at_once as at_once
from huiqi.enterprises.tests.test_import_pages import checked, page_of, soup_of
from huiqi.enterprises.tests.test_import_pages import county as county

pytestmark = pytest.mark.django_db


def told(answer, kind="errors"):
    return [(one["row"], one["column"]) for one in answer[kind]]


# --- all faults of a row at once ----------------------------------------------------------------------


def test_a_nameless_row_with_a_wrong_industry_is_told_both(run):
    answer = run([firm_row(1, **{"企业名称": "", "行业代码": "9999"})])
    assert told(answer) == [(2, "行业代码"), (2, "企业名称")]
    assert "没有企业名称" in answer["errors"][1]["reason"]


def test_a_row_that_names_no_firm_is_told_so_beside_its_other_faults(run):
    row = firm_row(1, **{"企业名称": "", "统一社会信用代码": "", "从业人员期末人数": "多"})
    assert told(run([row])) == [(2, "从业人员期末人数"), (2, "企业名称")]


def test_a_row_whose_code_is_misread_is_not_said_to_have_none(run):
    row = firm_row(1, **{"企业名称": "", "统一社会信用代码": "91430181MA0000000X"})
    assert told(run([row])) == [(2, "统一社会信用代码")]


def test_a_faulty_row_does_not_stand_in_the_way_of_the_sound_one_about_the_same_firm(run):
    answer = run([firm_row(1, **{"从业人员期末人数": "多"}), firm_row(1)])
    assert counts(answer) == {"accepted": 1, "updated": 0, "unchanged": 0, "rejected": 1}


def test_a_slipped_row_with_a_faulty_figure_is_told_both(run):
    run([firm_row(1)])
    row = firm_row(1, **{"企业名称": "湘西苗寨银饰加工厂", "从业人员期末人数": "多"})
    assert told(run([row])) == [(2, "从业人员期末人数"), (2, "企业名称")]


# --- an industry that is no class ---------------------------------------------------------------------


@pytest.mark.parametrize("written", ["9999", "99", "A27", "没有这个行业"])
def test_an_industry_that_the_classification_lacks_still_refuses_the_row(run, written):
    assert counts(run([firm_row(1, **{"行业代码": written})]))["rejected"] == 1


@pytest.mark.parametrize("written", ["食品制造业", "14", "C14", "C14 食品制造业", "141", "制造业"])
def test_an_industry_above_the_classes_is_left_out_and_the_row_goes_in_with_a_remark(run, written):
    answer = run([firm_row(1, **{"行业代码": written})])
    assert counts(answer) == {"accepted": 1, "updated": 0, "unchanged": 0, "rejected": 0}
    assert told(answer, "remarks") == [(2, "行业代码")]
    assert "没有写到四位小类" in answer["remarks"][0]["reason"]
    firm = Enterprise.objects.get()
    assert (firm.gb4754, firm.employees) == (None, 35)


def test_the_remark_names_the_classes_to_choose_from(run):
    answer = run([firm_row(1, **{"行业代码": "食品制造业"})])
    assert "在1411至1499中选写一个四位代码" in answer["remarks"][0]["reason"]


def test_an_industry_above_the_classes_does_not_touch_the_one_the_register_has(run):
    run([firm_row(1)])
    run([firm_row(1, **{"行业代码": "制造业", "从业人员期末人数": 36})])
    assert Enterprise.objects.get().gb4754 == "2770"


# --- figures that leap --------------------------------------------------------------------------------


def test_a_figure_less_than_tenfold_off_is_not_remarked(run):
    run([firm_row(1)])
    answer = run([firm_row(1, **{"从业人员期末人数": 349})])
    assert answer["updated"] == 1
    assert answer["remarks"] == []


def test_a_figure_tenfold_off_is_remarked_and_goes_in(run):
    run([firm_row(1)])
    answer = run([firm_row(1, **{"从业人员期末人数": 350})])
    assert answer["updated"] == 1
    assert told(answer, "remarks") == [(2, "从业人员期末人数")]
    assert "与现有数据相差约10倍：现有35人，表中350人" in answer["remarks"][0]["reason"]
    assert Enterprise.objects.get().employees == 350


def test_an_amount_in_the_wrong_unit_is_said_to_look_like_it(run):
    run([firm_row(1)])
    answer = run([firm_row(1, **{"营业收入（万元）": "12005000"})])
    assert "像是把元和万元弄混了" in answer["remarks"][0]["reason"]


# --- on the page --------------------------------------------------------------------------------------


def test_the_check_shows_leaps_before_anything_is_written(county, at_once, run):
    run([firm_row(1)], "--as-of", "2020-01-15", "--year", "2019")
    import_run = checked(county, at_once, [firm_row(1, **{"从业人员期末人数": 860_000})])
    text = soup_of(county.get(page_of(import_run))).get_text()
    assert "可以导入、但请先核对的行" in text
    assert "与现有数据相差约24,571倍" in text
    assert "不能导入的行和原因" not in text
    assert "导入1行" in text
    assert Enterprise.objects.get().employees == 35


def test_a_check_that_finds_nothing_new_offers_no_import(county, at_once, run):
    rows = [firm_row(number) for number in range(1, 4)]
    run(rows, "--as-of", "2020-02-01", "--year", "2019")
    page = soup_of(county.get(page_of(checked(county, at_once, rows))))
    assert "能导入的3行都与档案一致" in page.get_text()
    assert page.select_one("form[action$='/start/']") is None


def test_remarks_are_not_among_the_rows_to_mend(county, at_once):
    import_run = checked(county, at_once, [firm_row(1, **{"行业代码": "食品制造业"})])
    assert ImportFault.objects.filter(run=import_run, is_remark=True).count() == 1
    assert county.get(page_of(import_run, "import_rejected", kind="csv")).status_code == 409


@pytest.mark.parametrize("heading", ["税费（万元）", "2019年个税", "完税金额", "税务数据·合计"])
def test_columns_of_the_tax_office_are_refused_however_they_are_called(county, at_once, heading):
    headings = ["企业名称", "统一社会信用代码", heading, "从业人员期末人数"]
    import_run = checked(county, at_once, [["演示厂", make_code(1), "123.45", "多"]], headings)
    page = county.get(page_of(import_run, "import_columns")).content.decode()
    assert "123.45" not in import_run.seen + page + import_run.preview
    table = b"".join(county.get(page_of(import_run, "import_rejected", kind="csv")).streaming_content)
    assert b"123.45" not in table
    assert "多" in table.decode()


def test_the_tax_offices_number_of_a_firm_is_its_credit_code(county, at_once):
    headings = ["纳税人识别号" if one == "统一社会信用代码" else one for one in HEADINGS]
    assert checked(county, at_once, [firm_row(1)], headings).accepted == 1
