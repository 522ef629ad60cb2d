"""Snapshots that read only what changed hold, cell by cell, what a whole one holds."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from huiqi.enterprises import change_log, snapshot_files
from huiqi.enterprises.commands import snapshots
from huiqi.enterprises.commands.merging import merge_firms, undo_merging
from huiqi.enterprises.commands.projection import refresh_facts
from huiqi.enterprises.commands.snapshots import make_snapshot
from huiqi.enterprises.models import ChangedFirm, Enterprise, Merging, SnapshotMark
from huiqi.enterprises.queries import snapshot_changes, snapshot_rows
from huiqi.enterprises.tests.make import make_firm, state
from huiqi.reference.judging import rulebook
from huiqi.rules.columnar.table import CHANGES, TableSource, read_firms
from tests.harness.examples import thorough

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ON = date(2020, 3, 1)
AT = datetime(2020, 3, 1, 9, 0, tzinfo=UTC)
Rows = dict[object, dict[str, object]]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_rows, "PIECE", 2)
    monkeypatch.setattr(snapshot_changes, "ONE_IN", 0)


def made(root: Path, hours: int, *, on: date = ON, whole: bool = False, keep: int = 7) -> Path:
    at = AT + timedelta(hours=hours)
    for _ in make_snapshot(root, on=on, at=at, actor=None, whole=whole, keep=keep):
        pass
    return root / snapshot_files.names(root)[-1]


def rows_of(folder: Path) -> Rows:
    """Every cell by firm, as rules read them; a firm that comes twice is an error."""
    manifest = snapshot_files.read_manifest(folder)
    tables = [read_firms(folder / part.name, list(manifest.columns)) for part in manifest.parts]
    rows = [row for table in tables for row in table.to_pylist()]
    found = {row["enterprise"]: row for row in rows}
    assert len(found) == len(rows) == manifest.firms
    return found


def base_of(folder: Path) -> str:
    return snapshot_files.read_manifest(folder).base


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("state", "claim", "new", "merge", "undo", "park", "days", "snapshot")),
        st.integers(0, 9),
        st.integers(0, 99),
    ),
    min_size=1,
    max_size=8,
)


@thorough(12)
@given(steps=STEPS)
def test_reading_only_what_changed_gives_what_reading_all_gives(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    root = tmp_path_factory.mktemp("snapshots")
    with transaction.atomic():
        for number in range(5):
            make_firm(facts={"employees": 10 + number, "gb4754": "3411"})
        made(root, 0)
        today = ON
        for hour, (kind, at, value) in enumerate(steps, 1):
            today = one_step(kind, at, value, today)
            if kind == "snapshot":
                assert base_of(made(root, hour, on=today))
        amended = made(root, 50, on=today)
        assert base_of(amended) and list(snapshot_files.faults(amended)) == []
        assert rows_of(amended) == rows_of(made(root, 51, on=today, whole=True))
        transaction.set_rollback(True)


def one_step(kind: str, at: int, value: int, today: date) -> date:
    """Something that happens to the register; the day afterwards."""
    firms = list(Enterprise.objects.present().order_by("pk"))
    firm, other = firms[at % len(firms)], firms[(at + 1) % len(firms)]
    if kind in ("state", "claim"):
        standing = "confirmed" if kind == "state" else "claimed"
        state(firm, {"employees": value, "vacancies": value}, standing=standing, as_of=today)
    elif kind == "new":
        make_firm(facts={"employees": value})
    elif kind == "merge" and firm != other:
        merge_firms(dropped=firm, kept=other, reason="同一家", actor=None, at=AT, on=today)
    elif kind == "undo" and (merging := Merging.objects.filter(undone_at=None).first()):
        undo_merging(merging, reason="不是", actor=None, at=AT, on=today)
    elif kind == "park":
        Enterprise.objects.filter(pk=firm.pk).update(registration="suspended")
    elif kind == "days":
        today += timedelta(days=value)
        list(refresh_facts(today))
    return today


def test_a_snapshot_reads_only_the_firms_written_since(tmp_path: Path) -> None:
    firms = [make_firm(facts={"employees": 10}) for _ in range(6)]
    first = made(tmp_path, 0)
    assert not ChangedFirm.objects.exists()
    state(firms[3], {"employees": 77})
    second = made(tmp_path, 1)
    manifest = snapshot_files.read_manifest(second)
    assert [(file.name, file.rows) for file in manifest.changes] == [(f"part-00001{CHANGES}", 1)]
    assert rows_of(second)[firms[3].public_id]["employees"] == 77
    assert rows_of(first)[firms[3].public_id]["employees"] == 10
    same = [os.stat(folder / "part-00000.parquet").st_ino for folder in (first, second)]
    assert same[0] == same[1]


def test_rules_count_the_rows_that_stand(tmp_path: Path) -> None:
    firms = [make_firm(facts={"employees": 10}) for _ in range(3)]
    made(tmp_path, 0)
    merge_firms(dropped=firms[0], kept=firms[1], reason="同一家", actor=None, at=AT, on=ON)
    folder = made(tmp_path, 1)
    paths = [folder / part.name for part in snapshot_files.read_manifest(folder).parts]
    source = TableSource(paths, rulebook().catalogue, snapshot_rows.NO_FACTS)
    found = [cell for batch in source.batches(["enterprise", "gb4754"]) for cell in batch[0].to_pylist()]
    assert source.rows == 2 and sorted(found) == sorted(firm.public_id for firm in firms[1:])


def test_an_older_snapshot_outlives_the_one_it_was_made_from(tmp_path: Path) -> None:
    firm, _other = make_firm(facts={"employees": 10}), make_firm()
    made(tmp_path, 0)
    state(firm, {"employees": 11})
    second = made(tmp_path, 1, keep=1)
    assert snapshot_files.names(tmp_path) == [second.name]
    assert list(snapshot_files.faults(second)) == [] and len(rows_of(second)) == 2


def test_a_snapshot_in_use_is_not_deleted(tmp_path: Path) -> None:
    make_firm()
    first = made(tmp_path, 0)
    with snapshot_files.in_use(first):
        second = made(tmp_path, 1, keep=1)
        assert snapshot_files.names(tmp_path) == [first.name, second.name]
    third = made(tmp_path, 2, keep=1)
    assert snapshot_files.names(tmp_path) == [third.name]


def test_a_changed_file_of_changes_is_found(tmp_path: Path) -> None:
    firm = make_firm()
    made(tmp_path, 0)
    state(firm, {"employees": 11})
    folder = made(tmp_path, 1)
    (folder / f"part-00000{CHANGES}").write_bytes(b"x")
    assert dict(snapshot_files.faults(folder)) == {f"part-00000{CHANGES}": "changed"}


def test_many_changes_are_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_changes, "ONE_IN", 10)
    firms = [make_firm() for _ in range(3)]
    made(tmp_path, 0)
    state(firms[0], {"employees": 11})
    assert base_of(made(tmp_path, 1)) == ""


def test_without_its_base_or_with_a_trigger_lost_all_is_read(tmp_path: Path) -> None:
    make_firm()
    first = made(tmp_path, 0)
    (first / snapshot_files.MANIFEST).unlink()
    assert base_of(made(tmp_path, 1)) == ""
    change_log.remove(connection)
    change_log.install(connection)
    assert base_of(made(tmp_path, 2)) == ""


def test_a_snapshot_that_dies_before_it_is_counted_leaves_the_changes_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm, _other = make_firm(facts={"employees": 10}), make_firm()
    first = made(tmp_path, 0)
    state(firm, {"employees": 11})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(snapshots, "_count_from", _dies)
        made(tmp_path, 1)
    assert SnapshotMark.objects.get().name == first.name and ChangedFirm.objects.exists()
    state(firm, {"employees": 12})
    last = made(tmp_path, 2)
    assert base_of(last) == first.name and rows_of(last)[firm.public_id]["employees"] == 12


def _dies(*_arguments: object) -> None:
    raise KeyboardInterrupt


KILLED = """
import os, signal, sys
from pathlib import Path
from huiqi.enterprises import snapshot_files as files
folder, step = Path(sys.argv[1]), int(sys.argv[2])
calls = [0]
def dies(old):
    def call(*given, **named):
        calls[0] += 1
        if calls[0] == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return old(*given, **named)
    return call
for name in ("open", "link", "rename", "fsync", "mkdir"):
    setattr(os, name, dies(getattr(os, name)))
base = files.read_manifest(folder / "one")
made = files.begin(folder, "two")
parts = tuple(files.share(part, folder / "one", made) for part in base.parts)
(made / "part-00000.changes").write_bytes(b"changes")
changes = (files.part_of(made / "part-00000.changes", 1),)
files.publish(folder, made, files.Manifest("two", "", "", "", "", 1, (), parts, changes, "one"))
print("done")
"""


def test_killed_between_any_two_writes_the_last_good_snapshot_stays(tmp_path: Path) -> None:
    folder = snapshot_files.begin(tmp_path, "one")
    (folder / "part-00000.parquet").write_bytes(b"rows")
    parts = (snapshot_files.part_of(folder / "part-00000.parquet", 1),)
    snapshot_files.publish(tmp_path, folder, snapshot_files.Manifest("one", "", "", "", "", 1, (), parts))
    for step in range(1, 40):
        run = [sys.executable, "-c", KILLED, str(tmp_path), str(step)]
        done = subprocess.run(run, capture_output=True, text=True, check=False)  # noqa: S603  this very test
        found = snapshot_files.names(tmp_path)
        assert found[0] == "one" and all(not list(snapshot_files.faults(tmp_path / name)) for name in found)
        if "two" in found:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert "two" in found and step > 5


def test_a_part_is_read_in_one_chunk_with_texts_in_lists(tmp_path: Path) -> None:
    firms = [make_firm(facts={"gb4754": "3411"}), make_firm(facts={"gb4754": "2770"})]
    made(tmp_path, 0)
    state(firms[0], {"gb4754": "5211"})
    folder = made(tmp_path, 1)
    table = read_firms(folder / "part-00000.parquet", ["gb4754"], ["gb4754"])
    assert table.column(0).num_chunks == 1 and sorted(table.column(0).to_pylist()) == ["2770", "5211"]
    assert pq.read_table(folder / f"part-00000{CHANGES}").num_rows == 1
