"""The policy editor's desk: who may see it, what it lists, and running all cases as a job."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from huiqi.core.models import AuditRecord, Job, JobState
from huiqi.policies.jobs import verify_rulebook
from huiqi.policies.queries.desk import open_figures, to_reread
from huiqi.policies.queries.verification import VERIFY_RULEBOOK
from huiqi.reference.judging import rulebook

URL = reverse("policies:rulebook")


def soup_of(response):
    return BeautifulSoup(response.content, "lxml")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_is_asked_to_sign_in(visitor, method):
    response = getattr(visitor, method)(URL)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign_in"))


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_system_administrator_does_not_find_it(admin, method):
    assert getattr(admin, method)(URL).status_code == 404
    assert not Job.objects.exists()


def test_a_run_of_somebody_else_is_not_seen(editor, admin, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        address = editor.post(URL)["Location"]
    assert admin.get(address).status_code == 404


def test_the_desk_lists_what_the_office_must_supply(editor):
    text = soup_of(editor.get(URL)).main.get_text()
    for policy in rulebook().policies.values():
        for item in (*policy.gaps, *policy.readings):
            assert item in text, (policy.id, item)
        for item in (*open_figures(policy), *to_reread(policy)):
            assert item in text, (policy.id, item)


def test_the_counts_are_those_of_the_command_line(editor):
    figures = {}
    for div in soup_of(editor.get(URL)).select(".hq-figures > div"):
        figures[div.dt.get_text()] = int(div.dd.get_text())
    policies = rulebook().policies.values()
    assert figures["政策"] == len(policies)
    assert figures["待补充"] == sum(policy.standing != "live" for policy in policies)
    assert figures["用例"] == sum(len(policy.cases) for policy in policies)


def test_running_all_cases_ends_with_a_table(editor, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = editor.post(URL)
    job = Job.objects.get()
    assert response["Location"] == reverse("core:job", args=[job.public_id])
    assert (job.kind, job.state) == (VERIFY_RULEBOOK, JobState.DONE)
    assert job.result["is_good"] is True
    assert job.result["summary"] in soup_of(editor.get(response["Location"])).get_text()
    assert job.result["summary"] in soup_of(editor.get(URL)).get_text()
    assert AuditRecord.objects.filter(act="job.started").count() == 1


def test_a_failing_case_is_a_row_of_the_result(monkeypatch):
    policy = rulebook().policies["si-defer"]
    wrong = policy.cases[0].__class__(**{**policy.cases[0].__dict__, "expect": "not_in_force"})
    spoilt = policy.__class__(**{**policy.__dict__, "cases": (wrong,)})
    book = rulebook().__class__(rulebook().catalogue, {"si-defer": spoilt})
    monkeypatch.setattr("huiqi.policies.jobs.rulebook", lambda: book)
    work = verify_rulebook({})
    progress = []
    try:
        while True:
            progress.append(next(work))
    except StopIteration as stop:
        result = stop.value
    assert progress == [(1, 1)]
    assert result["is_good"] is False
    assert result["rows"][0][0] == policy.title


def test_the_desk_takes_the_same_few_queries_however_many_runs_there_were(
    editor, django_assert_max_num_queries
):
    # Five are the staff frame's, two move the idle end of the session, one reads the runs.
    with django_assert_max_num_queries(9):
        editor.get(URL)
