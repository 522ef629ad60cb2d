"""Long work outside the request: a job row people can watch and stop, run by the task worker.

A kind of job is a generator function that does one step per `yield` and yields its progress. The runner
writes progress and heartbeat at most once a second and looks for a wish to cancel at the same time, so
that a job of a million steps does not make a million writes.
"""

import time
from collections.abc import Callable, Generator, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django_tasks import task

from huiqi.core import audit, clock
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.models import Job, JobState

log = structlog.get_logger("huiqi.jobs")
Progress = tuple[int, int]
Work = Callable[[dict[str, Any]], Generator[Progress, None, Any]]
KINDS: dict[str, Work] = {}
PROGRESS_SECONDS = 1.0
# A worker that has not written a heartbeat for this long is taken for dead and its job may be run again;
# hence a step must take less, and a run that wakes up late finds that it no longer owns the row.
DEAD_AFTER = timedelta(seconds=60)


def job_kind(name: str) -> Callable[[Work], Work]:
    """Register a generator function as the work of jobs of this kind."""

    def register(work: Work) -> Work:
        KINDS[name] = work
        return work

    return register


@transaction.atomic
def start_job(kind: str, arguments: dict[str, Any], *, actor: Any) -> Job:
    """Create the job row and queue it; `kind` must be registered."""
    if kind not in KINDS:
        raise KeyError(kind)
    job = Job.objects.create(
        kind=kind,
        arguments=arguments,
        owner_id=actor.public_id if actor else "",
        door=audit.present_door(),
    )
    audit.record("job.started", job, actor=actor, kind=kind)
    transaction.on_commit(lambda: run_job.enqueue(job.public_id))
    return job


@transaction.atomic
def cancel_job(job: Job, *, actor: Any) -> Job:
    """Ask a job to stop; a waiting job stops at once, a running one at its next step."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.is_finished:
        raise Refused("core.job_finished", gettext_noop("这项任务已经结束，无需取消。"))
    job.is_cancel_requested = True
    if job.state == JobState.WAITING:
        job.state, job.finished_at = JobState.CANCELLED, clock.wall_now()
    job.save(update_fields=["is_cancel_requested", "state", "finished_at"])
    with audit.acting_as_then(job.owner_id, job.door):
        audit.record("job.cancelled", job, actor=actor)
    return job


def told(
    said: Message, *, is_good: bool = True, columns: Sequence[str] = (), rows: Sequence[Sequence[str]] = ()
) -> dict[str, Any]:
    """What a job answers for the page that shows it: a sentence to be said in the reader's language, whether
    all is well, and a table of what to look at."""
    return {
        "summary": str(said),
        "said": {"template": said.template, "values": dict(said.values)},
        "is_good": is_good,
        "columns": list(columns),
        "rows": [list(row) for row in rows],
    }


@task()
def run_job(public_id: str) -> None:
    """Run one waiting job to its end. Claimed by compare-and-set, so two workers never run the same job."""
    started = clock.wall_now()
    claimed = Job.objects.filter(public_id=public_id, state=JobState.WAITING).update(
        state=JobState.RUNNING, started_at=started, heartbeat_at=started, attempt=F("attempt") + 1
    )
    if claimed:
        job = Job.objects.get(public_id=public_id)
        with audit.acting_as_then(job.owner_id, job.door):
            _run(job)


def _run(job: Job) -> None:
    try:
        result = _step_through(job, KINDS[job.kind](job.arguments))
    except _CancelledError:
        _finish(job, JobState.CANCELLED, message=gettext_noop("已按要求取消。"))
    except Refused as refusal:
        _finish(job, JobState.FAILED, message=refusal.message)
    except Exception:
        log.exception("job failed", job=job.public_id, kind=job.kind)
        _finish(job, JobState.FAILED, message=str(job.fault))
    else:
        _finish(job, JobState.DONE, result=result)


class _CancelledError(Exception):
    pass


def _mine(job: Job) -> QuerySet[Job]:
    """The row, as long as this run still owns it: a run taken for dead must not write over its successor."""
    return Job.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING)


def _step_through(job: Job, work: Generator[Progress, None, Any]) -> Any:
    written = 0.0
    while True:
        try:
            done, total = next(work)
        except StopIteration as stop:
            return stop.value
        if time.monotonic() - written >= PROGRESS_SECONDS:
            written = time.monotonic()
            _mine(job).update(done_count=done, total_count=total, heartbeat_at=clock.wall_now())
            if not _mine(job).filter(is_cancel_requested=False).exists():
                work.close()
                raise _CancelledError


def _finish(job: Job, state: JobState, *, result: Any = None, message: str = "") -> None:
    ended = {"state": state, "result": result, "message": message, "finished_at": clock.wall_now()}
    if state == JobState.DONE:
        ended["done_count"] = F("total_count")
    _mine(job).update(**ended)


def requeue_dead_jobs() -> int:
    """Queue again the jobs whose worker died or whose place in the queue was lost; returns how many.

    A job that merely waits long may be queued twice; the second run finds it claimed and does nothing.
    """
    long_ago = clock.wall_now() - DEAD_AFTER
    running = Q(state=JobState.RUNNING, heartbeat_at__lt=long_ago)
    stuck = Job.objects.filter(running | Q(state=JobState.WAITING, created_at__lt=long_ago))
    rows = list(stuck.values_list("public_id", "attempt"))
    for public_id, attempt in rows:
        same = Job.objects.filter(public_id=public_id, attempt=attempt)
        if same.filter(state__in=[JobState.RUNNING, JobState.WAITING]).update(state=JobState.WAITING):
            run_job.enqueue(public_id)
    return len(rows)
