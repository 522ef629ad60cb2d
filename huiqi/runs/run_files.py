"""What a run leaves on disk: a folder with a file of marks for every piece. Pure: paths in, files out.

A piece is done when its mark is there: the mark is written last, under its name in one step, and tells the
SHA-256 of the piece's files. Whatever a killed run left without a mark is made again, so that a run goes on
where it stood and its result is the same as that of a run nobody disturbed.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

BLOCK = 1 << 20
LISTS = "lists.json"
TOTALS, GROUPS, OVERVIEW, MISSING = "totals.parquet", "groups.parquet", "overview.parquet", "missing.parquet"
RESULTS = (GROUPS, TOTALS, OVERVIEW, MISSING)
KINDS = ("verdicts", "firms", "tally", "missing")


@dataclass(frozen=True)
class Mark:
    """A piece that is done: how many firms, and the digest of each of its files."""

    number: int
    firms: int
    digests: Mapping[str, str]


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def piece_path(folder: Path, kind: str, number: int) -> Path:
    return folder / f"{kind}-{number:05d}.parquet"


def _mark_path(folder: Path, number: int) -> Path:
    return folder / f"piece-{number:05d}.json"


def write_whole(path: Path, text: str) -> None:
    """A text that is there whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def write_tables(path: Path, tables: Iterator[pa.Table], schema: pa.Schema) -> None:
    """Tables as row groups of one file, which appears whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with pq.ParquetWriter(part, schema, compression="lz4", store_schema=False) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=max(table.num_rows, 1))
    os.replace(part, path)


def write_mark(folder: Path, number: int, firms: int) -> Mark:
    """Say that a piece is done."""
    mark = Mark(number, firms, {kind: digest_of(piece_path(folder, kind, number)) for kind in KINDS})
    write_whole(_mark_path(folder, number), json.dumps(asdict(mark), sort_keys=True))
    return mark


def read_mark(folder: Path, number: int) -> Mark | None:
    """The mark of a piece, None when it is not done or its files are not as marked."""
    try:
        mark = Mark(**json.loads(_mark_path(folder, number).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    paths = {kind: piece_path(folder, kind, number) for kind in KINDS}
    if all(path.is_file() and mark.digests.get(kind) == digest_of(path) for kind, path in paths.items()):
        return mark
    return None


def result_digest(folder: Path, marks: Sequence[Mark]) -> str:
    """One digest for all a run found: its pieces in order, then its totals."""
    found = hashlib.sha256()
    for mark in marks:
        found.update(json.dumps(asdict(mark), sort_keys=True).encode())
    for name in RESULTS:
        found.update(digest_of(folder / name).encode())
    return found.hexdigest()


def read_lists(folder: Path) -> Any:
    return json.loads((folder / LISTS).read_text(encoding="utf-8"))
