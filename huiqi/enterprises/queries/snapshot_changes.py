"""Which firms a snapshot must read anew, and the rows that stand for them beside the parts it shares."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huiqi.enterprises import snapshot_files
from huiqi.enterprises.models import ChangedFirm, Enterprise, SnapshotMark
from huiqi.enterprises.queries.snapshot_rows import ENTERPRISE, FETCHED, snapshot_of, snapshot_schema
from huiqi.enterprises.snapshot_files import Manifest, NoSnapshot, PartFile
from huiqi.rules.columnar.table import CHANGES, GONE

# With more than one firm in so many standing beside the parts, writing all anew is the better bargain.
ONE_IN = 10


@dataclass(frozen=True)
class Due:
    """The snapshot to go on from, the keys of firms to read anew, in order, and the firms there are now."""

    base: Manifest
    pks: list[int]
    firms: int


def due_since(root: Path, new: Manifest) -> Due | None:
    """What changed since the snapshot that changes are counted from; None when all is to be read.

    Besides the firms written these are firms of whom something ran out by itself between the two days.
    """
    mark = SnapshotMark.objects.order_by("pk").first()
    base = _usable(root, mark.name, new) if mark else None
    if base is None:
        return None
    written = set(ChangedFirm.objects.order_by().values_list("firm_id", flat=True).distinct())
    out = Enterprise.objects.filter(current_until__gte=base.on, current_until__lt=new.on).order_by()
    written.update(out.values_list("pk", flat=True))
    pks = sorted(written | _stand_for(sorted(written)))
    beside = sum(file.rows for file in base.changes)
    if (len(pks) + beside) * ONE_IN > base.firms:
        return None
    return Due(base, pks, Enterprise.objects.present().count())


def _usable(root: Path, name: str, new: Manifest) -> Manifest | None:
    try:
        base = snapshot_files.read_manifest(root / name)
    except NoSnapshot:
        return None
    same = (base.columns, base.rulebook, base.code) == (new.columns, new.rulebook, new.code)
    return base if same and base.parts and base.on <= new.on and base.parts[-1].last else None


def _stand_for(pks: Sequence[int]) -> set[int]:
    """The rows that these were merged into."""
    found: set[int] = set()
    for first in range(0, len(pks), FETCHED):
        some = pks[first : first + FETCHED]
        merged = Enterprise.objects.filter(pk__in=some, merged_into__isnull=False).order_by("pk")
        found.update(pk for pk in merged.values_list("merged_into", flat=True) if pk is not None)
    return found


def changes_schema() -> pa.Schema:
    """A snapshot's columns, and whether the firm is gone: merged into another."""
    return snapshot_schema().append(pa.field(GONE, pa.bool_()))


def changes_of_parts(
    folder: Path, parts: Sequence[PartFile], pks: Sequence[int], on: date
) -> Iterator[tuple[int, pa.Table]]:
    """For each part with changed firms its place and the whole table of changes that stands beside it now."""
    lasts = [part.last for part in parts[:-1]]
    held, batch = snapshot_of(pks, on)
    present, table = set(held), pa.Table.from_batches([batch])
    places = pa.array([bisect_left(lasts, pk) for pk in held], pa.int64())
    gone: dict[int, list[int]] = {}
    for pk in pks:
        if pk not in present:
            gone.setdefault(bisect_left(lasts, pk), []).append(pk)
    for place in sorted({*places.to_pylist(), *gone}):
        rows = table.filter(pc.equal(places, place))
        rows = rows.append_column(GONE, pa.array([False] * rows.num_rows, pa.bool_()))
        late = pa.concat_tables([rows, _gone(gone.get(place, []))])
        yield place, pa.concat_tables([_earlier(folder / parts[place].name, late), late])


def _gone(pks: Sequence[int]) -> pa.Table:
    names: list[str] = []
    for first in range(0, len(pks), FETCHED):
        firms = Enterprise.objects.filter(pk__in=pks[first : first + FETCHED]).order_by("pk")
        names += firms.values_list("public_id", flat=True)
    return pa.Table.from_pylist([{ENTERPRISE: name, GONE: True} for name in names], changes_schema())


def _earlier(part: Path, late: pa.Table) -> pa.Table:
    """Changes that the earlier snapshot had beside this part and that still stand."""
    path = part.with_suffix(CHANGES)
    if not path.exists():
        return changes_schema().empty_table()
    table = pq.read_table(path, use_threads=False)
    again = pc.is_in(table.column(ENTERPRISE), late.column(ENTERPRISE).combine_chunks())
    return table.filter(pc.invert(again))
