"""Taking a list of firms along: whose firms, which columns, what is printed on it, how long it may be had."""

import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from huiqi.accounts.models import Deputyship, User
from huiqi.accounts.roles import Role
from huiqi.core import clock
from huiqi.core.models import AuditRecord, Job
from huiqi.enterprises.commands import exports as exports_module
from huiqi.enterprises.models import Contact, Enterprise, ExportRun
from huiqi.enterprises.queries.exports import ORDER, export_columns, rows_of_export
from huiqi.enterprises.tests.make import make_firm
from huiqi.files.tables.problems import TableRefused
from huiqi.files.tables.read import read_table
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
URL = reverse("enterprises:export")
ASKED = {"purpose": "复工复产调度会用表", "form": "xlsx", "columns": ["name", "county", "revenue"]}


def table_in(response):
    """Headings and rows of a downloaded table, and the lines above it."""
    content = b"".join(response.streaming_content)
    with read_table(io.BytesIO(content)) as table:
        headings = [header.text for header in table.headers]
        return headings, [list(row.values) for row in table.rows()], table.preamble, table.encoding


@pytest.mark.parametrize("person", ["window_clerk", "stationed_officer", "firm", "admin", "dispatcher"])
def test_who_may_not_export_does_not_find_the_page(enter, person):
    assert enter(person).get(URL).status_code == 404
    assert enter(person).post(URL, ASKED).status_code == 404
    assert not ExportRun.objects.exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [({"purpose": ""}, "请写明用途"), ({"purpose": "看"}, "用途太短"), ({"columns": []}, "至少选一列")],
)
def test_without_purpose_or_columns_nothing_leaves(enter, change, told):
    make_firm()
    response = enter("county").post(URL, {**ASKED, **change})
    assert response.status_code == 422
    assert told in BeautifulSoup(response.content, "lxml").get_text()
    assert not ExportRun.objects.exists()


def test_contacts_are_never_offered_to_an_analyst_nor_taken_from_a_forged_form(enter):
    make_firm()
    page = BeautifulSoup(enter("analyst").get(URL).content, "lxml")
    assert page.find("input", {"value": "phone"}) is None
    response = enter("analyst").post(URL, {**ASKED, "columns": ["name", "phone"]})
    assert response.status_code == 422


def test_a_deputy_who_may_reveal_contacts_in_one_county_takes_none_of_the_province(enter):
    """An analyst exports the whole province; standing in for a county's officer, they reveal there alone."""
    today = clock.today()
    firm = make_firm(county="430321")
    Contact.objects.create(enterprise=firm, person="王芳", phone="13812345678", source="register")
    Deputyship.objects.create(absent=play("county"), deputy=play("analyst"), from_on=today, to_on=today)
    page = BeautifulSoup(enter("analyst").get(URL).content, "lxml")
    assert page.find("input", {"value": "phone"}) is None
    response = enter("analyst").post(URL, {**ASKED, "columns": ["name", "phone"]})
    assert response.status_code == 422


def test_a_deputy_whose_posts_all_reveal_contacts_takes_them_along(enter):
    make_firm()
    today = clock.today()
    Deputyship.objects.create(absent=play("city"), deputy=play("county"), from_on=today, to_on=today)
    page = BeautifulSoup(enter("county").get(URL).content, "lxml")
    assert page.find("input", {"value": "phone"}) is not None


def test_figures_of_other_authorities_and_of_persons_are_no_columns():
    offered = export_columns(with_contacts=True)
    assert not {"tax_due", "insured_employees", "startup_person", "cash_balance"} & offered.keys()


def test_results_found_by_a_telephone_number_are_not_exported(enter):
    assert enter("county").get(f"{URL}?q=13800000000").status_code == 409


def test_only_firms_of_the_area_leave_whatever_the_address_asks(enter):
    make_firm("浏阳红星厂", county="430181")
    make_firm("湘潭蓝天厂", county="430321")
    with pytest.raises(TableRefused, match="只有表头"):
        table_in(enter("county").post(f"{URL}?region=430321", ASKED))
    _, rows, _, _ = table_in(enter("county").post(URL, ASKED))
    assert [row[0] for row in rows] == ["浏阳红星厂"]


def test_the_first_line_says_who_took_what_for_and_how_many(enter):
    make_firm("浏阳红星厂", facts={"revenue": 128_000_000})
    headings, rows, preamble, _ = table_in(enter("county").post(URL, ASKED))
    assert headings == ["企业名称", "所在县市区", "营业收入（万元）"]
    assert rows == [["浏阳红星厂", "浏阳市", 128]]
    assert "谭丽（浏阳市工信局）" in preamble[0]
    assert "用途：复工复产调度会用表，共1行" in preamble[0]


@pytest.mark.parametrize(("form", "encoding"), [("csv", "utf-8-sig"), ("csv-gb", "gb18030")])
def test_text_files_come_in_both_encodings(enter, form, encoding):
    make_firm("浏阳𠅤记厂")
    _, rows, _, found = table_in(enter("county").post(URL, {**ASKED, "form": form}))
    assert (rows[0][0], found) == ("浏阳𠅤记厂", encoding)


def test_a_name_that_is_a_formula_stays_text(enter):
    make_firm("=HYPERLINK(1)厂")
    content = b"".join(enter("county").post(URL, {**ASKED, "form": "csv"}).streaming_content).decode()
    assert "'=HYPERLINK(1)厂" in content


def test_telephone_numbers_leave_masked(enter):
    firm = make_firm()
    Contact.objects.create(enterprise=firm, person="王芳", phone="13812345678", source="register")
    response = enter("county").post(URL, {**ASKED, "columns": ["name", "person", "phone"]})
    _, rows, _, _ = table_in(response)
    assert rows[0][1:] == ["王*", "138****5678"]


def test_each_export_is_recorded_with_its_number_of_rows(enter):
    make_firm()
    table_in(enter("county").post(URL, ASKED))
    record = AuditRecord.objects.get(act="export.made")
    assert record.details == {"rows": 1, "columns": 3, "has_contacts": False}


# --- long lists ---------------------------------------------------------------------------------------


@pytest.fixture
def long_list(monkeypatch, enter, django_capture_on_commit_callbacks):
    """A list over the limit, asked for by the county's officer; the job has run."""

    def ask(form="xlsx"):
        monkeypatch.setattr(exports_module, "MOST_AT_ONCE", 2)
        monkeypatch.setattr(exports_module, "STEP", 2)
        for number in range(5):
            make_firm(f"浏阳第{number}厂")
        with django_capture_on_commit_callbacks(execute=True):
            response = enter("county").post(URL, {**ASKED, "form": form})
        return ExportRun.objects.get(public_id=response["Location"].split("/")[2])

    return ask


def page_of(run, name="export_run"):
    return reverse(f"enterprises:{name}", args=[run.public_id])


def test_the_file_of_another_is_not_found(enter, long_list):
    run = long_list()
    assert enter("province").get(page_of(run)).status_code == 404
    assert enter("province").post(page_of(run, "export_file")).status_code == 404


def test_whoever_lost_the_power_to_export_no_longer_finds_the_own_file(enter, long_list):
    run = long_list()
    browser = enter("county")
    assert browser.get(page_of(run)).status_code == 200
    User.objects.filter(pk=run.owner_id).update(role=Role.WINDOW_CLERK)
    assert browser.get(page_of(run)).status_code == 404
    assert browser.post(page_of(run, "export_file")).status_code == 404
    assert not AuditRecord.objects.filter(act="export.downloaded").exists()


def test_a_file_made_as_a_deputy_is_not_fetched_after_the_deputyship(enter, long_list):
    today = clock.today()
    stand_in = Deputyship.objects.create(
        absent=play("city"), deputy=play("county"), from_on=today, to_on=today
    )
    run = long_list()
    ready = AuditRecord.objects.get(act="export.ready")
    assert ready.actor_id == run.owner.public_id
    browser = enter("county")
    assert browser.get(page_of(run)).status_code == 200
    Deputyship.objects.filter(pk=stand_in.pk).update(ended_at=clock.now())
    assert browser.get(page_of(run)).status_code == 404
    assert browser.post(page_of(run, "export_file")).status_code == 404
    assert not AuditRecord.objects.filter(act="export.downloaded").exists()


def test_a_job_begun_for_somebody_absent_is_recorded_as_theirs_to_the_end(enter, long_list):
    today = clock.today()
    play("county")
    User.objects.filter(pk=play("county").pk).update(role=Role.WINDOW_CLERK)  # exports only as a deputy
    Deputyship.objects.create(absent=play("city"), deputy=play("county"), from_on=today, to_on=today)
    long_list()
    for act in ("job.started", "export.made", "export.ready"):
        assert AuditRecord.objects.get(act=act).on_behalf_id == play("city").public_id, act


def test_after_a_day_the_file_is_gone(enter, long_list):
    run = long_list()
    ExportRun.objects.update(expires_at=clock.wall_now() - timedelta(seconds=1))
    assert enter("county").get(page_of(run)).status_code == 404
    assert enter("county").post(page_of(run, "export_file")).status_code == 404
    assert exports_module.tidy_exports(at=clock.wall_now()) == 1
    run.refresh_from_db()
    assert not run.file


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_long_list_is_made_as_a_job_and_fetched_by_its_owner(enter, long_list, form):
    run = long_list(form)
    assert Job.objects.get(public_id=run.job_id).result == {"rows": 5}
    assert "已经做好" in BeautifulSoup(enter("county").get(page_of(run)).content, "lxml").get_text()
    _, rows, preamble, _ = table_in(enter("county").post(page_of(run, "export_file")))
    assert sorted(row[0] for row in rows) == [f"浏阳第{number}厂" for number in range(5)]
    assert "共5行" in preamble[0]
    assert AuditRecord.objects.filter(act="export.downloaded").count() == 1


def test_a_job_writes_only_what_its_owner_may_see_when_it_runs(monkeypatch, enter, long_list):
    def moved_away(*args, **kwargs):
        return Enterprise.objects.none()

    monkeypatch.setattr("huiqi.enterprises.jobs.firms_for", moved_away)
    run = long_list()
    with pytest.raises(TableRefused, match="只有表头"):
        table_in(enter("county").post(page_of(run, "export_file")))


def test_rows_are_read_a_chunk_at_a_time(monkeypatch, assert_queries):
    monkeypatch.setattr("huiqi.enterprises.queries.exports.CHUNK", 2)
    for _ in range(5):
        make_firm()
    columns = [export_columns(with_contacts=True)[key] for key in ("name", "phone")]
    list(rows_of_export(Enterprise.objects.all(), columns))  # code tables are loaded once
    with assert_queries(6):  # checksum of the code tables, parks, firms, and contacts of three chunks
        assert len(list(rows_of_export(Enterprise.objects.all(), columns))) == 5
    assert ORDER[-1] == "pk"
