"""Making snapshots of the register: what rules are run over, without troubling the database.

A snapshot is whole, or it shares the parts of the one before and adds the firms written since, which
triggers note (change_log.py). The notes are deleted, and the snapshot they are counted from is told, in one
transaction after the folder has its name: a run that dies in between leaves notes that are read once more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection, transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.jobs import Progress
from huiqi.enterprises import snapshot_files
from huiqi.enterprises.models import ChangedFirm, Enterprise, SnapshotMark
from huiqi.enterprises.queries.snapshot_changes import Due, changes_of_parts, due_since
from huiqi.enterprises.queries.snapshot_rows import snapshot_pieces, snapshot_schema
from huiqi.enterprises.snapshot_files import Manifest, PartFile
from huiqi.reference.judging import rulebook_fingerprint
from huiqi.rules.columnar.table import CHANGES

SNAPSHOT = "enterprises.snapshot"
KEPT = 7


def snapshot_root() -> Path:
    """Where snapshots lie: private, as they hold every firm."""
    return Path(settings.PRIVATE_ROOT) / "snapshots"


@dataclass
class _Making:
    """A snapshot on its way."""

    root: Path
    folder: Path
    manifest: Manifest
    parts: list[PartFile] = field(default_factory=list)
    changes: list[PartFile] = field(default_factory=list)
    firms: int = 0

    def write(self, name: str, table: pa.Table, last: int = 0) -> PartFile:
        path = self.folder / name
        pq.write_table(table, path, compression="zstd", row_group_size=max(table.num_rows, 1))
        return snapshot_files.part_of(path, table.num_rows, last)

    def finished(self) -> Manifest:
        return replace(self.manifest, parts=tuple(self.parts), changes=tuple(self.changes), firms=self.firms)


def make_snapshot(  # noqa: PLR0913  each is a fact about the act
    root: Path,
    *,
    on: date,
    at: datetime,
    actor: User | None,
    keep: int = KEPT,
    whole: bool = False,
) -> Iterator[Progress]:
    """Write all firms' current columns to a new snapshot of `root`; yields firms done and in all.

    Only firms written since the snapshot before are read, unless `whole` is asked for, the catalogue became
    another or too many were written. The newest `keep` snapshots stay. Returns nothing: the newest manifest
    tells the rest.
    """
    # First of all: whatever is written from here on is noted for the next snapshot.
    noted = list(ChangedFirm.objects.order_by("pk").values_list("pk", flat=True))
    making = _begin(root, on, at)
    due = None if whole else due_since(root, making.manifest)
    steps = _all_firms(making, on) if due is None else _changed_firms(making, due, on)
    yield from steps
    made = making.finished()
    with transaction.atomic():
        audit.record("snapshot.made", None, actor=actor, firms=made.firms, parts=len(made.parts))
        snapshot_files.publish(root, making.folder, made)
    _count_from(made.name, noted)
    snapshot_files.forget(root, keep)
    yield made.firms, made.firms


def _begin(root: Path, on: date, at: datetime) -> _Making:
    name = at.strftime("%Y%m%dT%H%M%S%fZ")
    manifest = Manifest(
        name=name,
        on=on.isoformat(),
        made_at=at.isoformat(),
        rulebook=rulebook_fingerprint(),
        code=version("huiqi"),
        firms=0,
        columns=tuple(snapshot_schema().names),
        parts=(),
    )
    return _Making(root, snapshot_files.begin(root, name), manifest)


def _all_firms(making: _Making, on: date) -> Iterator[Progress]:
    total = Enterprise.objects.present().count()
    # Outside a transaction, which on SQLite would keep everybody from writing: one statement reads it all.
    for pks, batch in snapshot_pieces(on):
        name = f"part-{len(making.parts):05d}.parquet"
        making.parts.append(making.write(name, pa.Table.from_batches([batch]), pks[-1]))
        making.firms += batch.num_rows
        yield min(making.firms, total), max(making.firms, total)


def _changed_firms(making: _Making, due: Due, on: date) -> Iterator[Progress]:
    base, folder = due.base, making.root / due.base.name
    making.manifest = replace(making.manifest, base=base.name)
    making.parts = [snapshot_files.share(part, folder, making.folder) for part in base.parts]
    standing = {file.name: file for file in base.changes}
    for place, table in changes_of_parts(folder, base.parts, due.pks, on):
        name = Path(base.parts[place].name).with_suffix(CHANGES).name
        standing.pop(name, None)
        making.changes.append(making.write(name, table))
        yield 0, due.firms
    making.changes += [snapshot_files.share(file, folder, making.folder) for file in standing.values()]
    making.changes.sort(key=lambda file: file.name)
    making.firms = due.firms


@transaction.atomic
def _count_from(name: str, noted: Sequence[int]) -> None:
    """From now on changes are counted from this snapshot; what it holds is no longer one."""
    if noted and connection.vendor == "postgresql":
        # By name: a row with a smaller key may come from a transaction that had not ended when we read.
        with connection.cursor() as cursor:
            table = ChangedFirm._meta.db_table
            cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [list(noted)])  # noqa: S608
    elif noted:
        ChangedFirm.objects.filter(pk__lte=noted[-1]).delete()
    SnapshotMark.objects.all().delete()
    SnapshotMark.objects.create(name=name)
