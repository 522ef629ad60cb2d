"""Paper carries the caveats of the screen: at least, what is not counted, what is unverified, the demo."""

import json
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from huiqi.policies import result_pdf
from huiqi.policies.queries.result import Result
from huiqi.policies.queries.sums import Amount, Total
from huiqi.policies.tests.make import PAYER, make_check

pytestmark = pytest.mark.django_db

FICTITIOUS = "企业数据均为虚构，判断结果不作为办理依据"


@pytest.fixture
def on_paper(client, monkeypatch):
    """The data that typst sets, for one firm."""
    seen: list[str] = []
    compiled = result_pdf.typst.compile

    def compile_seen(*args, sys_inputs, **options):
        seen.append(sys_inputs["data"])
        return compiled(*args, sys_inputs=sys_inputs, **options)

    def show() -> dict:
        monkeypatch.setattr(result_pdf.typst, "compile", compile_seen)
        _, token = make_check(**PAYER)
        response = client.get(reverse("policies:check_pdf", args=[token]))
        assert response.content.startswith(b"%PDF-")
        return json.loads(seen[-1])

    return show


def printed(client) -> str:
    _, token = make_check(**PAYER)
    return unescape(client.get(reverse("policies:check_print", args=[token])).content.decode())


def test_a_real_site_does_not_call_its_paper_a_demonstration(on_paper, settings, client):
    settings.HUIQI_DEMO = False
    assert on_paper()["demo"] == ""
    assert FICTITIOUS not in printed(client)


def test_a_demonstration_says_so_on_paper_with_the_day_it_judges_on(on_paper, settings, client):
    settings.HUIQI_DEMO = True
    demo, page = on_paper()["demo"], printed(client)
    assert FICTITIOUS in demo and "演示：所有期限和政策按2020年3月1日计算" in demo
    main = page.split("<main")[1].split("</main>")[0]
    assert FICTITIOUS in main and "初步判断" in main


def test_the_pdf_marks_open_parts_and_what_was_not_verified(on_paper):
    document = on_paper()
    rows = [row for group in document["groups"] for row in group["rows"]]
    exempt = next(row for row in rows if "养老、失业、工伤" in row["summary"])
    assert exempt["amount"].startswith("至少5.01万元/月") and exempt["mark"] == "部分已核"
    assert any(note.startswith("未计入工伤保险单位缴费，要等机关核定") for note in exempt["notes"])
    assert {row["mark"] for row in rows} >= {"", "部分已核"}
    saving = next(total for total in document["totals"] if total[0] == "减免")
    assert "至少" in saving[1] and "待算" in saving[2]


def test_the_print_view_has_the_totals_and_the_marks(client):
    page = printed(client)
    assert "项待算" in page and "部分已核" in page and "至少" in page


def test_sums_with_others_still_open_or_excluded_say_so_in_the_pdf(monkeypatch):
    total = Total("cash", (Amount("cash", 100_000_000, "", False),), 2, 1)
    monkeypatch.setattr(Result, "totals", [total])
    check, _ = make_check()
    check.updated_at = timezone.now()
    document = result_pdf._document(check, Result(timezone.localdate(), ()), [])
    ((nature, sums, note),) = document["totals"]
    assert (nature, sums) == ("现金", "至少100万元")
    assert "另有2项待算。" in note and "另有1项不能同时享受，未计入。" in note
