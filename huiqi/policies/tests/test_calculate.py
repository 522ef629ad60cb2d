"""算一算: judging one policy on its page. Nothing typed is stored, logged or put into an address."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from huiqi.core.models import AuditRecord
from huiqi.policies.models import Check
from huiqi.policies.tests.naughty import OWN, naughty_strings
from huiqi.reference.judging import rulebook

REFUND = {
    "size_class": "",
    "employees": "35",
    "revenue": "800",
    "revenue_unit": "wan",
    "gb4754": "3411",
    "insured_employees": "28",
    "insured_months_paid": "24",
    "ui_premium_prev_year": "8.5",
    "ui_premium_prev_year_unit": "wan",
    "insured_jan": "30",
    "insured_dec": "29",
    "insured_avg": "29.5",
    "ui_claimants_prev_year": "0",
    "severe_dishonesty": "no",
    "industrial_policy_ok": "yes",
}
pytestmark = pytest.mark.django_db


def _post(client, policy_id, given, query="", **headers):
    response = client.post(reverse("policies:policy", args=[policy_id]) + query, given, **headers)
    return response, BeautifulSoup(response.content, "lxml")


def test_an_empty_form_is_refused(visitor):
    response, soup = _post(visitor, "ui-job-retention-refund", {})
    assert response.status_code == 422
    assert "还没有填" in soup.select_one(".hq-errors").get_text()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("employees", "三十五", "应为整数"),
        ("employees", "-1", "不能"),
        ("employees", "99999999999", "不能大于"),
        ("insured_months_paid", "abc", "应为整数"),
        ("revenue", "很多", "金额应为数字"),
        ("severe_dishonesty", "maybe", "不清楚"),
    ],
)
def test_a_value_that_cannot_be_is_refused_beside_its_field(visitor, name, text, said):
    response, soup = _post(visitor, "ui-job-retention-refund", REFUND | {name: text})
    assert response.status_code == 422
    assert said in soup.select_one(f"#c_{name}_error").get_text()
    assert not soup.select_one(".hq-verdict")


@pytest.mark.parametrize(
    "strings", [OWN, pytest.param(naughty_strings(), marks=pytest.mark.slow)], ids=["own", "all"]
)
def test_naughty_strings_in_every_field_never_break_it(visitor, strings):
    names = [name for name in REFUND if not name.endswith("_unit")]
    for text in strings:
        response, _ = _post(visitor, "ui-job-retention-refund", dict.fromkeys(names, text))
        assert response.status_code in {200, 422}, text


def test_a_fitting_firm_sees_the_amount_and_who_has_the_last_word(visitor):
    response, soup = _post(visitor, "ui-job-retention-refund", REFUND)
    verdict = soup.select_one(".hq-verdict").get_text()
    assert response.status_code == 200
    assert "可享" in verdict
    assert "4.25万元" in verdict
    assert "以参保地人力资源社会保障部门（失业保险经办机构）认定为准" in verdict
    assert len(soup.select(".hq-tree li")) >= 6


def test_a_firm_that_does_not_fit_sees_the_condition_that_failed(visitor):
    _, soup = _post(visitor, "ui-job-retention-refund", REFUND | {"severe_dishonesty": "yes"})
    failed = [line.get_text() for line in soup.select(".hq-tree li") if "不通过" in line.get_text()]
    assert any("严重失信" in text for text in failed)


def test_what_is_missing_is_named(visitor):
    _, soup = _post(visitor, "ui-job-retention-refund", {"employees": "35"})
    assert "还缺：" in soup.select_one(".hq-verdict").get_text()


def test_another_day_is_kept_while_calculating(visitor):
    _, soup = _post(visitor, "si-exempt-msme", {"pension_base": "10"}, "?on=2020-02-03")
    assert "按2020年2月3日判断" in soup.get_text()
    assert "没有有效的版本" in soup.select_one(".hq-verdict").get_text()
    assert "on=2020-02-03" in soup.select_one("#calculate form")["action"]


def test_nothing_typed_is_stored_or_put_into_the_address(visitor):
    response, soup = _post(visitor, "ui-job-retention-refund", REFUND)
    assert "sessionid" not in response.cookies
    assert not Check.objects.exists()
    assert not AuditRecord.objects.exists()
    assert soup.select_one("#calculate form")["method"] == "post"


def test_htmx_gets_the_same_calculation_as_a_fragment(visitor):
    whole = _post(visitor, "ui-job-retention-refund", REFUND)[1]
    response, part = _post(visitor, "ui-job-retention-refund", REFUND, headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert part.select_one(".hq-verdict").get_text() == whole.select_one(".hq-verdict").get_text()


@pytest.mark.parametrize("policy_id", list(rulebook().policies))
def test_every_policy_can_be_calculated(visitor, policy_id):
    names = [field["name"] for field in _form(visitor, policy_id).select("[name]")]
    response, soup = _post(visitor, policy_id, dict.fromkeys(names, "1"))
    assert response.status_code in {200, 422}
    assert soup.select_one("#calculate form")


def _form(client, policy_id):
    page = client.get(reverse("policies:policy", args=[policy_id]))
    return BeautifulSoup(page.content, "lxml").select_one("#calculate form")
