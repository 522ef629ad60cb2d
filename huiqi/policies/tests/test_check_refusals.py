"""What the check refuses, and how: a sentence beside the field, status 422, the person's text still there."""

import json
import os
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from huiqi.policies.tests.make import answer, make_check, question_of, start
from tests.harness.examples import thorough

pytestmark = pytest.mark.django_db

NAUGHTY = [
    "",
    " ",
    "\x00",
    "NULL",
    "undefined",
    "-1",
    "1e309",
    "0x10",
    "１２３",
    "٣٤٥",
    "NaN",
    "Infinity",
    "99999999999999999999999999",
    "三十五人",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% debug %}",
    "'; DROP TABLE policies_check; --",
    "../../etc/passwd",
    "\u202eabc",
    "𠮷𠮷",
    "a" * 5000,
    "2020-02-30",
    "2020年13月1日",
    '#import "x"',
]
FIELDS = [
    *("gb4754", "org_type", "province", "employees", "revenue", "revenue_unit", "assets", "ticks", "rest"),
    *("gate", "loan_due_date", "credit_line", "vat_levy_rate", "confirmed", "then", "do", "gb4754_pick"),
]
ASKED = [
    "gb4754",
    "employees",
    "liquidity_trouble",
    "loan_due_date",
    "vat_levy_rate",
    "key_supplier_national",
]


def blns() -> list[str]:
    """The big list of naughty strings, where the material lies beside the repository."""
    folder = Path(os.environ.get("HUIQI_MATERIAL", settings.ROOT.parent / "shared" / "material"))
    file = folder / "text" / "blns.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


@pytest.mark.parametrize(
    ("fact", "fields", "sentence"),
    [
        ("employees", {"employees": "三十五人"}, "应为整数，如 35；您填的是“三十五人”"),
        ("employees", {"employees": "-3"}, "不能小于"),
        ("employees", {"employees": "9999999999"}, "不能大于"),
        ("employees", {"employees": "20", "revenue": "很多"}, "金额应为数字"),
        ("employees", {"employees": "", "revenue": ""}, "这一题还没有填"),
        ("gb4754", {"gb4754": "没有这种行当啊"}, "没有找到与“没有这种行当啊”相符的行业"),
        ("gb4754", {"gb4754": "制造"}, "不止一个，请从下面选一个"),
        ("gb4754", {"org_type": "空壳公司"}, "请从列出的选项中选一项"),
        ("liquidity_trouble", {"ticks": ["liquidity_trouble"]}, "请说明没有勾选的各项"),
    ],
)
def test_a_wrong_answer_is_sent_back_with_the_reason(client, fact, fields, sentence):
    token = start(client)
    answer(client, token, "basics", {"gb4754": "1789", "org_type": "enterprise", "province": "430181"})
    response = answer(client, token, question_of(fact), fields)
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "<title>错误：" in page
    for text in fields.values():
        if isinstance(text, str) and text and text != "空壳公司":
            assert text in page


@pytest.mark.parametrize("code", ["12345", "91430100MA4L16JQ9X", "O1430100MA4L16JQ9B", "x" * 300])
def test_a_wrong_credit_code_does_not_start_a_check(client, code):
    response = client.post(reverse("policies:check_start"), {"credit_code": code})
    assert response.status_code == 422


def test_an_empty_credit_code_starts_one(client):
    assert client.post(reverse("policies:check_start"), {"credit_code": "  "}).status_code == 302


@pytest.mark.parametrize("token", ["x", "0" * 43, "a" * 500, "%00", "..", "😀"])
@pytest.mark.parametrize("name", ["check_result", "check_answers", "check_print", "check_pdf", "check_trace"])
def test_a_guessed_token_opens_nothing(client, token, name):
    make_check(employees=3)
    assert client.get(reverse(f"policies:{name}", args=[token])).status_code == 404


def test_an_unknown_question_or_policy_is_not_found(client):
    _, token = make_check()
    assert client.get(reverse("policies:check_question", args=[token, "nope"])).status_code == 404
    assert client.get(reverse("policies:check_policy", args=[token, "nope"])).status_code == 404
    assert client.post(reverse("policies:check_facts", args=[token]), {"policy": "nope"}).status_code == 404


def test_revenue_typed_in_the_wrong_unit_is_asked_about_and_may_be_confirmed(client):
    token = start(client)
    answer(client, token, "basics", {"gb4754": "1789", "org_type": "enterprise", "province": "430181"})
    slip = {"employees": "45", "revenue": "12800000", "revenue_unit": "wan"}
    refused = answer(client, token, "size", slip)
    assert refused.status_code == 422
    assert "请核对单位是元还是万元" in refused.content.decode()
    assert "确认无误" in refused.content.decode()
    confirmation = refused.context["form"].confirmation
    assert answer(client, token, "size", slip, confirmed="something else").status_code == 422
    assert answer(client, token, "size", slip, confirmed=confirmation).status_code == 302


def test_a_figure_ten_thousand_times_the_last_one_is_asked_about(client):
    token = start(client)
    answer(client, token, "basics", {"gb4754": "1789", "org_type": "enterprise", "province": "430181"})
    first = {"employees": "300", "revenue": "300", "revenue_unit": "wan"}
    assert answer(client, token, "size", first).status_code == 302
    again = answer(client, token, "size", {**first, "revenue": "3000000"})
    assert again.status_code == 422
    assert "相差约一万倍" in again.content.decode()


def test_a_bare_fraction_in_a_percent_field_is_asked_about(client):
    token = start(client)
    answer(client, token, "basics", {"gb4754": "1789", "org_type": "enterprise", "province": "430181"})
    fields = {"vat_status": "small_scale", "vat_levy_rate": "0.03"}
    refused = answer(client, token, question_of("vat_levy_rate"), fields)
    assert refused.status_code == 422
    assert "若是3%请改填 3" in refused.content.decode()
    assert (
        answer(client, token, question_of("vat_levy_rate"), {**fields, "vat_levy_rate": "3"}).status_code
        == 302
    )


def every_question(client, token, text):
    for question in map(question_of, ASKED):
        posted = dict.fromkeys(FIELDS, text)
        for act in ("next", "back", "skip"):
            response = answer(client, token, question, {**posted, "do": act})
            assert response.status_code in {302, 422}, (question, act, text)
        saved = client.post(reverse("policies:check_autosave", args=[token, question]), posted)
        assert saved.status_code in {204, 413}
    assert client.get(reverse("policies:check_result", args=[token])).status_code == 200
    assert client.get(reverse("policies:check_answers", args=[token])).status_code == 200


@pytest.mark.parametrize("text", NAUGHTY)
def test_no_naughty_text_breaks_any_page(client, text):
    _, token = make_check()
    every_question(client, token, text)


@pytest.mark.parametrize("text", NAUGHTY)
def test_no_naughty_text_breaks_the_start_page_or_a_figure_on_the_result_page(client, text):
    assert client.post(reverse("policies:check_start"), {"credit_code": text}).status_code in {302, 422}
    _, token = make_check(gb4754="1789", org_type="enterprise", province="430000")
    facts = reverse("policies:check_facts", args=[token])
    for policy in ("worker-point-to-point", "gas-offseason-price", "toll-free-all-vehicles", text):
        posted = dict.fromkeys(("vacancies", "gas_user", "tolls_in_window", "tolls_in_window_unit"), text)
        response = client.post(facts, {**posted, "policy": policy})
        assert response.status_code in {302, 404, 422}, policy


@pytest.mark.slow
@pytest.mark.skipif(not blns(), reason="the big list of naughty strings is not on this machine")
def test_no_text_of_the_big_list_breaks_any_page(client):
    _, token = make_check()
    for text in blns():
        for question in map(question_of, ("gb4754", "employees", "loan_due_date")):
            response = answer(client, token, question, dict.fromkeys(FIELDS, text))
            assert response.status_code in {302, 422}, text
        opened = client.get(f"/check/{token}/q/{quote(text, safe='')}/")
        assert opened.status_code == 404, text
    assert client.get(reverse("policies:check_result", args=[token])).status_code == 200


@thorough(60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fact=st.sampled_from(ASKED), body=st.binary(max_size=300))
def test_random_bytes_are_never_an_error_of_ours(client, fact, body):
    _, token = make_check()
    url = reverse("policies:check_question", args=[token, question_of(fact)])
    response = client.post(url, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in {302, 400, 422}
