"""Runs, verdicts, lists and the funnel for programs: by scope of the token, power and area of its person."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiqi.accounts.models import ApiScope, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.accounts.tests.secrets import secret_of
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_firm
from huiqi.lists.tests.make import make_batch, make_entry
from huiqi.reach.tests.make import POLICY, SMALL, make_way, officer_of
from huiqi.runs.tests.make import make_run

pytestmark = pytest.mark.django_db
FITTING = {**SMALL, "assets": 700_000_000, "org_type": "enterprise"}


@pytest.fixture(autouse=True)
def private_root(tmp_path: Path, settings: Any) -> None:
    settings.PRIVATE_ROOT = tmp_path


def firm(county: str = "430181") -> Enterprise:
    return make_firm(facts={**FITTING, "prefecture": county})


def get(user: User, path: str, *scopes: ApiScope, **asked: Any) -> Any:
    headers = {"Authorization": f"Bearer {secret_of(user, *scopes)}"}
    return Client().get(f"/api/v1/{path}", asked, headers=headers)


@pytest.mark.parametrize("path", ["runs/", "lists/", "reach/funnel"])
def test_a_session_is_no_token_and_a_token_without_the_scope_is_refused(path):
    user = officer_of("liuyang")
    client = Client()
    client.force_login(user)
    assert client.get(f"/api/v1/{path}").status_code == 401
    assert get(user, path, ApiScope.CASES_READ).status_code == 403


@pytest.mark.parametrize("path", ["runs/", "reach/funnel"])
def test_a_token_is_no_more_than_its_person(path):
    assert get(make_user(role=Role.FIRM), path).status_code == 404


def test_calls_beyond_the_minutes_number_are_told_to_wait(settings):
    settings.HUIQI_API_CALLS_PER_MINUTE = 1
    secret = secret_of(officer_of("liuyang"))
    headers = {"Authorization": f"Bearer {secret}"}
    answers = [Client().get("/api/v1/runs/", headers=headers) for _ in range(3)]
    # The minute may change between two calls, not between three.
    assert 429 in [one.status_code for one in answers]


def test_a_run_tells_counts_of_firms_in_the_persons_area_only():
    firm()
    firm("430381")
    run = make_run()
    user = officer_of("liuyang")
    assert get(user, "runs/").json()["items"][0]["id"] == run.public_id
    told = get(user, f"runs/{run.public_id}").json()
    line = next(one for one in told["policies"] if one["policy"] == POLICY)
    assert (line["firms"], line["eligible"]) == (1, 1)


def test_verdicts_come_in_pages_of_firms_in_the_area():
    mine = {firm().public_id, firm().public_id}
    firm("430381")
    run = make_run()
    user = officer_of("liuyang")
    path = f"runs/{run.public_id}/policies/{POLICY}/verdicts"
    pages = [get(user, path, limit=1, offset=offset).json() for offset in range(3)]
    assert [page["total"] for page in pages] == [2, 2, 2]
    assert {one["firm"] for page in pages for one in page["items"]} == mine
    assert get(user, path, region="4303").json() == {"total": 0, "items": []}
    assert get(user, path, status="ineligible").json()["total"] == 0
    assert get(user, f"runs/{run.public_id}/policies/none/verdicts").status_code == 404


def test_entries_are_of_batches_the_person_may_open_and_firms_of_the_area():
    batch = make_batch()
    mine, other = firm(), firm("430381")
    make_entry(batch, mine)
    make_entry(batch, other)
    user = officer_of("liuyang")
    assert [one["id"] for one in get(user, "lists/").json()["items"]] == [batch.public_id]
    found = get(user, f"lists/{batch.public_id}/entries").json()
    assert [one["firm"] for one in found["items"]] == [mine.public_id]
    assert get(user, "lists/none/entries").status_code == 404


def test_the_funnel_says_what_its_page_says():
    make_way(firm(), applied_on=None)
    make_way(firm("430381"))
    make_run()
    found = get(officer_of("liuyang"), "reach/funnel", by="county").json()
    (only,) = found["items"]
    assert (only["policy"], only["county"], only["steps"][1]["firms"]) == (POLICY, "430181", 1)
    assert only["by_register"] == {"eligible": 1, "claimed": only["by_register"]["claimed"], "unknown": 0}


@pytest.mark.parametrize("path", ["runs/", "lists/", "reach/funnel", "verdicts", "entries"])
def test_more_rows_take_no_more_queries(path):
    batch = make_batch()
    make_entry(batch, firm())
    make_way(firm())
    make_office("liuyang")
    run = make_run()
    full = {
        "verdicts": f"runs/{run.public_id}/policies/{POLICY}/verdicts",
        "entries": f"lists/{batch.public_id}/entries",
    }.get(path, path)
    headers = {"Authorization": f"Bearer {secret_of(officer_of('liuyang'))}"}
    client = Client()
    client.get(f"/api/v1/{full}", headers=headers)
    with CaptureQueriesContext(connection) as few:
        assert client.get(f"/api/v1/{full}", headers=headers).status_code == 200
    for _ in range(4):
        one = firm()
        make_entry(batch, one)
        make_way(one)
        make_batch()
    with CaptureQueriesContext(connection) as many:
        client.get(f"/api/v1/{full}", headers=headers)
    assert len(many) == len(few)
