"""The register's current columns in pieces of Arrow, read by one statement so that all are of one instant."""

from collections.abc import Iterator

import pyarrow as pa

from huiqi.enterprises.catalogue import columns
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.statements import catalogue

PIECE = 65_536
ENTERPRISE = "enterprise"
# Beside the facts: what Scope asks of a firm besides its county, and whether it still exists.
BESIDE = ("park_id", "registration")
TYPES = {"bool": pa.bool_(), "int": pa.int64(), "ratio": pa.int64(), "date": pa.date32()}
FETCHED = 2_000


def snapshot_schema() -> pa.Schema:
    """`enterprise`, the columns beside the facts, and one for each fact the register keeps."""
    facts = [pa.field(fact.id, TYPES.get(fact.type, pa.string())) for fact in columns(catalogue())]
    beside = [pa.field("park_id", pa.int64()), pa.field("registration", pa.string())]
    return pa.schema([pa.field(ENTERPRISE, pa.string()), *beside, *facts])


def snapshot_pieces() -> Iterator[pa.RecordBatch]:
    """All firms that stand for themselves, PIECE at a time, in the order of their keys.

    Through a cursor of the server on PostgreSQL and step by step on SQLite: a piece is all that is held.
    """
    schema = snapshot_schema()
    names = ["public_id", *schema.names[1:]]
    rows = Enterprise.objects.present().order_by("pk").values_list(*names).iterator(chunk_size=FETCHED)
    held: list[tuple[object, ...]] = []
    for row in rows:
        held.append(row)
        if len(held) == PIECE:
            yield _batch(held, schema)
            held = []
    if held:
        yield _batch(held, schema)


def _batch(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.RecordBatch:
    by_column = zip(zip(*rows, strict=True), schema, strict=True)
    arrays = [pa.array(cells, field.type) for cells, field in by_column]
    return pa.record_batch(arrays, schema)
