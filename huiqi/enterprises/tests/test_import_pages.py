"""The pages of an import: who may, what is refused, and the way of a file from upload to report."""

import io
import json

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huiqi.accounts.tests.make import make_office
from huiqi.core import clock
from huiqi.core.models import AuditRecord, Job
from huiqi.enterprises.commands import imports
from huiqi.enterprises.models import ColumnMapping, Enterprise, ImportRun, Statement
from huiqi.enterprises.tests.make import make_code, make_firm
from huiqi.enterprises.tests.tables import HEADINGS, csv_upload, firm_row
from huiqi.files.tables.read import read_table
from huiqi.files.tests.make import make_xlsx

pytestmark = pytest.mark.django_db
START = reverse("enterprises:import_start")
WHOLE = {"year": "2019", "as_of": "2020-02-01", "standing": "claimed"}


@pytest.fixture
def county(enter):
    return enter("county")


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    """Jobs run when the block ends."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def soup_of(response):
    return BeautifulSoup(response.content, "lxml")


def upload(client, rows=(), headings=HEADINGS, name="企业.csv"):
    return client.post(START, {"file": csv_upload(rows, headings, name)})


def run_of(response) -> ImportRun:
    return ImportRun.objects.get(public_id=response["Location"].split("/")[2])


def page_of(run, name="import_run", **more):
    return reverse(f"enterprises:{name}", kwargs={"public_id": run.public_id, **more})


def as_guessed(client, run) -> dict[str, str]:
    """What the form of the columns would send if nobody changed anything."""
    page = soup_of(client.get(page_of(run, "import_columns")))
    picked = {}
    for select in page.select("table select"):
        option = select.find("option", selected=True)
        picked[select["name"]] = option["value"] if option else ""
    return picked


def checked(client, at_once, rows, headings=HEADINGS, **whole) -> ImportRun:
    """A run whose columns are as guessed and whose rows have been checked."""
    run = run_of(upload(client, rows, headings))
    with at_once():
        response = client.post(page_of(run, "import_columns"), {**as_guessed(client, run), **WHOLE, **whole})
    assert response.status_code == 302, soup_of(response).get_text()
    run.refresh_from_db()
    return run


def test_nothing_is_kept_of_columns_that_must_not_be_read_and_people_are_masked(county):
    headings = ["企业名称", "统一社会信用代码", "实缴税额（万元）", "身份证号", "联系人", "联系电话"]
    row = ["演示厂", make_code(1), "123.45", "430181199001011234", "张三丰", "13911112222"]
    run = run_of(upload(county, [row], headings))
    page = county.get(page_of(run, "import_columns")).content.decode()
    assert "演示厂" in page and "139****2222" in page and "张**" in page
    for kept in (run.seen, page):
        assert not any(text in kept for text in ("123.45", "430181199001011234", "张三丰", "13911112222"))


SECRET_HEADINGS = ["企业名称", "统一社会信用代码", "实缴税额（万元）", "身份证号", "从业人员期末人数"]
SECRET_ROW = ["演示厂", make_code(1), "123.45", "430181199001011234", "多"]


def test_a_table_lies_encrypted_in_storage(county, private_files):
    run_of(upload(county, [SECRET_ROW], SECRET_HEADINGS))
    (stored,) = private_files.rglob("*.table")
    content = stored.read_bytes()
    assert "企业名称".encode() not in content and b"430181199001011234" not in content


def test_a_table_whose_key_is_gone_is_to_be_uploaded_again(county, at_once, private_files):
    run = checked(county, at_once, [firm_row(1, **{"从业人员期末人数": "多"})])
    (stored,) = private_files.rglob("*.table")
    stored.write_bytes(b"gone." + stored.read_bytes().partition(b".")[2])
    response = county.get(page_of(run, "import_rejected", kind="xlsx"))
    assert response.status_code == 409
    assert "请重新上传" in soup_of(response).get_text()


def test_columns_that_must_not_be_read_are_not_handed_out_again(county, at_once):
    run = checked(county, at_once, [SECRET_ROW], SECRET_HEADINGS)
    content = b"".join(county.get(page_of(run, "import_rejected", kind="xlsx")).streaming_content)
    with read_table(io.BytesIO(content)) as table:
        headings = [header.text for header in table.headers]
        (row,) = table.rows()
    assert headings == ["企业名称", "统一社会信用代码", "从业人员期末人数", "未导入的原因"]
    assert list(row.values[:3]) == ["演示厂", make_code(1), "多"]


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["analyst", "window_clerk", "firm", "admin", "stationed_officer"])
def test_who_may_not_import_does_not_find_the_page(enter, person):
    assert enter(person).get(START).status_code == 404
    assert upload(enter(person), [firm_row(1)]).status_code == 404
    assert not ImportRun.objects.exists()


def test_the_run_of_another_is_not_found(enter, county):
    run = run_of(upload(county, [firm_row(1)]))
    other = enter("province")
    for name in ("import_run", "import_columns"):
        assert other.get(page_of(run, name)).status_code == 404
    for name in ("import_go", "import_stop", "import_choices"):
        assert other.post(page_of(run, name)).status_code == 404
    assert other.get(page_of(run, "import_rejected", kind="xlsx")).status_code == 404


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "文件是空的"), (b"\xff\xd8\xff\xe0 no table", "图片"), ("企业名称\n".encode(), "只有表头")],
)
def test_a_file_that_cannot_be_read_is_refused_beside_the_field_and_not_kept(
    county, content, told, private_files
):
    response = county.post(START, {"file": SimpleUploadedFile("企业.xlsx", content)})
    assert response.status_code == 422
    assert told in soup_of(response).main.get_text()
    assert not ImportRun.objects.exists()
    assert not list(private_files.rglob("*.table"))


def test_no_file_at_all_says_so(county):
    response = county.post(START)
    assert response.status_code == 422
    assert "请先选择文件" in soup_of(response).get_text()


def test_a_table_that_names_no_firm_is_refused_when_its_columns_are_confirmed(county):
    run = run_of(upload(county, [["甲", 3]], ["备注", "人数"]))
    response = county.post(page_of(run, "import_columns"), {**as_guessed(county, run), **WHOLE})
    assert response.status_code == 422
    assert "没有一列是“企业名称”或“统一社会信用代码”" in soup_of(response).get_text()


def test_an_amount_needs_a_unit_and_a_field_only_one_column(county):
    headings = ["企业名称", "统一社会信用代码", "营业收入", "单位名称（全称）"]
    run = run_of(upload(county, [["甲厂", make_code(1), 12, "甲厂"]], headings))
    sent = {**as_guessed(county, run), "c4": "name", **WHOLE}
    response = county.post(page_of(run, "import_columns"), sent)
    text = soup_of(response).get_text()
    assert response.status_code == 422
    assert "“营业收入”是金额，请选单位" in text
    assert "一项内容只能来自一列" in text


def test_confirmed_figures_need_a_document(county):
    run = run_of(upload(county, [firm_row(1)]))
    sent = {**as_guessed(county, run), **WHOLE, "standing": "confirmed"}
    response = county.post(page_of(run, "import_columns"), sent)
    assert response.status_code == 422
    assert "请写明依据的文号" in soup_of(response).get_text()


def test_a_table_cannot_speak_of_a_day_to_come(county):
    run = run_of(upload(county, [firm_row(1)]))
    response = county.post(
        page_of(run, "import_columns"), {**as_guessed(county, run), **WHOLE, "as_of": "2999-01-01"}
    )
    assert response.status_code == 422


def test_firms_elsewhere_are_rejected_without_telling_whether_the_register_has_them(county, at_once):
    make_firm(credit_code=make_code(1), county="430321")
    rows = [
        firm_row(1, **{"所在县市区": "湘潭县"}),
        firm_row(2, **{"所在县市区": "湘潭县"}),
        firm_row(1, **{"所在县市区": "浏阳市"}),
    ]
    run = checked(county, at_once, rows)
    assert (run.accepted, run.rejected) == (0, 3)
    assert set(run.faults.values_list("reason", flat=True)) == {
        "不在您负责的区域。请由企业所在地的部门导入。"
    }


def test_a_firm_cannot_be_moved_out_of_or_into_the_importers_area(county, at_once):
    make_firm("浏阳红星鞭炮厂", credit_code=make_code(1), county="430181")
    run = checked(county, at_once, [firm_row(1, **{"企业名称": "浏阳红星鞭炮厂", "所在县市区": "湘潭县"})])
    assert run.rejected == 1


# --- the way of a file --------------------------------------------------------------------------------


def test_the_check_writes_nothing_into_the_register(county, at_once):
    run = checked(county, at_once, [firm_row(1), firm_row(2, **{"从业人员期末人数": "多"})])
    assert run.state == ImportRun.State.READY
    assert (run.accepted, run.rejected) == (1, 1)
    assert not Enterprise.objects.exists()
    page = soup_of(county.get(page_of(run)))
    assert "前20行将这样入档" in page.get_text()
    assert "138****0000" in page.get_text()
    assert "13800000000" not in page.get_text()


def test_from_upload_to_report_and_a_download_that_can_be_uploaded_again(county, at_once):
    run = checked(county, at_once, [firm_row(1), firm_row(2, **{"从业人员期末人数": "多"}), firm_row(3)])
    with at_once():
        assert county.post(page_of(run, "import_go")).status_code == 302
    run.refresh_from_db()
    assert (run.state, run.accepted, run.rejected) == (ImportRun.State.DONE, 2, 1)
    report = soup_of(county.get(page_of(run))).main.get_text()
    assert "共处理3行" in report
    assert "“多”不是整数" in report
    content = b"".join(county.get(page_of(run, "import_rejected", kind="xlsx")).streaming_content)
    with read_table(io.BytesIO(content)) as table:
        assert [header.text for header in table.headers] == [*HEADINGS, "未导入的原因"]
        rows = list(table.rows())
    assert [row.values[0] for row in rows] == ["演示第2号防护用品有限公司"]
    again = county.post(START, {"file": SimpleUploadedFile("改.xlsx", content)})
    fresh = run_of(again)
    with at_once():
        county.post(page_of(fresh, "import_columns"), {**as_guessed(county, fresh), **WHOLE})
    fresh.refresh_from_db()
    assert (fresh.accepted, fresh.rejected) == (0, 1)


def test_a_run_without_rejected_rows_leaves_no_file_and_no_samples(county, at_once, private_files):
    run = checked(county, at_once, [firm_row(1)])
    with at_once():
        county.post(page_of(run, "import_go"))
    run.refresh_from_db()
    assert (bool(run.file), run.seen, run.preview) == (False, "", "")
    assert not list(private_files.rglob("*.table"))


def test_confirmed_figures_are_recorded_with_their_document(county, at_once):
    run = checked(county, at_once, [firm_row(1)], standing="confirmed", document="浏工信〔2020〕12号")
    with at_once():
        county.post(page_of(run, "import_go"))
    statement = Statement.objects.filter(fact="employees").select_related("filing").get()
    assert (statement.standing, statement.filing.document) == ("confirmed", "浏工信〔2020〕12号")
    assert statement.filing.issuer == make_office("liuyang").name


def test_how_a_unit_read_its_columns_is_remembered_for_the_same_headings(county, at_once):
    headings = ["企业名称", "统一社会信用代码", "所在县市区", "干活的人"]
    rows = [["甲厂", make_code(1), "浏阳市", 12]]
    run = run_of(upload(county, rows, headings))
    assert as_guessed(county, run)["c4"] == ""
    with at_once():
        county.post(page_of(run, "import_columns"), {**as_guessed(county, run), "c4": "employees", **WHOLE})
        county.post(page_of(run, "import_go"))
    with at_once():
        county.post(page_of(run, "import_go"))
    assert ColumnMapping.objects.count() == 1
    second = run_of(upload(county, rows, headings))
    assert as_guessed(county, second)["c4"] == "employees"


def test_columns_that_must_not_be_read_are_named_with_the_reason_and_offer_no_choice(county):
    run = run_of(upload(county, [[*firm_row(1), 88]], [*HEADINGS, "上年纳税额（万元）"]))
    page = soup_of(county.get(page_of(run, "import_columns")))
    line = next(row for row in page.select("table tbody tr") if "上年纳税额" in row.th.get_text())
    assert "税务部门的数据" in line.get_text()
    assert line.find("select") is None


def test_which_sheet_and_hidden_rows_are_asked_before_the_columns(county):
    def two_sheets(book):
        other = book.create_sheet("另一张")
        other.append(HEADINGS)
        other.append(firm_row(9))
        book["企业"].row_dimensions[3].hidden = True

    content = make_xlsx([HEADINGS, firm_row(1), firm_row(2)], change=two_sheets).read()
    run = run_of(county.post(START, {"file": SimpleUploadedFile("两张.xlsx", content)}))
    assert "另一张" in soup_of(county.get(page_of(run, "import_columns"))).main.get_text()
    county.post(page_of(run, "import_choices"), {"sheet": "企业"})
    assert "被隐藏" in soup_of(county.get(page_of(run, "import_columns"))).main.get_text()
    county.post(page_of(run, "import_choices"), {"hidden": "skip"})
    page = soup_of(county.get(page_of(run, "import_columns")))
    assert page.find("select", {"name": "c1"}) is not None
    run.refresh_from_db()
    assert run.choices == {"sheet": "企业", "hidden": "skip"}


def test_a_county_office_need_not_name_its_county(county, at_once):
    headings = [heading for heading in HEADINGS if heading != "所在县市区"]
    row = [cell for cell, heading in zip(firm_row(1), HEADINGS, strict=True) if heading != "所在县市区"]
    run = checked(county, at_once, [row], headings)
    with at_once():
        county.post(page_of(run, "import_go"))
    assert Enterprise.objects.get().prefecture == "430181"


def test_the_firms_of_a_park_lie_in_the_park(enter, at_once):
    park = enter("park")
    run = checked(park, at_once, [firm_row(1)])
    with at_once():
        park.post(page_of(run, "import_go"))
    assert Enterprise.objects.get().park == make_office("park")


def test_a_stopped_check_forgets_the_file(county):
    run = run_of(upload(county, [firm_row(1)]))
    county.post(page_of(run, "import_columns"), {**as_guessed(county, run), **WHOLE})
    assert Job.objects.get().state == "waiting"
    county.post(page_of(run, "import_stop"))
    run.refresh_from_db()
    assert run.state == ImportRun.State.CANCELLED
    assert Job.objects.get().state == "cancelled"
    assert not run.file


@pytest.mark.parametrize(("is_begun", "status"), [(False, 200), (True, 302)])
def test_the_columns_of_a_failed_run_are_set_again_unless_rows_went_in(county, at_once, is_begun, status):
    run = checked(county, at_once, [firm_row(1)])
    picked = as_guessed(county, run)
    if is_begun:
        imports.begin(run, actor=None, at=clock.now())
    imports.fail(run, "文件损坏")
    assert county.get(page_of(run, "import_columns")).status_code == status
    assert (page_of(run, "import_columns") in county.get(page_of(run)).content.decode()) is not is_begun
    with at_once():
        assert county.post(page_of(run, "import_columns"), {**picked, **WHOLE}).status_code == 302
    run.refresh_from_db()
    done = (ImportRun.State.FAILED, "文件损坏") if is_begun else (ImportRun.State.READY, "")
    assert (run.state, run.message) == done


def test_starting_twice_is_refused_while_the_first_runs(county, at_once):
    run = checked(county, at_once, [firm_row(1)])
    assert county.post(page_of(run, "import_go")).status_code == 302
    assert county.post(page_of(run, "import_go")).status_code == 409


def test_the_template_can_be_filled_in_and_imported_as_it_is(county, at_once):
    content = b"".join(county.get(reverse("enterprises:import_template")).streaming_content)
    run = run_of(county.post(START, {"file": SimpleUploadedFile("模板.xlsx", content)}))
    with at_once():
        county.post(page_of(run, "import_columns"), {**as_guessed(county, run), **WHOLE})
    run.refresh_from_db()
    assert (run.accepted, run.rejected) == (1, 0)


def test_audit_records_hold_counts_and_no_content(county, at_once):
    run = checked(county, at_once, [firm_row(1)])
    with at_once():
        county.post(page_of(run, "import_go"))
    acts = dict(AuditRecord.objects.values_list("act", "details"))
    assert {"import.uploaded", "import.checked", "import.batch_written", "import.finished"} <= acts.keys()
    assert "演示" not in json.dumps(list(acts.values()), ensure_ascii=False)


def test_the_report_of_many_faults_takes_as_many_queries_as_that_of_one(county, at_once):
    taken = []
    for faults in (1, 120):
        rows = [firm_row(number, **{"从业人员期末人数": "多"}) for number in range(1, faults + 1)]
        run = checked(county, at_once, rows)
        county.get(page_of(run))
        with CaptureQueriesContext(connection) as queries:
            page = soup_of(county.get(page_of(run)))
        taken.append(len(queries))
        assert len(page.select("section[aria-labelledby=faults-title] tbody tr")) == min(faults, 50)
    assert taken[0] == taken[1]
