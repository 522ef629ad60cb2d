"""The policies' part of the API: refusals with place, message and remedy, then answers."""

import json

import pytest

from huiqi.core.models import AuditRecord
from huiqi.policies.tests.naughty import OWN, naughty_strings
from huiqi.reference.judging import rulebook

ROOT = "/api/v1"


def judge(client, body, **more):
    raw = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(f"{ROOT}/judge", raw, content_type="application/json", **more)


def assert_problem(response, status, code):
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json; charset=utf-8"
    body = response.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:huiqi:{code}"
    return body


# --- refusals -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "place", "said"),
    [
        ("limit=101", "query.limit", "不能大于100"),
        ("limit=0", "query.limit", "不能小于1"),
        ("limit=abc", "query.limit", "应为整数"),
        ("offset=-1", "query.offset", "不能小于0"),
        ("on=2020-02-30", "query.on", "应为日期"),
        ("on=1800-01-01", "query.on", "不能小于"),
        ("clause=十", "query.clause.0", "没有这个选项"),
        ("nature=gold", "query.nature.0", "没有这个选项"),
        ("q=" + "a" * 101, "query.q", "最多100个字"),
    ],
)
def test_a_bad_parameter_is_refused_with_place_and_words(visitor, query, place, said):
    body = assert_problem(visitor.get(f"{ROOT}/policies?{query}"), 422, "core.invalid")
    assert [(error["place"], said in error["message"]) for error in body["errors"]] == [(place, True)]


def test_an_unknown_policy_is_not_found(visitor):
    assert_problem(visitor.get(f"{ROOT}/policies/no-such"), 404, "core.not_found")


@pytest.mark.parametrize(
    "raw", [b"{", b"", b"[1]", b'{"on": NaN}', b'{"on": "2020-03-01", "on": "2020-03-02"}', b"\xff\xfe"]
)
def test_a_body_that_is_no_strict_json_object_is_refused(visitor, raw):
    response = judge(visitor, raw)
    assert response.status_code in {400, 422}
    assert response.headers["Content-Type"].startswith("application/problem+json")


def test_a_body_beyond_the_limit_is_refused(visitor):
    assert_problem(judge(visitor, b" " * 1_000_001), 413, "core.too_large")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"facts": {}}, "body.on"),
        ({"on": "2020-03-01"}, "body.facts"),
        ({"facts": [], "on": "2020-03-01"}, "body.facts"),
        ({"facts": {}, "on": "2020-03-01", "extra": 1}, "body.extra"),
        ({"facts": {}, "on": "yesterday"}, "body.on"),
        ({"facts": {}, "on": "2020-03-01", "policies": "si-defer"}, "body.policies"),
    ],
)
def test_a_body_of_the_wrong_shape_says_where(visitor, body, place):
    answer = assert_problem(judge(visitor, body), 422, "core.invalid")
    assert place in {error["place"] for error in answer["errors"]}


def test_every_bad_fact_is_listed_with_a_remedy(visitor):
    facts = {"employees": "35", "nonsense": 1, "layoff_rate": "abc", "revenue": -5, "size_class": "small"}
    body = assert_problem(judge(visitor, {"facts": facts, "on": "2020-03-01"}), 422, "policies.bad_facts")
    assert {error["place"] for error in body["errors"]} == {"employees", "nonsense", "layoff_rate", "revenue"}
    assert all(error["message"] and error["remedy"] for error in body["errors"])


def test_a_policy_nobody_knows_is_refused(visitor):
    body = {"facts": {}, "on": "2020-03-01", "policies": ["si-defer", "no-such"]}
    answer = assert_problem(judge(visitor, body), 422, "policies.bad_facts")
    assert "no-such" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "strings", [OWN, pytest.param(naughty_strings(), marks=pytest.mark.slow)], ids=["own", "all"]
)
def test_naughty_strings_are_refused_and_never_break_it(visitor, strings):
    for text in strings:
        facts = {"gb4754": text, "revenue": text, "loan_due_date": text, "layoff_rate": text, text: text}
        assert judge(visitor, {"facts": facts, "on": "2020-03-01"}).status_code == 422, text
        assert judge(visitor, {"facts": {}, "on": text, "policies": [text]}).status_code == 422, text
        assert visitor.get(f"{ROOT}/policies", {"q": text, "on": text}).status_code in {200, 422}, text


# --- answers --------------------------------------------------------------------------------------
def test_the_catalogue_is_paged_and_counts_all(visitor):
    first = visitor.get(f"{ROOT}/policies?limit=50").json()
    second = visitor.get(f"{ROOT}/policies?limit=50&offset=50").json()
    assert first["total"] == second["total"] == len(rulebook().policies)
    ids = [row["id"] for row in first["items"] + second["items"]]
    assert sorted(ids) == sorted(rulebook().policies)


def test_search_and_filters_work_as_on_the_page(visitor):
    found = visitor.get(f"{ROOT}/policies?q=wgfh&nature=cash&role=coordinate").json()
    assert "ui-job-retention-refund" in {row["id"] for row in found["items"]}


@pytest.mark.parametrize("policy_id", list(rulebook().policies))
def test_every_policy_is_given_whole(visitor, policy_id):
    body = visitor.get(f"{ROOT}/policies/{policy_id}").json()
    policy = rulebook().policies[policy_id]
    assert body["authority"] == policy.authority
    assert [one["id"] for one in body["editions"]] == [one.id for one in policy.editions]
    assert body["readings"] == list(policy.readings)


def test_judging_one_policy_answers_as_the_command_line_does(visitor):
    facts = {
        "size_class": "small", "insured_employees": 100, "insured_months_paid": 24,
        "ui_premium_prev_year": 10_000_000, "severe_dishonesty": False, "industrial_policy_ok": True,
        "layoff_rate": "0.05",
    }  # fmt: skip
    body = {"facts": facts, "on": "2020-03-01", "policies": ["ui-job-retention-refund"]}
    (verdict,) = judge(visitor, body).json()
    assert set(verdict) == {
        "policy", "edition", "status", "assurance", "amount_fen", "nature", "conditions", "ask_for",
    }  # fmt: skip
    assert (verdict["status"], verdict["assurance"]) == ("eligible", "claimed")
    assert verdict["amount_fen"] == 5_000_000


def test_all_policies_are_judged_in_the_rulebook_s_order(visitor):
    verdicts = judge(visitor, {"facts": {}, "on": "2020-03-01"}).json()
    assert [verdict["policy"] for verdict in verdicts] == list(rulebook().policies)


def test_decimal_figures_stay_exact(visitor):
    exact, text = (
        judge(visitor, f'{{"on": "2020-03-01", "facts": {{"layoff_rate": {rate}}}}}').json()
        for rate in ("0.055", '"0.055"')
    )
    assert exact == text


def test_judging_stores_nothing(visitor, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        judge(visitor, {"facts": {"employees": 35}, "on": "2020-03-01"})
    assert not AuditRecord.objects.exists()


def test_the_facts_are_listed_with_their_names(visitor):
    facts = {row["id"]: row for row in visitor.get(f"{ROOT}/facts").json()}
    assert facts["size_class"]["values"]["micro"] == "微型"
    assert list(facts) == list(rulebook().catalogue.facts)


@pytest.mark.parametrize("day", [1583020800, 20200301, 1.5, True])
def test_a_day_is_text_never_seconds_since_1970(client, day):
    body = assert_problem(judge(client, {"facts": {}, "on": day}), 422, "core.invalid")
    assert body["errors"][0]["place"] == "body.on"


def test_an_unknown_policy_of_undecodable_characters_is_named_safely(client):
    answer = judge(client, {"facts": {}, "on": "2020-03-01", "policies": ["\ud800"]})
    assert answer.status_code == 422
    assert "没有“□”这项政策" in answer.content.decode()


def test_the_api_speaks_one_language_whatever_the_browser_chose(client):
    policy = f"{ROOT}/policies/ui-job-retention-refund"
    chinese = client.get(policy).content
    client.cookies["django_language"] = "en"
    assert client.get(policy).content == chinese
