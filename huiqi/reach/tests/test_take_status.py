"""Status files of authorities through their page: refused whole, refused by line, taken, counted once."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_code, make_firm
from huiqi.reach.commands.words import say_had
from huiqi.reach.models import Journey, JourneyStep, Preparation, StatusFile
from huiqi.reach.tests.make import AT, ON, PAID, handed_list, officer_of

pytestmark = pytest.mark.django_db
HEAD = "统一社会信用代码,企业名称,办理结果,原因代码,办理日期"
PAID_HEAD = f"{HEAD},到账金额（元）"


def line(firm: Enterprise, result: str, reason: str = "", day: str = "2020-3-1", *more: str) -> str:
    return ",".join([firm.credit_code or "", firm.name, result, reason, day, *more])


def send(row: Preparation, *lines: str, head: str = HEAD, rows: int | None = None, **more: Any) -> Any:
    encoding = more.pop("encoding", "utf-8")
    content = "\n".join([head, *lines]).encode(encoding)
    posted = {
        "document": "人社函〔2020〕8号",
        "rows": str(len(lines) if rows is None else rows),
        "file": SimpleUploadedFile("回执.csv", content, "text/csv"),
        **more,
    }
    client = Client()
    client.force_login(row.prepared_by)
    return client.post(reverse("reach:receive", args=[row.public_id]), posted)


def paid(*firms: Enterprise) -> Preparation:
    return handed_list(*firms, policy=PAID, keeps_amount=True)


def faults() -> list[tuple[int, str, str]]:
    file = StatusFile.objects.latest("pk")
    return [(one.row, one.reason, one.remedy) for one in file.faults.order_by("row")]


def test_a_list_of_another_office_takes_no_file():
    row = handed_list(make_firm())
    row.prepared_by = officer_of("xiangtan")
    assert send(row, line(make_firm(), "已受理")).status_code == 404


def test_a_file_with_fewer_lines_than_the_letter_says_is_refused_whole():
    firm = make_firm()
    response = send(handed_list(firm), line(firm, "已受理"), rows=2)
    assert response.status_code == 422
    assert "来函写明2行，文件里有1行" in response.content.decode()
    assert not StatusFile.objects.exists()
    assert Journey.objects.get().step == "entitled"


def test_a_file_whose_sum_differs_from_the_letter_is_refused_whole():
    firm = make_firm()
    row = paid(firm)
    lines = [line(firm, "已到账", "", "2020-3-1", "1200.50")]
    response = send(row, *lines, head=PAID_HEAD, total="1200", total_unit="yuan")
    assert response.status_code == 422
    assert "各行相加1,200.50元" in response.content.decode()
    assert Journey.objects.get().amount_fen is None


def test_a_file_whose_own_total_is_wrong_is_refused_whole():
    firm = make_firm()
    lines = [line(firm, "已到账", "", "2020-3-1", "100"), "合计,,,,,90"]
    response = send(paid(firm), *lines, head=PAID_HEAD, rows=1, total="100", total_unit="yuan")
    assert response.status_code == 422
    assert "第3行合计90元" in response.content.decode()


def test_amounts_that_were_not_asked_for_are_not_even_read():
    firm = make_firm()
    response = send(handed_list(firm), line(firm, "已享受", "", "2020-3-1", "8800"), head=PAID_HEAD)
    assert response.status_code == 422
    assert "不接收的列“到账金额（元）”" in response.content.decode()
    assert not StatusFile.objects.exists()


def test_a_missing_column_is_named():
    firm = make_firm()
    response = send(handed_list(firm), f"{firm.credit_code},已受理", head="统一社会信用代码,办理结果")
    assert "没有“原因代码”一列" in response.content.decode()


def test_lines_that_cannot_be_taken_are_listed_with_row_and_remedy_and_the_others_are_taken():
    good, twice, elsewhere, cut = make_firm(), make_firm(), make_firm(county="430381"), make_firm()
    row = handed_list(good, twice, cut)
    stranger = make_firm()
    response = send(
        row,
        line(good, "予以认定"),
        line(twice, "予以认定"),
        line(twice, "不予认定", "R01"),
        line(elsewhere, "予以认定"),
        line(stranger, "予以认定"),
        f"{make_code(77777)},没有这家,予以认定,,2020-3-1",
        f"{cut.credit_code},{cut.name},不予认定",
        line(cut, "不予认定", "R88"),
        line(cut, "予以认定", "", "2020-3-2"),
    )
    assert response.status_code == 302
    found = faults()
    assert [row for row, _reason, _remedy in found] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert all(remedy for _row, _reason, remedy in found)
    assert "内容不一致" in found[0][1]
    assert "不在这项政策已移送的名单里" in found[3][1]
    assert "晚于今天" in found[7][1]
    steps = dict(Journey.objects.values_list("enterprise", "step"))
    assert steps == {good.pk: "decided", twice.pk: "entitled", cut.pk: "entitled"}


def test_the_same_line_twice_in_a_file_counts_once():
    firm = make_firm()
    same = line(firm, "已到账", "", "2020-3-1", "100")
    send(paid(firm), same, same, head=PAID_HEAD, total="200", total_unit="yuan")
    file = StatusFile.objects.get()
    assert (file.taken, file.refused, file.total_fen) == (1, 1, 10_000)
    assert Journey.objects.get().amount_fen == 10_000


def test_the_same_file_again_is_refused_and_the_same_line_in_another_file_says_nothing_new():
    firm, other = make_firm(), make_firm()
    row = paid(firm, other)
    mine = line(firm, "已到账", "", "2020-3-1", "100")
    assert send(row, mine, head=PAID_HEAD, total="100", total_unit="yuan").status_code == 302
    again = send(row, mine, head=PAID_HEAD, total="100", total_unit="yuan")
    assert again.status_code == 422
    assert "已经上传过" in again.content.decode()
    more = line(other, "已到账", "", "2020-3-1", "50")
    send(row, mine, more, head=PAID_HEAD, total="150", total_unit="yuan")
    file = StatusFile.objects.latest("pk")
    assert (file.taken, file.unchanged, file.total_fen) == (1, 1, 5_000)
    assert JourneyStep.objects.filter(kind="arrived").count() == 2


def test_a_table_in_gb18030_is_read():
    firm = make_firm()
    assert send(handed_list(firm), line(firm, "退回补正", "R02"), encoding="gb18030").status_code == 302
    way = Journey.objects.get()
    assert (way.step, way.outcome, way.reason_code) == ("applied", "returned", "R02")


def test_what_was_decided_is_not_undone_by_an_older_word():
    firm = make_firm()
    row = handed_list(firm)
    send(row, line(firm, "不予认定", "R01", "2020-2-28"))
    send(row, line(firm, "予以认定", "", "2020-2-27"))
    assert "日期不比它晚" in faults()[0][1]
    send(row, line(firm, "已享受", "", "2020-2-29"))
    assert "请对方先回“予以认定”" in faults()[0][2]
    send(row, line(firm, "予以认定", "", "2020-2-29"))
    assert Journey.objects.get().outcome == "accepted"


def test_the_authoritys_word_displaces_the_firms_own():
    firm = make_firm()
    row = handed_list(firm)
    say_had(Journey.objects.get(), actor=row.prepared_by, on=ON, at=AT)
    assert Journey.objects.get().step == "arrived"
    send(row, line(firm, "不予认定", "R01"))
    way = Journey.objects.get()
    assert (way.step, way.arrived_on) == ("decided", None)


def test_the_page_of_a_file_lists_what_was_not_taken():
    firm = make_firm()
    row = handed_list(firm)
    response = send(row, line(firm, "予以认定"), line(make_firm(), "已受理"))
    client = Client()
    client.force_login(row.prepared_by)
    page = client.get(response["Location"]).content.decode()
    assert "不在这项政策已移送的名单里" in page and "请先补一份包含该企业的名单" in page
    assert Journey.objects.get().decided_on == date(2020, 3, 1)
