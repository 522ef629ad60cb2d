"""Files of the 12345 hotline: bad files and rows are located, good rows are cases once, also after a kill."""

import io
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.commands import file_12345
from huiqi.cases.commands.file_12345 import (
    Tally,
    begin_requests,
    check_requests,
    finish_requests,
    import_requests,
    save_check,
    start_requests,
    tidy_requests,
)
from huiqi.cases.models import Case, RequestFault, RequestImport
from huiqi.cases.queries import request_tables
from huiqi.cases.queries.request_tables import open_requests, table_of
from huiqi.cases.tests.make import at, make_edition, make_officer
from huiqi.cases.workflow import Channel, Urgency
from huiqi.core import clock
from huiqi.core.jobs import cancel_job
from huiqi.core.models import AuditRecord, Job, JobState
from huiqi.enterprises.tests.make import make_code, make_firm
from huiqi.files.stored_tables import sealed
from huiqi.files.tables.read import read_table
from huiqi.files.tests.make import changed_zip, make_xlsx

pytestmark = pytest.mark.django_db
HEADINGS = "工单编号 诉求人 联系电话 单位名称 统一社会信用代码 所在县市区 诉求内容 处理结果".split()


def line(number, **changes):
    """A good row of 浏阳; `changes` by heading."""
    given = {
        "工单编号": f"CS2020{number:06d}",
        "诉求人": "李明",
        "联系电话": f"138{number:08d}",
        "单位名称": "演示口罩厂",
        "所在县市区": "浏阳市",
        "诉求内容": "复工后招不到工人。请帮忙。",
        **changes,
    }
    return [given.get(heading, "") for heading in HEADINGS]


def table(*rows):
    return make_xlsx([HEADINGS, *rows]).getvalue()


@pytest.fixture(autouse=True)
def officer():
    make_edition()
    return make_officer("liuyang")


@pytest.fixture
def go(signed_in, django_capture_on_commit_callbacks):
    """Press the button that lets the rows in; the job runs at once."""

    def act(run):
        with django_capture_on_commit_callbacks(execute=True):
            signed_in.post(reverse("cases:import_go", args=[run.public_id]))
        return signed_in.get(reverse("cases:import_run", args=[run.public_id])).content.decode()

    return act


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def send(client, content, name="12345.xlsx"):
    """Upload a file; its rows are still to be checked."""
    return client.post(reverse("cases:imports"), {"file": SimpleUploadedFile(name, content)})


def upload(client, content):
    """Upload a file and look at it once its rows are checked."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = send(client, content)
    return client.get(answer.url, follow=True) if answer.status_code == 302 else answer


def check(run, table, today):
    tally = Tally()
    return list(check_requests(run, table, tally, today)), tally


def run_command(path, *options):
    out = StringIO()
    call_command("import-requests", str(path), *options, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def counts(run):
    return run.accepted, run.unchanged, run.rejected


# --- files that are refused, with the place ---------------------------------------------------------

BAD_FILES = {
    "empty": (b"", "文件是空的"),
    "macros": (changed_zip(make_xlsx(), {"xl/vbaProject.bin": b"x"}).getvalue(), "宏"),
    "only a header": (make_xlsx([HEADINGS]).getvalue(), "只有表头"),
    "zip bomb": (
        changed_zip(make_xlsx(), {"xl/worksheets/sheet1.xml": b" " * 11_000_000}).getvalue(),
        "解压",
    ),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_cannot_be_read_is_refused_in_words_and_not_kept(signed_in, kind):
    content, told = BAD_FILES[kind]
    response = upload(signed_in, content)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not RequestImport.objects.exists()


def columns_of(run):
    return reverse("cases:import_columns", args=[run.public_id])


def test_columns_nobody_recognises_are_asked_for_with_people_masked_and_then_remembered(signed_in):
    heads = ["案件号", "谁", "打给", "在哪", "说了什么"]
    rows = [["CS1", "李明", "13800001111", "浏阳市", "招不到工人"]]
    content = make_xlsx([heads, *rows]).getvalue()
    page = upload(signed_in, content).content.decode()
    run = RequestImport.objects.get()
    assert run.state == RequestImport.State.UPLOADED
    assert "工单编号" in page and "13800001111" not in page and "招不到工人" in page
    half = signed_in.post(columns_of(run), {"c0": "ref", "c2": "phone", "c4": "ref"})
    assert half.status_code == 422
    assert "只能来自一列" in half.content.decode() and "诉求内容" in half.content.decode()
    chosen = {"c0": "ref", "c1": "name", "c2": "phone", "c3": "county", "c4": "text"}
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert signed_in.post(columns_of(run), chosen).status_code == 302
    run.refresh_from_db()
    assert (run.state, counts(run)) == (RequestImport.State.READY, (1, 0, 0))
    upload(signed_in, make_xlsx([heads, ["CS2", "王芳", "13800002222", "浏阳市", "缺口罩"]]).getvalue())
    again = RequestImport.objects.order_by("-pk").first()
    assert (again.state, again.mapping["说了什么"]) == (RequestImport.State.READY, "text")


def test_what_was_recognised_can_be_changed_and_the_rows_are_checked_anew(signed_in, go):
    upload(signed_in, table(line(1, 处理结果="已转办"), line(2, 联系电话="12")))
    run = RequestImport.objects.get()
    places = {heading: place for place, heading in enumerate(HEADINGS)}
    chosen = {f"c{places[heading]}": key for heading, key in run.mapping.items()}
    chosen[f"c{places['处理结果']}"] = "title"
    with TestCase.captureOnCommitCallbacks(execute=True):
        signed_in.post(columns_of(run), chosen)
    run.refresh_from_db()
    assert (run.mapping["处理结果"], counts(run), run.faults.count()) == ("title", (1, 0, 1), 1)
    go(run)
    assert Case.objects.get().title == "已转办"
    moved_on = signed_in.post(columns_of(run), chosen)
    assert moved_on.status_code == 302
    assert Case.objects.count() == 1


def test_a_run_is_stopped_between_batches_and_goes_on(signed_in, officer, monkeypatch, go):
    monkeypatch.setattr(request_tables, "BATCH", 2)
    upload(signed_in, table(*(line(number) for number in range(1, 6))))
    run = RequestImport.objects.get()
    start_requests(run, actor=officer)
    run.refresh_from_db()
    with table_of(run) as opened:
        steps = import_requests(run, opened, today=clock.today(), at=at())
        next(steps)
        signed_in.post(reverse("cases:import_stop", args=[run.public_id]))
        with pytest.raises(file_12345.Superseded):
            next(steps)
    run.refresh_from_db()
    assert (run.state, run.done_rows, Case.objects.count()) == (RequestImport.State.CANCELLED, 2, 2)
    page = signed_in.get(reverse("cases:import_run", args=[run.public_id])).content.decode()
    assert "从停下的地方继续" in page
    go(run)
    run.refresh_from_db()
    assert (run.state, counts(run)) == (RequestImport.State.DONE, (5, 0, 0))


def test_a_file_not_yet_begun_is_deleted_when_stopped(signed_in):
    upload(signed_in, table(line(1)))
    run = RequestImport.objects.get()
    page = signed_in.post(reverse("cases:import_stop", args=[run.public_id]), follow=True).content.decode()
    run.refresh_from_db()
    assert (run.state, bool(run.file), run.preview, run.seen) == (
        RequestImport.State.CANCELLED,
        False,
        "",
        "",
    )
    assert "没有登记任何诉求" in page
    assert signed_in.post(reverse("cases:import_go", args=[run.public_id])).status_code == 409


# --- the rows are checked outside the request -------------------------------------------------------


def page_of(client, run):
    return client.get(reverse("cases:import_run", args=[run.public_id])).content.decode()


def test_an_upload_only_looks_at_the_file_and_the_page_waits_for_its_rows(signed_in, officer):
    with TestCase.captureOnCommitCallbacks(execute=True):
        send(signed_in, table(line(1), line(2, 联系电话="12")))
        run = RequestImport.objects.get()
        assert (run.state, counts(run), run.total_rows) == (RequestImport.State.CHECKING, (0, 0, 0), 2)
        page = page_of(signed_in, run)
        assert "every 2s" in page and "可以离开本页" in page
        assert "正在预检" in signed_in.get(reverse("cases:imports")).content.decode()
        assert signed_in.post(reverse("cases:import_go", args=[run.public_id])).status_code == 409
    assert Job.objects.get(public_id=run.job_id).owner_id == officer.public_id
    run.refresh_from_db()
    assert (run.state, counts(run)) == (RequestImport.State.READY, (1, 0, 1))
    page = page_of(signed_in, run)
    assert "every 2s" not in page and "登记1件诉求" in page and "第3行" in page
    assert AuditRecord.objects.filter(act="request_import.checked").exists()


def test_a_check_that_is_stopped_leaves_neither_file_nor_rows(signed_in):
    with TestCase.captureOnCommitCallbacks(execute=True):
        send(signed_in, table(line(1)))
        run = RequestImport.objects.get()
        name, storage = run.file.name, run.file.storage
        signed_in.post(reverse("cases:import_stop", args=[run.public_id]))
    run.refresh_from_db()
    assert (run.state, bool(run.file), counts(run)) == (RequestImport.State.CANCELLED, False, (0, 0, 0))
    assert not storage.exists(name)
    assert Job.objects.get(public_id=run.job_id).state == JobState.CANCELLED
    assert "没有登记任何诉求" in page_of(signed_in, run)


def test_what_an_overtaken_check_found_is_not_kept(signed_in):
    with TestCase.captureOnCommitCallbacks():
        send(signed_in, table(line(1)))
    run = RequestImport.objects.get()
    with table_of(run) as opened:
        _steps, tally = check(run, opened, clock.today())
    signed_in.post(reverse("cases:import_stop", args=[run.public_id]))
    with pytest.raises(file_12345.Superseded):
        save_check(run, tally)
    run.refresh_from_db()
    assert (run.state, counts(run)) == (RequestImport.State.CANCELLED, (0, 0, 0))


def test_a_check_whose_job_was_stopped_elsewhere_is_begun_again(signed_in, officer):
    with TestCase.captureOnCommitCallbacks():
        send(signed_in, table(line(1), line(2)))
    run = RequestImport.objects.get()
    chosen = {f"c{HEADINGS.index(heading)}": key for heading, key in run.mapping.items()}
    busy = signed_in.post(columns_of(run), chosen)
    assert busy.status_code == 422 and "正在预检" in busy.content.decode()
    cancel_job(run.job, actor=officer)
    page = page_of(signed_in, run)
    assert "预检没有做完" in page and "重新预检" in page and "every 2s" not in page
    with TestCase.captureOnCommitCallbacks(execute=True):
        signed_in.post(columns_of(run), chosen)
    run.refresh_from_db()
    assert (run.state, counts(run)) == (RequestImport.State.READY, (2, 0, 0))


def test_a_file_that_went_bad_fails_in_the_job_and_says_so(signed_in):
    with TestCase.captureOnCommitCallbacks(execute=True):
        send(signed_in, table(line(1)))
        run = RequestImport.objects.get()
        run.file.storage.delete(run.file.name)
        run.file.storage.save(run.file.name, sealed(b""))
    run.refresh_from_db()
    assert (run.state, Job.objects.get().state) == (RequestImport.State.FAILED, JobState.FAILED)
    assert run.message and run.message in page_of(signed_in, run)
    assert signed_in.post(reverse("cases:import_go", args=[run.public_id])).status_code == 409


def test_a_check_tells_how_far_it_is(monkeypatch):
    monkeypatch.setattr(request_tables, "BATCH", 2)
    run = RequestImport(file_name="x", sha256="0" * 64, created_at=at(), kept_until=at())
    with open_requests(io.BytesIO(table(*(line(number) for number in range(1, 6))))) as opened:
        steps, _tally = check(run, opened, clock.today())
    assert steps == [(2, 5), (4, 5), (5, 5)]


def test_merged_cells_and_formulas_are_located(signed_in):
    def change(book):
        sheet = book.active
        sheet.merge_cells("F2:F3")
        sheet["G4"] = "=1+1"

    content = make_xlsx([HEADINGS, line(1), line(2), line(3)], change=change).getvalue()
    page = upload(signed_in, content).content.decode()
    assert "F2:F3" in page
    found = dict(RequestFault.objects.values_list("row", "column"))
    assert found == {3: "所在县市区", 4: "诉求内容"}


def test_each_bad_row_is_listed_by_row_and_column_and_people_are_not_named(signed_in):
    rows = [
        line(1, 联系电话="1234"),
        line(2, 统一社会信用代码="91430181MA0000000X"),
        line(3, 所在县市区="无此县"),
        line(4, 诉求内容=""),
        line(5, 所在县市区="龙山县"),
        line(6),
        line(6, 联系电话="13899990000"),
    ]
    upload(signed_in, table(*rows))
    found = {fault.row: (fault.column, fault.value) for fault in RequestFault.objects.order_by("row")}
    assert found == {
        2: ("联系电话", ""),
        3: ("统一社会信用代码", "91430181MA0000000X"),
        4: ("所在县市区", "无此县"),
        5: ("诉求内容", ""),
        6: ("所在县市区", "433130"),
        8: ("", "CS2020000006"),
    }
    assert not Case.objects.exists()


@pytest.mark.parametrize("role", [Role.WINDOW_CLERK, Role.SUPERVISOR, Role.HOTLINE_AGENT])
def test_who_does_not_both_take_and_dispatch_finds_no_such_page(client, role):
    client.force_login(make_user(role=role, unit=make_office("liuyang")))
    for name in ("imports", "import_template"):
        assert client.get(reverse(f"cases:{name}")).status_code == 404


def test_the_run_of_a_colleague_is_not_there(signed_in, client):
    upload(signed_in, table(line(1)))
    address = reverse("cases:import_run", args=[RequestImport.objects.get().public_id])
    client.force_login(make_officer("liuyang"))
    assert client.get(address).status_code == 404


def test_the_command_refuses_a_missing_file_and_a_file_without_columns(tmp_path):
    with pytest.raises(CommandError, match="没有这个文件"):
        run_command(tmp_path / "none.csv")
    path = tmp_path / "other.csv"
    path.write_bytes("甲,乙\n1,2\n".encode())
    with pytest.raises(CommandError, match="工单编号"):
        run_command(path)


# --- what goes in -----------------------------------------------------------------------------------
def test_good_rows_become_cases_and_bad_ones_stay_outside(signed_in, officer, go):
    upload(signed_in, table(line(1), line(2, 联系电话="12"), line(3)))
    run = RequestImport.objects.get()
    assert counts(run) == (2, 0, 1)
    assert not Case.objects.exists()
    page = go(run)
    run.refresh_from_db()
    assert (run.state, counts(run)) == (RequestImport.State.DONE, (2, 0, 1))
    assert "第3行" in page
    case = Case.objects.get(source_ref="CS2020000001")
    assert (case.channel, case.prefecture, case.desk) == (Channel.FILE_12345, "430181", officer.unit)
    assert (case.taken_by, case.title) == (officer, "复工后招不到工人")
    assert case.due_at is not None


def test_the_rows_not_taken_are_handed_back_as_they_stood_and_can_be_mended(signed_in, go):
    upload(signed_in, table(line(1), line(2, 联系电话="12")))
    run = RequestImport.objects.get()
    go(run)
    answer = signed_in.get(reverse("cases:import_rejected", args=[run.public_id]))
    with read_table(io.BytesIO(b"".join(answer.streaming_content))) as back:
        assert [header.text for header in back.headers] == [*HEADINGS, "未导入的原因"]
        (row,) = back.rows()
    assert row.values[0] == "CS2020000002"
    assert "联系电话" in str(row.values[-1])


def test_the_same_file_twice_changes_nothing(tmp_path):
    path = tmp_path / "12345.xlsx"
    path.write_bytes(table(line(1), line(2)))
    first, second = run_command(path), run_command(path)
    assert (first["accepted"], second["accepted"], second["unchanged"]) == (2, 0, 2)
    assert Case.objects.count() == 2


def test_a_dry_run_writes_nothing(tmp_path):
    path = tmp_path / "12345.xlsx"
    path.write_bytes(table(line(1), line(2, 联系电话="12")))
    answer = run_command(path, "--dry-run")
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert answer["errors"][0]["row"] == 3
    assert not Case.objects.exists()
    assert not AuditRecord.objects.filter(act="case.registered").exists()


def test_a_firm_is_known_by_its_code_and_never_by_its_name(tmp_path):
    code = make_code()
    firm = make_firm("演示口罩厂", credit_code=code)
    path = tmp_path / "12345.xlsx"
    path.write_bytes(table(line(1), line(2, 统一社会信用代码=code, 单位名称="别的写法")))
    run_command(path)
    named, coded = Case.objects.order_by("source_ref")
    assert (named.enterprise, named.firm_name) == (None, "演示口罩厂")
    assert (coded.enterprise, coded.firm_name) == (firm, "别的写法")


def test_urgency_and_topic_are_read_in_words(tmp_path):
    path = tmp_path / "12345.csv"
    path.write_bytes(
        "编号,电话,内容,区域,紧急程度,类别\n"
        "A1,13800001111,急需用工,浏阳市,加急,复工用工\nA2,13800001111,急需用工,浏阳市,,没有的\n".encode(
            "gb18030"
        )
    )
    answer = run_command(path)
    assert (answer["accepted"], [one["column"] for one in answer["errors"]]) == (1, ["类别"])
    case = Case.objects.get()
    assert (case.topic, case.urgency) == ("work", Urgency.URGENT)


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


@pytest.mark.parametrize("dies_at", [0, 3, 5])
def test_a_run_killed_half_way_goes_on_and_ends_as_if_nothing_had_happened(monkeypatch, dies_at):
    monkeypatch.setattr(request_tables, "BATCH", 2)
    rows = [line(number, **({"联系电话": "1"} if number == 2 else {})) for number in range(1, 8)]
    run = RequestImport(file_name="x", sha256="0" * 64, created_at=at(), kept_until=at())
    today = clock.today()
    with open_requests(io.BytesIO(table(*rows))) as opened:
        check(run, opened, today)
        run.save()
        begin_requests(run)
        run.save()
        opening, calls = file_12345.open_case, []

        def dying(*given, **named):
            if len(calls) == dies_at:
                raise Killed
            calls.append(1)
            return opening(*given, **named)

        monkeypatch.setattr(file_12345, "open_case", dying)
        with pytest.raises(Killed):
            list(import_requests(run, opened, today=today, at=at()))
        monkeypatch.setattr(file_12345, "open_case", opening)
        again = RequestImport.objects.get(pk=run.pk)
        list(import_requests(again, opened, today=today, at=at()))
    done = finish_requests(run, at=at(), wall=at())
    assert counts(done) == (6, 0, 1)
    assert Case.objects.count() == 6
    assert done.faults.count() == 1


def test_the_file_is_kept_encrypted_and_goes_after_a_week(signed_in):
    upload(signed_in, table(line(1), line(2, 联系电话="12")))
    run = RequestImport.objects.get()
    with run.file.open("rb") as stored:
        assert not stored.read().startswith(b"PK")
    assert "13800000001" not in run.preview
    assert tidy_requests(wall=run.kept_until + timedelta(seconds=1)) == 1
    run.refresh_from_db()
    assert not run.file
