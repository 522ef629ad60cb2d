"""Runs: the same verdicts as on the firm's page, the same bits however often and however disturbed."""

from datetime import date, timedelta
from io import StringIO

import pyarrow.parquet as pq
import pytest
from django.core.management import call_command

from huiqi.core.errors import Refused
from huiqi.core.jobs import cancel_job, run_job
from huiqi.core.models import Job
from huiqi.enterprises.queries import snapshot_rows
from huiqi.enterprises.tests.make import make_firm, state
from huiqi.lists.queries.membership import facts_of_firms
from huiqi.reference.judging import judge
from huiqi.runs import run_files
from huiqi.runs.commands.running import Asked, begin_run, carry_out, faults_of, folder_of, resume_run
from huiqi.runs.models import Run, RunState
from huiqi.runs.tests.make import AT, ON, SMALL, begun, make_firms, make_run, snapshot

LATER = AT + timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_rows, "PIECE", 2)


def test_a_policy_nobody_knows_is_refused() -> None:
    with pytest.raises(Refused, match="规则库里没有"):
        begin_run(Asked("测试", ON, ON, policies=("no-such",)), actor=None, at=AT)


def test_a_snapshot_nobody_made_is_refused() -> None:
    with pytest.raises(Refused, match="没有这份快照"):
        begin_run(Asked("测试", ON, ON, "2020"), actor=None, at=AT)


def test_a_run_judges_as_the_firms_page_does() -> None:
    firms = make_firms()
    run = make_run()
    facts = facts_of_firms([firm.pk for firm in firms], ON, ON)
    found = verdicts_of(run)
    for firm in firms:
        for verdict in judge(ON).verdicts(facts[firm.pk].facts):
            row = found[firm.public_id, verdict.policy]
            assert (row["status"], row["amount_fen"]) == (verdict.status, verdict.amount_fen)
            assert (row["failed"], row["unknown"]) == (list(verdict.failed), list(verdict.unknown))


def verdicts_of(run: Run) -> dict[tuple[str, str], dict[str, object]]:
    folder, found = folder_of(run), {}
    for number in range(run.pieces):
        firms = pq.read_table(run_files.piece_path(folder, "firms", number)).column("enterprise").to_pylist()
        with pq.ParquetFile(run_files.piece_path(folder, "verdicts", number)) as file:
            for place, policy in enumerate(run.policies):
                rows = file.read_row_group(place).to_pylist()
                found |= {(firm, policy): row for firm, row in zip(firms, rows, strict=True)}
    return found


def test_a_run_made_again_is_the_same_bit_for_bit() -> None:
    make_firms()
    name = snapshot()
    assert make_run(name).digest == make_run(name).digest


@pytest.mark.usefixtures("small_pieces")
def test_a_run_killed_midway_goes_on_where_it_stood_and_ends_the_same() -> None:
    make_firms()
    name = snapshot()
    whole = make_run(name)
    run = begun(name)
    steps = carry_out(run)
    next(steps)
    folder = folder_of(run)
    kept = run_files.piece_path(folder, "verdicts", 0).stat().st_mtime_ns
    steps.close()
    run.refresh_from_db()
    assert (run.state, run.pieces_done, run.pieces) == (RunState.CANCELLED, 1, 3)
    # What a kill leaves of the next piece: files without a mark.
    run_files.piece_path(folder, "verdicts", 1).write_bytes(b"half")
    for _ in carry_out(resume_run(run, actor=None, queue=False)):
        pass
    run.refresh_from_db()
    assert (run.state, run.digest) == (RunState.DONE, whole.digest)
    assert run_files.piece_path(folder, "verdicts", 0).stat().st_mtime_ns == kept


def test_a_run_that_was_not_stopped_is_not_gone_on_with() -> None:
    make_firms(1)
    run = make_run()
    with pytest.raises(Refused, match="没有停下"):
        resume_run(run, actor=None)


def test_a_run_over_a_base_judges_only_changed_policies_and_ends_the_same() -> None:
    make_firms()
    base = make_run()
    plans = base.editions["plans"]
    plans[base.policies[0]]["digest"] = "changed since"
    base.save()
    again = make_run(base.snapshot, base=base.public_id)
    assert again.digest == base.digest


@pytest.mark.usefixtures("small_pieces")
def test_totals_add_the_pieces_up_and_leave_nobody_out() -> None:
    make_firms()
    run = make_run()
    rows = verdicts_of(run)
    overview = pq.read_table(folder_of(run) / run_files.OVERVIEW).to_pylist()
    for policy in run.policies:
        of_policy = [row for (_firm, name), row in rows.items() if name == policy]
        told = [row for row in overview if row["policy"] == policy]
        assert sum(row["firms"] for row in told) == 5
        for status in ("eligible", "unknown"):
            assert sum(row[status] for row in told) == sum(row["status"] == status for row in of_policy)
        assert sum(row["amount_fen"] for row in told) == sum(row["amount_fen"] or 0 for row in of_policy)


def test_what_a_firm_says_of_itself_is_told_apart() -> None:
    confirmed, own_word = make_firms(2)
    state(own_word, SMALL, standing="claimed", as_of=date(2020, 1, 31))
    claimed = {firm for (firm, _policy), row in verdicts_of(make_run()).items() if row["claimed"]}
    assert claimed == set() and confirmed
    alone = make_firm()
    state(alone, SMALL, standing="claimed")
    claimed = {
        firm for (firm, _policy), row in verdicts_of(make_run(snapshot(LATER))).items() if row["claimed"]
    }
    assert claimed == {alone.public_id}


def test_an_empty_register_cannot_be_judged() -> None:
    with pytest.raises(Refused, match="还没有企业"):
        make_run()
    assert Run.objects.get().state == RunState.FAILED


def test_a_changed_file_is_found() -> None:
    make_firms(2)
    run = make_run()
    assert faults_of(run) == []
    path = folder_of(run) / run_files.TOTALS
    path.write_bytes(path.read_bytes() + b" ")
    assert faults_of(run) == ["totals"]
    with pytest.raises(SystemExit):
        call_command("runs", "verify", run.public_id, stdout=StringIO(), stderr=StringIO())


def test_the_job_makes_a_snapshot_and_can_be_stopped_before_it_runs() -> None:
    make_firms(2)
    run = begin_run(Asked("测试", ON, ON), actor=None, at=AT)
    job = Job.objects.get(public_id=run.job_id)
    cancel_job(job, actor=None)
    run_job.call(job.public_id)
    assert Run.objects.get().state == RunState.QUEUED
