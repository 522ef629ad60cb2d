"""Going back, changing, two tabs, autosave: no answer is ever lost."""

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.policies.queries.check import open_sheet
from huiqi.policies.tests.make import SMALL_MAKER, answer, make_check, question_of, start, stored, walk

pytestmark = pytest.mark.django_db

BASICS = {"gb4754": "1789", "org_type": "enterprise", "province": "430181"}
SIZE = {"employees": "45", "revenue": "1280", "revenue_unit": "wan"}


def test_changing_an_earlier_answer_keeps_the_later_ones(client):
    token = start(client)
    walk(client, token, SMALL_MAKER)
    before = open_sheet(stored(token))
    response = answer(client, token, "basics", {**BASICS, "gb4754": "6110"}, then="answers")
    assert response["Location"] == reverse("policies:check_answers", args=[token])
    after = open_sheet(stored(token))
    assert after.values["gb4754"] == "6110"
    changed = {name for name in before.values if before.values[name] != after.values.get(name)}
    assert changed == {"gb4754"}
    assert after.trail == before.trail


def test_back_keeps_what_was_typed_and_leads_to_the_question_before(client):
    token = start(client)
    answer(client, token, "basics", BASICS)
    response = answer(client, token, "size", {**SIZE, "do": "back"})
    assert response["Location"] == reverse("policies:check_question", args=[token, "basics"])
    page = client.get(reverse("policies:check_question", args=[token, "size"])).content.decode()
    assert 'value="45"' in page and 'value="1280"' in page


def test_skipping_asks_no_second_time_and_forgets_nothing(client):
    token = start(client)
    answer(client, token, "basics", BASICS)
    answer(client, token, "size", SIZE)
    answer(client, token, "size", {"do": "skip"})
    assert open_sheet(stored(token)).values["employees"] == 45
    assert open_sheet(stored(token)).state_of("size") == "skipped"


def test_two_tabs_answering_different_questions_both_count(client):
    token = start(client)
    answer(client, token, "basics", BASICS)
    other = Client()
    size = reverse("policies:check_question", args=[token, "size"])
    assert client.get(size).status_code == other.get(size).status_code == 200
    answer(other, token, "size", SIZE)
    answer(client, token, question_of("liquidity_trouble"), {"ticks": ["liquidity_trouble"], "rest": "none"})
    values = open_sheet(stored(token)).values
    assert values["employees"] == 45 and values["liquidity_trouble"] is True and values["gb4754"] == "1789"


def test_autosave_keeps_the_readable_fields_and_says_when(client):
    token = start(client)
    answer(client, token, "basics", BASICS)
    url = reverse("policies:check_autosave", args=[token, "size"])
    assert client.post(url, {**SIZE, "revenue": "一千万"}).status_code == 204
    sheet = open_sheet(stored(token))
    assert sheet.values["employees"] == 45 and "revenue" not in sheet.values
    assert sheet.state_of("size") == ""
    assert (
        "已自动保存" in client.get(reverse("policies:check_question", args=[token, "size"])).content.decode()
    )


def test_the_total_of_questions_never_rises(client):
    token = start(client)
    url, totals = reverse("policies:check_question", args=[token, "basics"]), []
    while "/q/" in url:
        context = client.get(url).context
        assert context["place"] <= context["total"] <= 7
        totals.append(context["total"])
        url = client.post(url, {"do": "skip"})["Location"]
    assert totals == sorted(totals, reverse=True)
    assert len(totals) <= 7


def test_only_the_size_figures_that_the_industry_needs_are_asked(client):
    for code, shown, hidden in (
        ("1789", "revenue", "assets"),
        ("7211", "assets", "revenue"),
        ("8211", "employees", "assets"),
    ):
        token = start(client)
        answer(client, token, "basics", {**BASICS, "gb4754": code})
        fields = client.get(reverse("policies:check_question", args=[token, "size"])).context["form"].fields
        assert shown in fields and hidden not in fields, code


def test_a_gate_answered_no_settles_its_facts(client):
    _, token = make_check(gb4754="1789", org_type="enterprise", province="430000")
    response = answer(client, token, question_of("loan_due_date"), {"gate": "no"})
    assert response.status_code == 302
    assert open_sheet(stored(token)).values["owner_operating_loan"] is False


def test_a_figure_given_on_the_result_page_changes_the_result(client, open_page):
    _, token = make_check(
        gb4754="1789", org_type="enterprise", province="430000", employees=45, revenue=10**9
    )
    root = reverse("policies:check_result", args=[token])
    facts = reverse("policies:check_facts", args=[token])
    refused = client.post(facts, {"policy": "worker-point-to-point", "vacancies": "很多"})
    assert refused.status_code == 422
    assert "应为整数" in refused.content.decode() and "很多" in refused.content.decode()
    plain = client.post(facts, {"policy": "worker-point-to-point", "vacancies": "20"})
    assert plain["Location"] == f"{root}#p-worker-point-to-point"
    rows = client.get(root).context["result"].groups["eligible"]
    assert "worker-point-to-point" in [row.id for row in rows]


def test_the_page_after_a_swap_equals_a_reload(client, open_page):
    _, token = make_check(
        gb4754="1789", org_type="enterprise", province="430000", employees=45, revenue=10**9
    )
    page = open_page(client, reverse("policies:check_result", args=[token]))
    page.trigger("#p-worker-point-to-point form", vacancies="20")
    page.assert_same_after_reload()
    page.trigger("#p-gas-offseason-price form", gas_user="no")
    page.assert_same_after_reload()


def test_the_result_takes_the_same_few_queries_for_every_firm(client, assert_queries):
    checks = [
        make_check(gb4754="1789", org_type="enterprise", province="430000", employees=45, revenue=10**9),
        make_check(gb4754="6110", org_type="individual", province="430000", employees=3, revenue=10**7),
        make_check(),
    ]
    for _, token in checks:
        client.get(reverse("policies:check_result", args=[token]))
    for _, token in checks:
        with assert_queries(1):
            client.get(reverse("policies:check_result", args=[token]))
