"""Verdicts of many firms as Parquet: one row for each firm and policy, the same from every backend.

`enterprise, policy, status, amount_fen, failed, unknown`; the last two are lists of ids of leaf conditions.
Rows come piece by piece of the table, and within a piece policy by policy.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from huiqi.rules.catalogue import Catalogue, Unreadable, Value
from huiqi.rules.columnar.execution import Piece
from huiqi.rules.columnar.judge import ColumnarJudge, Lowered, in_fen
from huiqi.rules.columnar.marks import LISTS, listed, no_lists, packed
from huiqi.rules.columnar.table import ENTERPRISE, PIECE, TableSource
from huiqi.rules.emit_python import needed_facts
from huiqi.rules.judge import STATUSES, Judge
from huiqi.rules.plan import Plan, Verdict
from huiqi.rules.problems import FactsError, Problem

NAMES = (ENTERPRISE, "policy", "status", "amount_fen", "failed", "unknown")
STATUS_NAMES = [STATUSES[0], STATUSES[1], STATUSES[3], "not_in_force", "draft"]
INELIGIBLE, UNKNOWN, ELIGIBLE = 0, 1, 2
# The dictionary of firms of a piece must stand in one page, else every row would repeat the firm's id.
PAGE = 1 << 26
ROWS_AT_ONCE = 2_000  # firms that the Python backend holds
Block = tuple[pa.Array, pa.Array, pa.Array, pa.Array]  # status, amount, failed, unknown of one policy


class VerdictFile:
    """Writes blocks of verdicts to a file that appears under its name only when it is whole."""

    def __init__(self, path: Path, policies: Sequence[str]) -> None:
        self.path, self.policies = path, pa.array(policies, pa.string())
        self.part = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> "VerdictFile":
        return self

    def __exit__(self, kind: object, *args: object) -> None:
        if self._writer is not None:
            self._writer.close()
        if kind is None and self._writer is not None:
            os.replace(self.part, self.path)
        else:
            self.part.unlink(missing_ok=True)

    def write(self, firms: pa.Array, blocks: Sequence[Block]) -> None:
        """The verdicts of these firms: one block for each policy, in the order of the policies."""
        rows, policies = len(firms), len(blocks)
        places = np.tile(np.arange(rows, dtype=np.int32), policies)
        named = np.repeat(np.arange(policies, dtype=np.int32), rows)
        columns = [
            pa.DictionaryArray.from_arrays(places, firms),
            pa.DictionaryArray.from_arrays(named, self.policies),
            *(pa.chunked_array(list(parts)) for parts in zip(*blocks, strict=True)),
        ]
        table = pa.table(dict(zip(NAMES, columns, strict=True)))
        if self._writer is None:
            self._writer = self._opened(table.schema)
        self._writer.write_table(table, row_group_size=max(len(table), 1))

    def _opened(self, schema: pa.Schema) -> pq.ParquetWriter:
        return pq.ParquetWriter(
            self.part,
            schema,
            compression="lz4",
            use_dictionary=[ENTERPRISE, "policy", "status", "failed.list.element", "unknown.list.element"],
            dictionary_pagesize_limit=PAGE,
            write_statistics=[ENTERPRISE, "policy"],
            # Without Arrow's own notes every reader sees plain texts, not dictionaries.
            store_schema=False,
        )

    def end(self, enterprise: pa.DataType) -> None:
        """An empty table is a file without rows, not no file."""
        if self._writer is None:
            nothing = pa.array([], enterprise)
            self.write(nothing, [empty_block()] * len(self.policies))


def empty_block() -> Block:
    return statuses(np.zeros(0, np.int8)), pa.array([], pa.int64()), pa.array([], LISTS), pa.array([], LISTS)


def statuses(codes: np.ndarray) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes, pa.array(STATUS_NAMES))


def write_verdicts(
    judge: Judge,
    source: TableSource,
    path: Path,
    backend: str = "columnar",
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Judge every firm of the table by all policies of `judge`; the number of verdicts written.

    `progress` is told the firms done. Raises FactsError for what the table holds wrongly.
    """
    blocks = columnar_blocks if backend == "columnar" else python_blocks
    done = 0
    with VerdictFile(path, list(judge.plans)) as file:
        for firms, made in blocks(judge, source):
            file.write(firms, made)
            done += len(firms)
            progress(done)
        file.end(source.schema.field(ENTERPRISE).type)
    return done * len(judge.plans)


# ---------------------------------------------------------------- in columns


def columnar_blocks(judge: Judge, source: TableSource) -> Iterator[tuple[pa.Array, list[Block]]]:
    """Firms and their verdicts, a piece at a time."""
    columnar = ColumnarJudge(judge, source)
    for piece, batch in columnar.pieces([ENTERPRISE]):
        firms = _checked(batch.column(ENTERPRISE))
        yield firms, [block(columnar, piece, plan) for plan in columnar.plans]


def _checked(firms: pa.Array) -> pa.Array:
    if firms.null_count:
        raise FactsError([Problem(ENTERPRISE, "有空白", "每行都要标明是哪一家企业")])
    return firms


def block(columnar: ColumnarJudge, piece: Piece, plan: Plan) -> Block:
    """The verdicts of one policy on the firms of a piece."""
    one = columnar.lowered.get(plan.policy.id)
    if one is None:
        return _settled(STATUS_NAMES.index(str(plan.status)), piece.rows)
    truth = piece.whole(one.truth)
    codes = (truth.cast(pl.Int8) * pl.Series([ELIGIBLE], dtype=pl.Int8)).fill_null(UNKNOWN).to_numpy()
    amount = columnar.amount(piece, one, truth, int(truth.sum()))
    amounts = pa.nulls(piece.rows, pa.int64()) if one.amount is None else in_fen(amount).to_arrow()
    failed, unknown = _leaf_lists(piece, one)
    return statuses(codes), amounts, failed, unknown


def _settled(code: int, rows: int) -> Block:
    """The same for every firm: not in force, or a draft."""
    return statuses(np.full(rows, code, np.int8)), pa.nulls(rows, pa.int64()), no_lists(rows), no_lists(rows)


def _leaf_lists(piece: Piece, one: Lowered) -> tuple[pa.Array, pa.Array]:
    names = pa.array(one.plan.leaf_ids, pa.string())
    bits = [packed(piece.whole(place)) for place in one.leaves]
    failed = [known & ~true for true, known in bits]
    return listed(failed, names, piece.rows), listed([~known for _, known in bits], names, piece.rows)


# ---------------------------------------------------------------- one firm after the other


def python_blocks(judge: Judge, source: TableSource) -> Iterator[tuple[pa.Array, list[Block]]]:
    """The same by the code for single firms: slow, and what the columns are held against."""
    catalogue = judge.rulebook.catalogue
    nodes = [node for plan in judge.plans.values() if plan.status is None for node in plan.nodes]
    names = [name for name in catalogue.in_order(needed_facts(catalogue, nodes)) if name in source.columns]
    for batch in source.batches([ENTERPRISE, *names], min(ROWS_AT_ONCE, PIECE)):
        cells = {name: batch.column(name).to_pylist() for name in names}
        rows = [
            judge.verdicts(catalogue.facts_of(_values(catalogue, cells, row), {}))
            for row in range(batch.num_rows)
        ]
        yield (
            _checked(batch.column(ENTERPRISE)),
            [_row_block(rows, place) for place in range(len(judge.plans))],
        )


def _values(catalogue: Catalogue, cells: dict[str, list[object]], row: int) -> dict[str, Value]:
    """The facts of one row as the catalogue reads them; raises FactsError."""
    values: dict[str, Value] = {}
    for name, column in cells.items():
        cell, fact = column[row], catalogue.facts[name]
        if cell is None:
            continue
        try:
            scaled = Fraction(cell, fact.scale) if fact.type == "ratio" else cell  # type: ignore[call-overload]
            values[name] = catalogue.read(fact, scaled)
        except Unreadable as error:
            raise FactsError([Problem(name, f"{fact.label}：{error.message}", error.remedy)]) from error
    return values


def _row_block(rows: list[list[Verdict]], place: int) -> Block:
    verdicts = [row[place] for row in rows]
    codes = np.array([STATUS_NAMES.index(verdict.status) for verdict in verdicts], np.int8)
    return (
        statuses(codes),
        pa.array([verdict.amount_fen for verdict in verdicts], pa.int64()),
        pa.array([list(verdict.failed) for verdict in verdicts], LISTS),
        pa.array([list(verdict.unknown) for verdict in verdicts], LISTS),
    )
