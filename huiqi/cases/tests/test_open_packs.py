"""Offline packs as pages: from making one to its receipt, and what a check says while it runs."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.commands.pack_merges import (
    check_rows,
    stop_merge,
)
from huiqi.cases.models import Case, OfflinePack, PackMerge
from huiqi.cases.packs import layout
from huiqi.cases.queries.pack_receipts import (
    receipt_code,
)
from huiqi.cases.tests.make import at, make_case, make_edition, make_officer
from huiqi.cases.tests.make_packs import (
    BACK,
    FIELDS,
    GOOD,
    SHEET,
    fill,
    filled,
    merged,
    pack_for,
    rename_headings,
    saved,
    uploaded,
)
from huiqi.cases.workflow import Channel, State
from huiqi.core.models import Job, JobState
from huiqi.files.table_runs import Superseded
from huiqi.files.tests.make import make_xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def officer():
    make_edition(fields=FIELDS)
    return make_officer("liuyang", name="谭丽")


@pytest.fixture
def handled(officer):
    """A case given to 浏阳's own office, not yet signed."""
    return make_case(state=State.ASSIGNED, when=at("2020-03-02", "08:50"), officer=officer)


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def test_the_pages_lead_from_making_to_the_receipt(
    signed_in, officer, handled, django_capture_on_commit_callbacks
):
    make = {"unit": officer.unit.public_id, "items": ["request"], "rows_each": "50", "days": "7"}
    assert signed_in.post(reverse("cases:pack_make"), make).status_code == 302
    pack = OfflinePack.objects.get()
    taken = signed_in.post(reverse("cases:pack_file", args=[pack.public_id]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content)))
    fill(book, SHEET, 3, {**GOOD, layout.RECEIVED: ""})
    upload = {"file": SimpleUploadedFile("填好.xlsx", saved(book))}
    with django_capture_on_commit_callbacks(execute=True):
        moving = signed_in.post(reverse("cases:pack_upload"), upload)
    assert "正在预检" not in signed_in.get(moving.url).content.decode()
    page = signed_in.get(moving.url).content.decode()
    assert "将登记" in page and f"{pack.number}-A001" in page
    merge = PackMerge.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(reverse("cases:pack_merge_go", args=[merge.public_id]))
    page = signed_in.get(reverse("cases:pack_merge", args=[merge.public_id])).content.decode()
    merge.refresh_from_db()
    assert merge.state == PackMerge.State.DONE
    assert merge.receipt in page and Case.objects.get(channel=Channel.OFFLINE).spoken_number in page
    check = {"receipt": merge.receipt.lower(), "code": receipt_code(merge)}
    assert "一致" in signed_in.get(reverse("cases:receipt_check"), check).content.decode()
    wrong = signed_in.get(reverse("cases:receipt_check"), {**check, "code": "0000-0000-0000"})
    assert wrong.status_code == 422
    receipt = signed_in.get(reverse("cases:pack_receipt", args=[merge.public_id]))
    assert receipt["Content-Disposition"].startswith("attachment")
    assert pack.number in signed_in.get(reverse("cases:packs")).content.decode()


def test_a_wrong_file_is_refused_on_the_page_in_words(signed_in):
    upload = {"file": SimpleUploadedFile("x.xlsx", make_xlsx().getvalue())}
    answer = signed_in.post(reverse("cases:pack_upload"), upload)
    assert answer.status_code == 422 and "离线包" in answer.content.decode()


def test_while_rows_are_checked_the_page_says_so_and_the_check_can_be_stopped(signed_in, officer):
    merge = uploaded(officer, filled(pack_for(officer), GOOD))
    address = reverse("cases:pack_merge", args=[merge.public_id])
    Job.objects.filter(public_id=merge.job_id).update(done_count=1, total_count=4)
    page = signed_in.get(address).content.decode()
    assert "正在预检" in page and "1 / 4" in page and "还没有写入任何内容" in page
    assert signed_in.post(reverse("cases:pack_merge_go", args=[merge.public_id])).status_code == 409
    stopped = signed_in.post(reverse("cases:pack_merge_stop", args=[merge.public_id]), follow=True)
    assert "已停止，没有合并任何一行。" in stopped.content.decode()
    merge.refresh_from_db()
    assert (merge.state, bool(merge.file)) == (PackMerge.State.CANCELLED, False)
    assert Job.objects.get(public_id=merge.job_id).state == JobState.CANCELLED


def test_a_check_that_somebody_stopped_meanwhile_leaves_nothing(officer):
    merge = uploaded(officer, filled(pack_for(officer), GOOD, GOOD))
    steps = check_rows(merge, today=BACK.date(), at=BACK)
    assert next(steps) == (1, 2)
    stop_merge(merge, actor=officer, at=BACK, wall=BACK)
    with pytest.raises(Superseded):
        list(steps)
    merge.refresh_from_db()
    assert (merge.state, merge.preview, merge.total_rows) == (PackMerge.State.CANCELLED, "", 0)


def test_a_check_whose_worker_was_lost_begins_again(signed_in, officer, django_capture_on_commit_callbacks):
    merge = uploaded(officer, filled(pack_for(officer), GOOD))
    address = reverse("cases:pack_merge", args=[merge.public_id])
    Job.objects.filter(public_id=merge.job_id).update(state=JobState.FAILED)
    assert "重新预检" in signed_in.get(address).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(reverse("cases:pack_merge_go", args=[merge.public_id]))
    assert "将登记" in signed_in.get(address).content.decode()
    assert not Case.objects.exists()


def test_a_pack_whose_headings_were_changed_says_so_on_its_page_and_is_not_kept(
    signed_in, officer, django_capture_on_commit_callbacks
):
    upload = {
        "file": SimpleUploadedFile("填好.xlsx", filled(pack_for(officer), GOOD, change=rename_headings))
    }
    with django_capture_on_commit_callbacks(execute=True):
        moving = signed_in.post(reverse("cases:pack_upload"), upload)
    page = signed_in.get(moving.url).content.decode()
    assert "重新上传" in page and "从停下的地方继续" not in page
    merge = PackMerge.objects.get()
    assert merge.message in page and not merge.file


def test_a_colleague_reads_the_receipt_and_nobody_of_another_unit_does(officer, client):
    merge = merged(officer, filled(pack_for(officer), GOOD))
    address = reverse("cases:pack_merge", args=[merge.public_id])
    client.force_login(make_officer("liuyang"))
    assert merge.receipt in client.get(address).content.decode()
    assert client.post(reverse("cases:pack_merge_go", args=[merge.public_id])).status_code == 404
    client.force_login(make_officer("longshan"))
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("role", [Role.WINDOW_CLERK, Role.SUPERVISOR, Role.HOTLINE_AGENT])
def test_who_does_not_both_take_and_dispatch_finds_no_packs(client, role):
    client.force_login(make_user(role=role, unit=make_office("liuyang")))
    assert client.get(reverse("cases:packs")).status_code == 404
