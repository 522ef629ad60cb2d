"""Rows of plain values as a table that the columnar backend reads."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huiqi.rules.catalogue import Catalogue, Fact
from huiqi.rules.columnar.execution import Piece
from huiqi.rules.columnar.graph import Graph
from huiqi.rules.columnar.lowering import Lowering
from huiqi.rules.columnar.table import Reader
from huiqi.rules.emit_python import NO_BINDING, Binding
from huiqi.rules.ir import Kind, Node

TYPES = {"bool": pa.bool_(), "int": pa.int64(), "ratio": pa.int64(), "date": pa.date32()}


def array_of(fact: Fact, values: Sequence[Any]) -> pa.Array:
    if fact.type == "ratio":
        values = [None if value is None else int(Fraction(value) * fact.scale) for value in values]
    return pa.array(values, TYPES.get(fact.type, pa.string()))


def table_of(catalogue: Catalogue, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """One row a firm, a column for each fact that any row names."""
    names = catalogue.in_order(name for row in rows for name in row)
    columns = {name: array_of(catalogue.facts[name], [row.get(name) for row in rows]) for name in names}
    firms = pa.array([f"E{number:05d}" for number in range(len(rows))], pa.string())
    return pa.table({"enterprise": firms, **columns})


def write_table(path: Path, catalogue: Catalogue, rows: Sequence[Mapping[str, Any]]) -> Path:
    pq.write_table(table_of(catalogue, rows), path)
    return path


def carried_out(
    catalogue: Catalogue, node: Node, rows: Sequence[Mapping[str, Any]], binding: Binding = NO_BINDING
) -> list[Any]:
    """A condition's result or an amount for every row, by columns."""
    table = table_of(catalogue, rows)
    names = [name for name in table.column_names if name in catalogue.facts]
    lowering = Lowering(catalogue, names, Graph())
    lowering.binding = binding
    place = lowering.truth(node) if node.type.kind is Kind.BOOL else lowering.money(node)
    reader = Reader(catalogue)
    columns = {name: reader.column(name, table.column(name).combine_chunks()) for name in names}
    found: list[Any] = Piece(lowering.graph, reader, columns, len(rows)).whole(place).to_list()
    return found
