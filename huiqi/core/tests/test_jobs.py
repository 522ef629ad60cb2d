from datetime import timedelta

import pytest

from huiqi.accounts.tests.make import make_user
from huiqi.core import clock, jobs
from huiqi.core.errors import Refused
from huiqi.core.jobs import cancel_job, job_kind, requeue_dead_jobs, run_job, start_job
from huiqi.core.models import AuditRecord, Job, JobState
from huiqi.core.tests.make import make_job

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """Kinds of work that exist in these tests alone; progress is written at every step."""
    monkeypatch.setattr(jobs, "KINDS", {})
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.0)

    @job_kind("count")
    def count(arguments):
        for number in range(arguments["to"]):
            yield number, arguments["to"]
        return {"counted": arguments["to"]}

    @job_kind("refuse")
    def refuse(arguments):
        yield 0, 1
        raise Refused("test.no_rows", "文件里没有数据。请重新上传。")

    @job_kind("crash")
    def crash(arguments):
        yield 0, 1
        raise ZeroDivisionError("secret detail")

    @job_kind("cancelled by someone else")
    def cancelled(arguments):
        yield 0, 2
        Job.objects.update(is_cancel_requested=True)
        yield 1, 2
        raise AssertionError("a cancelled job must not go on")


def run(kind, **arguments):
    job = make_job(kind=kind, arguments=arguments)
    run_job.call(job.public_id)
    job.refresh_from_db()
    return job


def test_an_unknown_kind_is_refused_before_anything_is_written():
    with pytest.raises(KeyError):
        start_job("nonsense", {}, actor=None)
    assert not Job.objects.exists()


def test_a_started_job_is_queued_after_the_commit_and_recorded(django_capture_on_commit_callbacks):
    actor = make_user()
    with django_capture_on_commit_callbacks() as later:
        job = start_job("count", {"to": 3}, actor=actor)
    assert (job.state, job.owner_id, len(later)) == (JobState.WAITING, actor.public_id, 1)
    record = AuditRecord.objects.get()
    assert (record.act, record.actor_id, record.subject_id) == ("job.started", actor.public_id, job.public_id)
    later[0]()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_job_that_ends_well_keeps_its_result_and_stands_at_100_percent():
    job = run("count", to=4)
    assert (job.state, job.result, job.percent) == (JobState.DONE, {"counted": 4}, 100)
    assert job.started_at <= job.heartbeat_at <= job.finished_at


def test_a_refusal_is_shown_to_the_person_as_it_stands():
    job = run("refuse")
    assert (job.state, job.message) == (JobState.FAILED, "文件里没有数据。请重新上传。")


def test_a_crash_is_shown_with_the_number_to_quote_and_without_detail():
    job = run("crash")
    assert job.state == JobState.FAILED
    assert job.public_id in job.message
    assert "secret detail" not in job.message


def test_a_running_job_stops_at_the_next_step_after_a_wish_to_cancel():
    job = run("cancelled by someone else")
    assert (job.state, job.message) == (JobState.CANCELLED, "已按要求取消。")
    assert job.finished_at is not None


def test_a_finished_job_cannot_be_cancelled():
    job = run("count", to=1)
    with pytest.raises(Refused) as refusal:
        cancel_job(job, actor=None)
    assert refusal.value.code == "core.job_finished"
    assert not AuditRecord.objects.filter(act="job.cancelled").exists()


def test_a_waiting_job_is_cancelled_at_once_and_never_runs():
    job = make_job(arguments={"to": 1})
    assert cancel_job(job, actor=None).state == JobState.CANCELLED
    run_job.call(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.started_at) == (JobState.CANCELLED, None)
    assert AuditRecord.objects.get().act == "job.cancelled"


def test_a_running_job_is_only_asked_to_stop():
    job = cancel_job(make_job(state=JobState.RUNNING), actor=None)
    assert (job.state, job.is_cancel_requested) == (JobState.RUNNING, True)


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.DONE, JobState.FAILED])
def test_a_job_that_is_not_waiting_is_not_run_again(state):
    job = make_job(state=state, arguments={"to": 1})
    run_job.call(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.result) == (state, None)


def test_a_job_whose_worker_died_is_run_again_and_a_living_one_is_left():
    now = clock.wall_now()
    dead = make_job(state=JobState.RUNNING, arguments={"to": 2}, heartbeat_at=now - timedelta(seconds=61))
    living = make_job(state=JobState.RUNNING, arguments={"to": 2}, heartbeat_at=now - timedelta(seconds=30))
    assert requeue_dead_jobs() == 1
    dead.refresh_from_db()
    living.refresh_from_db()
    assert (dead.state, living.state) == (JobState.DONE, JobState.RUNNING)
    assert requeue_dead_jobs() == 0


def test_a_job_that_fell_out_of_the_queue_is_queued_again():
    lost = make_job(arguments={"to": 2})
    fresh = make_job(arguments={"to": 2})
    Job.objects.filter(pk=lost.pk).update(created_at=clock.wall_now() - timedelta(minutes=5))
    assert requeue_dead_jobs() == 1
    lost.refresh_from_db()
    fresh.refresh_from_db()
    assert (lost.state, fresh.state) == (JobState.DONE, JobState.WAITING)


def test_a_run_taken_for_dead_does_not_write_over_its_successor():
    """The first run stalls, its job is queued again and done; when the first wakes up it changes nothing."""
    job = make_job(arguments={})

    @job_kind("stalls")
    def stall(arguments):
        if Job.objects.get(pk=job.pk).attempt == 1:
            stale = clock.wall_now() - timedelta(minutes=5)
            Job.objects.filter(pk=job.pk).update(heartbeat_at=stale)
            assert requeue_dead_jobs() == 1
        yield 1, 1
        return Job.objects.get(pk=job.pk).attempt

    Job.objects.filter(pk=job.pk).update(kind="stalls")
    run_job.call(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.result) == (JobState.DONE, 2, 2)


def test_progress_is_written_at_most_once_a_second(monkeypatch, assert_queries):
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 30.0)
    job = make_job(arguments={"to": 1000})
    # claim, read, one progress, one look for a wish to cancel, finish
    with assert_queries(5):
        run_job.call(job.public_id)
