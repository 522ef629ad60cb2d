"""Two people, or two workers, at the same moment: on SQLite (a file) and on PostgreSQL."""

from threading import Event

import pytest
from django.db import connection, models, transaction

from huiqi.core import jobs
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.idempotency import once
from huiqi.core.jobs import cancel_job, job_kind, run_job
from huiqi.core.models import AuditRecord, IdempotencyKey, Job, JobState, Versioned
from huiqi.core.tests.make import make_job
from tests.harness.together import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


class Draft(Versioned):
    """A row two people edit, made up for these tests."""

    text = models.TextField()

    class Meta:
        app_label = "core"
        managed = False


@pytest.fixture
def drafts(transactional_db):
    with connection.schema_editor() as editor:
        editor.create_model(Draft)
    yield Draft
    with connection.schema_editor() as editor:
        editor.delete_model(Draft)


def test_a_job_is_run_by_one_of_two_workers(monkeypatch):
    monkeypatch.setattr(jobs, "KINDS", {})
    runs = []

    @job_kind("count")
    def count(arguments):
        runs.append(arguments["round"])
        yield 1, 1

    for number in range(ROUNDS):
        job = make_job(arguments={"round": number})
        assert together(*[lambda job=job: run_job.call(job.public_id)] * 4) == [None] * 4
    assert runs == list(range(ROUNDS))
    assert {job.state for job in Job.objects.all()} == {JobState.DONE}


def test_a_waiting_job_is_either_run_or_cancelled_but_never_both(monkeypatch):
    monkeypatch.setattr(jobs, "KINDS", {})
    runs = []

    @job_kind("count")
    def count(arguments):
        runs.append(arguments["round"])
        yield 1, 1

    for number in range(ROUNDS):
        job = make_job(arguments={"round": number})
        together(
            lambda job=job: run_job.call(job.public_id),
            lambda job=job: cancel_job(job, actor=None),
        )
        job.refresh_from_db()
        assert job.is_finished
        assert (number in runs) or job.state == JobState.CANCELLED


def test_simultaneous_retries_act_once_and_all_get_the_answer():
    acted = []

    def act():
        acted.append(1)
        return {"receipt": str(len(acted))}

    for number in range(ROUNDS):
        acted.clear()
        request = {"n": number}
        answers = together(
            *[lambda request=request, number=number: once("s", f"k{number}", request, act)] * 6
        )
        assert answers == [{"receipt": answers[0]["receipt"]}] * 6, answers
        assert IdempotencyKey.objects.filter(key=f"k{number}").count() == 1


def test_a_retry_that_meets_an_act_still_running_waits_for_its_answer():
    running, acts = Event(), []

    def slow():
        running.set()
        acts.append("slow")
        return {"receipt": "1"}

    def late():
        assert running.wait(timeout=30)
        return once("s", "k", {}, lambda: acts.append("late") or {"receipt": "2"})

    assert together(lambda: once("s", "k", {}, slow), late) == [{"receipt": "1"}] * 2
    assert acts == ["slow"]


def test_a_simultaneous_reuse_of_a_key_for_another_request_is_refused():
    outcomes = together(
        lambda: once("s", "k", {"n": 1}, lambda: {"receipt": "1"}),
        lambda: once("s", "k", {"n": 2}, lambda: {"receipt": "2"}),
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 1, outcomes
    assert refused[0].code == "core.idempotency_key_reused"


def test_of_two_simultaneous_edits_one_is_a_conflict(drafts):
    for number in range(ROUNDS):
        draft = drafts.objects.create(text="甲")

        def edit(text, pk=draft.pk):
            mine = drafts.objects.get(pk=pk)
            mine.text = text
            return mine.save_version(expected=1, fields=["text"]).text

        outcomes = together(lambda: edit("乙"), lambda: edit("丙"))
        saved = [outcome for outcome in outcomes if isinstance(outcome, str)]
        assert len(saved) == 1, (number, outcomes)
        assert any(isinstance(outcome, VersionConflict) for outcome in outcomes), outcomes
        draft.refresh_from_db()
        assert (draft.text, draft.version) == (saved[0], 2)


def test_audit_rows_of_simultaneous_acts_are_all_kept():
    def act(number):
        with transaction.atomic():
            AuditRecord.objects.create(act="test.act", details={"n": number})

    assert together(*[lambda number=number: act(number) for number in range(8)]) == [None] * 8
    assert {row.details["n"] for row in AuditRecord.objects.all()} == set(range(8))
