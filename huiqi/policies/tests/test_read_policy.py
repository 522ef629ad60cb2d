"""The page of one policy: every policy, every edition, and what it may not claim."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from huiqi.policies.queries.policy_page import edition_span, policy_page
from huiqi.policies.tests.naughty import OWN, naughty_strings
from huiqi.reference.judging import rulebook

ON = date(2020, 3, 1)
POLICIES = list(rulebook().policies)


def _url(policy_id):
    return reverse("policies:policy", args=[policy_id])


def _soup(client, policy_id, **query):
    response = client.get(_url(policy_id), query)
    return response, BeautifulSoup(response.content, "lxml")


@pytest.mark.parametrize("name", ["no-such-policy", "SI-DEFER", "facts.yaml", "..", "%00", "=1+1", "a" * 500])
def test_what_is_no_policy_is_not_found(visitor, name):
    assert visitor.get(f"/policies/{name}/").status_code in {404, 400}


def test_a_day_that_cannot_be_is_refused_and_the_policy_still_shown(visitor, db):
    response, soup = _soup(visitor, "si-defer", on="2020-02-30")
    assert response.status_code == 422
    assert "只有29天" in soup.select_one("#d_on_error").get_text()
    assert soup.h1.get_text() == "社会保险费缓缴"


@pytest.mark.parametrize(
    "strings", [OWN, pytest.param(naughty_strings(), marks=pytest.mark.slow)], ids=["own", "all"]
)
def test_naughty_days_never_break_the_page(visitor, db, strings):
    for text in strings:
        for name in ("on", "known_on"):
            assert visitor.get(_url("si-defer"), {name: text}).status_code in {200, 422}, text


@pytest.mark.parametrize("policy_id", POLICIES)
def test_every_policy_says_who_decides_and_where_it_comes_from(visitor, db, policy_id):
    response, soup = _soup(visitor, policy_id)
    policy = rulebook().policies[policy_id]
    text = soup.main.get_text()
    assert response.status_code == 200
    assert policy.authority in text
    assert len(soup.select(".hq-time > li")) == len(policy.editions)
    for reading in policy.readings:
        assert reading in text
    for gap in policy.gaps:
        assert gap in text
    for source in policy.sources:
        assert (source.title or source.url) in text


@pytest.mark.parametrize("policy_id", POLICIES)
def test_no_page_claims_a_power_the_office_lacks(visitor, db, policy_id):
    _, soup = _soup(visitor, policy_id)
    claims = "由我办认定" in soup.main.get_text()
    assert claims == (rulebook().policies[policy_id].role == "decide")


@pytest.mark.parametrize("policy_id", POLICIES)
def test_every_edition_has_a_page_on_its_first_day(visitor, db, policy_id):
    for edition in rulebook().policies[policy_id].editions:
        if edition.from_ is None or edition.from_.year < 2010:
            continue
        known = max(filter(None, [edition.known_since, edition.from_]))
        response, soup = _soup(visitor, policy_id, on=edition.from_.isoformat(), known_on=known.isoformat())
        assert response.status_code == 200, edition.id
        assert edition_span(edition) in soup.main.get_text()


def test_a_deferral_says_that_it_must_be_paid_back(visitor, db):
    assert "要还的" in _soup(visitor, "si-defer")[1].select_one("#what").parent.get_text()


def test_a_policy_not_yet_published_says_so(visitor, db):
    _, soup = _soup(visitor, "si-exempt-msme", on="2020-02-03")
    assert "没有有效的版本" in soup.get_text()


def test_looking_back_with_the_knowledge_of_an_earlier_day_shows_the_earlier_edition(visitor, db):
    policy = "key-supplier-relending-interest-subsidy"
    now = _soup(visitor, policy, on="2020-03-01")[1].select_one(".hq-time [aria-current]").get_text()
    then = _soup(visitor, policy, on="2020-03-01", known_on="2020-02-05")[1]
    assert then.select_one(".hq-time [aria-current]").get_text() != now


def test_a_fixed_deadline_tells_the_working_days_left():
    found = [policy for policy in rulebook().policies.values() if policy.deadline and policy.deadline.on]
    assert found
    for policy in found:
        early = policy.deadline.on - timedelta(days=10)
        before = policy_page(policy, early, early).deadline_left
        after = policy_page(policy, date(2030, 1, 1), date(2030, 1, 1)).deadline_left
        assert "个工作日" in before
        assert "截止" in after and "还剩" not in after


def test_figures_that_are_only_known_carry_their_mark(visitor, db):
    _, soup = _soup(visitor, "si-exempt-msme")
    rows = {row.th.get_text(strip=True): row.get_text() for row in soup.select("#figures ~ table tbody tr")}
    assert any("须复核原文" in text for text in rows.values())


def test_the_page_asks_the_database_at_most_for_the_code_lists(visitor, db, django_assert_max_num_queries):
    for policy_id in POLICIES:
        visitor.get(_url(policy_id))
        with django_assert_max_num_queries(3):
            visitor.get(_url(policy_id))
