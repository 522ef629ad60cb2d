"""Snapshots of the register: what they hold, how they are proved, what a crash leaves."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from huiqi.core.models import AuditRecord
from huiqi.enterprises import snapshot_files
from huiqi.enterprises.commands import snapshots
from huiqi.enterprises.commands.snapshots import make_snapshot
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries import snapshot_rows
from huiqi.enterprises.tests.make import make_firm
from huiqi.reference.judging import rulebook
from huiqi.rules.columnar.judge import ColumnarJudge
from huiqi.rules.columnar.table import TableSource
from huiqi.rules.columnar.totals import totals
from huiqi.rules.judge import Judge

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ON = date(2020, 3, 1)
AT = datetime(2020, 3, 1, 9, 0, tzinfo=UTC)


def made(root: Path, at: datetime = AT, keep: int = 7) -> Path:
    for _ in make_snapshot(root, on=ON, at=at, actor=None, keep=keep):
        pass
    return root / snapshot_files.names(root)[-1]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(snapshots, "snapshot_root", lambda: tmp_path)
    return tmp_path


def rows_of(folder: Path) -> list[dict[str, object]]:
    parts = snapshot_files.read_manifest(folder).parts
    return [row for part in parts for row in pq.read_table(folder / part.name).to_pylist()]


def test_a_snapshot_holds_the_columns_of_every_firm_that_stands_for_itself(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_rows, "PIECE", 2)
    known = {"employees": 35, "gb4754": "3411", "job_pledge": True}
    firms = [make_firm(facts=known) for _ in range(3)]
    Enterprise.objects.filter(pk=firms[0].pk).update(loan_contract_date=date(2020, 2, 20))
    dropped = make_firm()
    Enterprise.objects.filter(pk=dropped.pk).update(merged_into=firms[0])
    folder = made(root)
    rows = rows_of(folder)
    assert [row["enterprise"] for row in rows] == [firm.public_id for firm in firms]
    wanted = {
        "employees": 35,
        "gb4754": "3411",
        "prefecture": "430181",
        "job_pledge": True,
        "loan_contract_date": date(2020, 2, 20),
        "credit_bad_record": None,
        "registration": "active",
    }
    assert {name: rows[0][name] for name in wanted} == wanted
    manifest = snapshot_files.read_manifest(folder)
    assert (manifest.firms, [part.rows for part in manifest.parts]) == (3, [2, 1])
    assert AuditRecord.objects.filter(act="snapshot.made").count() == 1


def test_rules_run_over_a_snapshot(root: Path) -> None:
    make_firm(facts={"employees": 35, "gb4754": "3411"})
    make_firm(county="430102")
    folder = made(root)
    book = rulebook()
    source = TableSource(sorted(folder.glob("*.parquet")), book.catalogue, snapshot_rows.NO_FACTS)
    judge = Judge(book, ON, only=["online-public-services", "si-exempt-msme"])
    found = totals(ColumnarJudge(judge, source), ["prefecture"])
    assert [(one.policy, one.group, one.firms, one.eligible) for one in found[:2]] == [
        ("online-public-services", ("430102",), 1, 1),
        ("online-public-services", ("430181",), 1, 1),
    ]


def test_an_empty_register_gives_a_snapshot_without_parts(root: Path) -> None:
    folder = made(root)
    assert list(snapshot_files.faults(folder)) == []
    assert snapshot_files.read_manifest(folder).firms == 0


def test_a_changed_a_missing_and_a_strange_file_are_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_rows, "PIECE", 1)
    make_firm(), make_firm()
    folder = made(root)
    assert list(snapshot_files.faults(folder)) == []
    changed = folder / "part-00000.parquet"
    raw = bytearray(changed.read_bytes())
    raw[100] ^= 1
    changed.write_bytes(raw)
    (folder / "part-00001.parquet").unlink()
    (folder / "x.txt").write_text("x")
    assert dict(snapshot_files.faults(folder)) == {
        "part-00000.parquet": "changed",
        "part-00001.parquet": "missing",
        "x.txt": "strange",
    }


def test_a_run_that_dies_leaves_nothing_that_is_read_and_the_next_clears_it_away(root: Path) -> None:
    make_firm()
    steps = make_snapshot(root, on=ON, at=AT, actor=None)
    next(steps)
    steps.close()
    assert snapshot_files.names(root) == []
    assert len(list(root.iterdir())) == 1
    made(root, AT + timedelta(hours=1))
    assert [path.name for path in root.iterdir()] == snapshot_files.names(root)


def test_only_the_newest_are_kept(root: Path) -> None:
    folders = [made(root, AT + timedelta(days=day), keep=2) for day in range(3)]
    assert snapshot_files.names(root) == [folder.name for folder in folders[1:]]


def test_the_command_makes_lists_and_proves_snapshots(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("huiqi.enterprises.management.commands.snapshot.snapshot_root", lambda: root)
    with pytest.raises(CommandError, match="还没有快照"):
        call_command("snapshot", "verify")
    make_firm()
    told = json.loads(answer("make"))
    assert told["firms"] == 1 and json.loads(answer("list")) == [told["name"]]
    assert json.loads(answer("verify"))["parts"] == told["parts"]
    (root / told["name"] / "part-00000.parquet").write_bytes(b"")
    with pytest.raises(SystemExit):
        answer("verify")
    with pytest.raises(CommandError, match="没有快照"):
        answer("verify", "../x")


def answer(*arguments: str) -> str:
    out = StringIO()
    call_command("snapshot", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()
