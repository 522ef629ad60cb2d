"""Making snapshots of the register: what rules are run over, without troubling the database."""

from collections.abc import Iterator
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.jobs import Progress
from huiqi.enterprises import snapshot_files
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.snapshot_rows import snapshot_pieces, snapshot_schema
from huiqi.enterprises.snapshot_files import Manifest, PartFile
from huiqi.reference.judging import rulebook_fingerprint

SNAPSHOT = "enterprises.snapshot"
KEPT = 7


def snapshot_root() -> Path:
    """Where snapshots lie: private, as they hold every firm."""
    return Path(settings.PRIVATE_ROOT) / "snapshots"


def make_snapshot(
    root: Path, *, on: date, at: datetime, actor: User | None, keep: int = KEPT
) -> Iterator[Progress]:
    """Write all firms' current columns to a new snapshot of `root`; yields firms done and in all.

    The newest `keep` snapshots stay. Returns nothing: the newest manifest tells the rest.
    """
    name = at.strftime("%Y%m%dT%H%M%S%fZ")
    folder = snapshot_files.begin(root, name)
    parts: list[PartFile] = []
    done = 0
    total = Enterprise.objects.present().count()
    # Outside a transaction, which on SQLite would keep everybody from writing: one statement reads it all.
    for batch in snapshot_pieces():
        parts.append(_write_part(folder, len(parts), batch))
        done += batch.num_rows
        yield min(done, total), max(done, total)
    made = Manifest(
        name=name,
        on=on.isoformat(),
        made_at=at.isoformat(),
        rulebook=rulebook_fingerprint(),
        code=version("huiqi"),
        firms=done,
        columns=tuple(snapshot_schema().names),
        parts=tuple(parts),
    )
    with transaction.atomic():
        audit.record("snapshot.made", None, actor=actor, firms=done, parts=len(parts))
        snapshot_files.publish(root, folder, made)
    snapshot_files.forget(root, keep)
    yield done, done


def _write_part(folder: Path, number: int, batch: pa.RecordBatch) -> PartFile:
    path = folder / f"part-{number:05d}.parquet"
    pq.write_table(pa.Table.from_batches([batch]), path, compression="zstd", row_group_size=batch.num_rows)
    return snapshot_files.part_of(path, batch.num_rows)
