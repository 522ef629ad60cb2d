"""The register's current columns in pieces of Arrow, read by one statement so that all are of one instant."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
from django.db.models import Q

from huiqi.enterprises.catalogue import columns
from huiqi.enterprises.models import Enterprise, Standing, Statement
from huiqi.enterprises.queries.statements import catalogue, resolve_all, stated_of

PIECE = 65_536
ENTERPRISE = "enterprise"
# Beside the facts: what Scope asks of a firm besides its county, and whether it still exists.
BESIDE = ("park_id", "registration")
# And which facts do not stand on an office's word: the firm's own (claimed), a list's (listed).
STANDINGS = (Standing.CLAIMED.value, Standing.LISTED.value)
NAMES = pa.list_(pa.field("element", pa.string()))
NO_FACTS = (*BESIDE, *STANDINGS)
TYPES = {"bool": pa.bool_(), "int": pa.int64(), "ratio": pa.int64(), "date": pa.date32()}
FETCHED = 2_000


def snapshot_schema() -> pa.Schema:
    """`enterprise`, the columns beside the facts, and one for each fact the register keeps."""
    facts = [pa.field(fact.id, TYPES.get(fact.type, pa.string())) for fact in columns(catalogue())]
    beside = [pa.field("park_id", pa.int64()), pa.field("registration", pa.string())]
    standings = [pa.field(name, NAMES) for name in STANDINGS]
    return pa.schema([pa.field(ENTERPRISE, pa.string()), *beside, *facts, *standings])


def snapshot_pieces(on: date) -> Iterator[tuple[list[int], pa.RecordBatch]]:
    """All firms that stand for themselves, PIECE at a time, in the order of their keys; `on` is the day whose
    standings are told. Each piece comes with the firms' keys.

    Through a cursor of the server on PostgreSQL and step by step on SQLite: a piece is all that is held.
    """
    schema = snapshot_schema()
    rows = Enterprise.objects.present().order_by("pk").values_list(*_names(schema))
    held: list[tuple[Any, ...]] = []
    for row in rows.iterator(chunk_size=FETCHED):
        held.append(row)
        if len(held) == PIECE:
            yield [row[0] for row in held], _batch(held, schema, on)
            held = []
    if held:
        yield [row[0] for row in held], _batch(held, schema, on)


def snapshot_of(pks: Sequence[int], on: date) -> tuple[list[int], pa.RecordBatch]:
    """Those of these firms that stand for themselves, as `snapshot_pieces` gives them."""
    schema = snapshot_schema()
    held: list[tuple[Any, ...]] = []
    for first in range(0, len(pks), FETCHED):
        firms = Enterprise.objects.present().filter(pk__in=pks[first : first + FETCHED]).order_by("pk")
        held += firms.values_list(*_names(schema))
    if not held:
        return [], pa.RecordBatch.from_pylist([], schema)
    return [row[0] for row in held], _batch(held, schema, on, some=True)


def _names(schema: pa.Schema) -> list[str]:
    return ["pk", "public_id", *schema.names[1 : -len(STANDINGS)]]


def _batch(rows: list[tuple[Any, ...]], schema: pa.Schema, on: date, *, some: bool = False) -> pa.RecordBatch:
    pks, *cells = zip(*rows, strict=True)
    standings = _standings(pks, on, some=some)
    columns = [*cells, *([standings[name].get(pk, []) for pk in pks] for name in STANDINGS)]
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.record_batch(arrays, schema)


def _standings(pks: Sequence[int], on: date, *, some: bool) -> dict[str, dict[int, list[str]]]:
    """For each standing but the usual one the firms' facts that have it.

    Looked for by statement, as few have one of them; which of a fact's statements counts is resolved for
    those alone. With `some` the firms are few of their range and are named one by one.
    """
    firms, facts = set[int](), set[str]()
    for which in _parts(pks) if some else [_between(min(pks), max(pks))]:
        rows = Statement.objects.filter(which, standing__in=STANDINGS, retracted_at=None).order_by()
        for pk, kept, fact in rows.values_list("enterprise", "enterprise__merged_into", "fact"):
            firms.add(kept or pk)
            facts.add(fact)
    held = sorted(firms.intersection(pks))
    found: dict[str, dict[int, list[str]]] = {name: defaultdict(list) for name in STANDINGS}
    for first in range(0, len(held), FETCHED):
        stated = stated_of(held[first : first + FETCHED], facts)
        for pk, by_fact in stated.items():
            for name, one in sorted(resolve_all(by_fact, on, None).items()):
                if one.stated.standing in found:
                    found[one.stated.standing][pk].append(name)
    return found


def _between(low: int, high: int) -> Q:
    merged = Q(enterprise__merged_into__gte=low, enterprise__merged_into__lte=high)
    return Q(enterprise__gte=low, enterprise__lte=high) | merged


def _parts(pks: Sequence[int]) -> Iterator[Q]:
    """What was said of these firms or of rows merged into them."""
    for first in range(0, len(pks), FETCHED):
        some = list(pks[first : first + FETCHED])
        yield Q(enterprise__in=some)
        merged = Enterprise.objects.filter(merged_into__in=some).order_by("pk")
        yield Q(enterprise__in=list(merged.values_list("pk", flat=True)))
