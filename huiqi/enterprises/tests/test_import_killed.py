"""An import that is killed at any point goes on where it was, and ends as if nothing had happened."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from huiqi.core.jobs import KINDS, cancel_job
from huiqi.core.models import AuditRecord, Job
from huiqi.enterprises.commands import import_rows as rows_module
from huiqi.enterprises.commands import imports as imports_module
from huiqi.enterprises.commands.imports import IMPORT
from huiqi.enterprises.models import Contact, Enterprise, ImportFault, ImportRun, Statement
from huiqi.enterprises.queries import imports as reading
from huiqi.enterprises.tests.make import AT, ON
from huiqi.enterprises.tests.tables import HEADINGS, csv_bytes, firm_row
from huiqi.files.stored_tables import sealed
from huiqi.reference.commands import load_reference

ROOT = Path(__file__).resolve().parents[3]


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


def make_run(count: int = 10, bad: int = 4, rows: list[list[Any]] | None = None) -> ImportRun:
    """A run ready to be written; row `bad` is faulty."""
    rows = rows or [
        firm_row(number, **({"从业人员期末人数": "多"} if number == bad else {}))
        for number in range(1, count + 1)
    ]
    run = ImportRun(
        file_name="企业.csv",
        sha256="0" * 64,
        mapping={
            heading: {"field": field, "unit": unit, "year": ""}
            for heading, field, unit in zip(
                HEADINGS,
                ["name", "credit_code", "prefecture", "gb4754", "employees", "revenue", "phone"],
                ["", "", "", "", "", "万元", ""],
                strict=True,
            )
        },
        year="2019",
        as_of=ON,
        created_at=AT,
        kept_until=AT + timedelta(days=7),
        total_rows=count,
    )
    run.file.save("killed.table", sealed(csv_bytes(rows)), save=True)
    imports_module.begin(run, actor=None, at=AT)
    return run


def go_on(run: ImportRun) -> None:
    """The job's work from where the row says it is."""
    for _progress in KINDS[IMPORT]({"run": run.public_id}):
        pass
    run.refresh_from_db()


def state_of_register() -> dict[str, int]:
    return {
        "firms": Enterprise.objects.count(),
        "statements": Statement.objects.count(),
        "contacts": Contact.objects.count(),
        "faults": ImportFault.objects.count(),
        "batches": AuditRecord.objects.filter(act="import.batch_written").count(),
    }


WHOLE = {"firms": 9, "statements": 45, "contacts": 9, "faults": 1, "batches": 4}
# Every write of a batch, in order: raising before each is a kill between any two writes.
WRITES = ["firms", "statements", "contacts", "former", "project", "faults", "run", "audit"]


@pytest.fixture
def small_batches(monkeypatch):
    """Batches of three rows."""
    monkeypatch.setattr(reading, "BATCH", 3)


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [1, 2, 4])
@pytest.mark.parametrize("write", WRITES)
def test_a_kill_between_any_two_writes_loses_and_doubles_nothing(monkeypatch, small_batches, write, batch):
    run = make_run()
    with monkeypatch.context() as patch:
        _kill_before(patch, write, batch)
        with pytest.raises(Killed):
            go_on(run)
    run.refresh_from_db()
    assert run.done_rows == 3 * (batch - 1)
    assert Enterprise.objects.count() == run.accepted
    go_on(run)
    assert (run.state, run.accepted, run.rejected) == (ImportRun.State.DONE, 9, 1)
    assert state_of_register() == WHOLE


TABLES = {"firms": Enterprise, "statements": Statement, "contacts": Contact}
CALLS = {
    "former": (rows_module, "_write_firms"),
    "project": (rows_module, "project_firms"),
    "faults": (imports_module, "_fault_rows"),
    "run": (ImportRun, "save"),
}


def _kill_before(patch, write: str, batch: int) -> None:
    """Raise Killed before the named write of the given batch."""
    started = []
    plain = imports_module.decide
    patch.setattr(
        imports_module, "decide", lambda *args, **more: (started.append(1), plain(*args, **more))[1]
    )

    def before(target, name, applies=lambda *args: True):
        wanted = getattr(target, name)

        def killed(*args, **kwargs):
            if len(started) == batch and applies(*args):
                raise Killed
            return wanted(*args, **kwargs)

        patch.setattr(target, name, killed)

    if write in TABLES:
        before(rows_module, "insert_rows", lambda table, rows: table is TABLES[write])
    elif write in CALLS:
        before(*CALLS[write])
    else:
        before(imports_module.audit, "record", lambda act, *rest: act == "import.batch_written")


@pytest.mark.django_db
def test_a_kill_after_the_last_batch_only_ends_the_run(monkeypatch, small_batches):
    run = make_run()
    with monkeypatch.context() as patch:
        patch.setattr("huiqi.enterprises.jobs.finish", _raise_killed)
        with pytest.raises(Killed):
            go_on(run)
    go_on(run)
    assert run.state == ImportRun.State.DONE
    assert state_of_register() == WHOLE


def _raise_killed(*args, **kwargs):
    raise Killed


@pytest.mark.django_db
def test_a_second_row_of_a_firm_is_still_known_as_such_after_a_kill(monkeypatch, small_batches):
    run = make_run(bad=0)
    rows = [*(firm_row(number) for number in range(1, 6)), firm_row(1, **{"从业人员期末人数": 99})]
    run.file.save("double.table", sealed(csv_bytes(rows)), save=True)
    with monkeypatch.context() as patch:
        _kill_before(patch, "firms", 2)
        with pytest.raises(Killed):
            go_on(run)
    go_on(run)
    assert (run.accepted, run.rejected) == (5, 1)
    assert "第2行是同一家企业" in run.faults.get().reason
    assert not Enterprise.objects.filter(employees=99).exists()


@pytest.mark.django_db
def test_a_worker_taken_for_dead_that_wakes_up_writes_nothing_more(small_batches):
    run = make_run()
    slow = KINDS[IMPORT]({"run": run.public_id})
    next(slow)
    go_on(run)
    assert list(slow) == []
    assert state_of_register() == WHOLE


@pytest.mark.django_db
def test_a_stopped_import_keeps_what_is_in_and_can_go_on(small_batches, django_capture_on_commit_callbacks):
    run = make_run()
    work = KINDS[IMPORT]({"run": run.public_id})
    next(work)
    imports_module.stop(run, actor=None, at=AT, wall=AT)
    assert list(work) == []
    run.refresh_from_db()
    assert (run.state, run.done_rows, Enterprise.objects.count()) == (ImportRun.State.CANCELLED, 3, 3)
    with django_capture_on_commit_callbacks(execute=True):
        imports_module.start(run, actor=None, at=AT)
    run.refresh_from_db()
    assert run.state == ImportRun.State.DONE
    assert state_of_register() == WHOLE


@pytest.mark.django_db
def test_stopping_the_job_itself_leaves_a_run_that_can_go_on(
    small_batches, django_capture_on_commit_callbacks
):
    run = make_run()
    run.state = ImportRun.State.READY
    run.save()
    imports_module.start(run, actor=None, at=AT)
    cancel_job(Job.objects.get(), actor=None)
    with django_capture_on_commit_callbacks(execute=True):
        imports_module.start(run, actor=None, at=AT)
    run.refresh_from_db()
    assert run.state == ImportRun.State.DONE


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_process_killed_by_the_system_leaves_whole_batches_and_the_next_run_finishes(tmp_path):
    load_reference(province="430000")  # another transactional test may have emptied it
    table = tmp_path / "firms.csv"
    table.write_bytes(csv_bytes(firm_row(number) for number in range(1, 6_001)))
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "HUIQI_TEST_DATABASE_URL": _address_of_test_database(),
    }
    command = [sys.executable, "manage.py", "import-enterprises", str(table), "--json"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while Enterprise.objects.count() < 2_000 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = ImportRun.objects.get().done_rows
    assert 2_000 <= done < 6_000
    assert Enterprise.objects.count() == done
    assert Statement.objects.count() == 5 * done
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert f'"accepted": {6_000 - done}, "updated": 0, "unchanged": {done}' in again.stdout.decode()
    assert Enterprise.objects.count() == 6_000


def _address_of_test_database() -> str:
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST'] or 'localhost'}:{at['PORT']}/{at['NAME']}"
