"""Judging one piece of a snapshot: verdicts, the firms they are about, counts. Pure of Django.

Verdicts stand in one row group for each policy, in the order of the policies, and in a row group in the order
of the firms' file, so that a page reads a column of one policy and nothing else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huiqi.rules.columnar.execution import Piece
from huiqi.rules.columnar.judge import ColumnarJudge, Lowered
from huiqi.rules.columnar.marks import packed
from huiqi.rules.columnar.table import ENTERPRISE, TableSource, read_firms
from huiqi.rules.columnar.verdicts import STATUS_NAMES, Block, block
from huiqi.rules.judge import Judge
from huiqi.rules.plan import Plan
from huiqi.rules.policy import Group, Leaf
from huiqi.runs.one_firm import bases_of, is_changeable
from huiqi.runs.run_files import Mark, piece_path, write_mark, write_tables
from huiqi.runs.tally import MISSING, TALLY, Found, Groups, groups_of, missing_table, tally_table

BESIDE = ("park_id", "registration", "claimed", "listed")
COUNTY, INDUSTRY, SIZE = "prefecture", "gb4754", "size_class"
LISTS = pa.list_(pa.field("element", pa.string()))
VERDICTS = pa.schema(
    [
        ("status", pa.string()),
        ("amount_fen", pa.int64()),
        ("failed", LISTS),
        ("unknown", LISTS),
        ("claimed", pa.bool_()),
        ("listed", pa.bool_()),
        ("near", pa.bool_()),
    ]
)
FIRMS = pa.schema(
    [
        (ENTERPRISE, pa.string()),
        ("county", pa.string()),
        ("park", pa.int64()),
        ("section", pa.string()),
        ("size", pa.string()),
    ]
)
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Lists:
    """What lists say beyond the register: firms on a list, and facts that are settled as no for the rest.

    `members`: fact → public ids it is true of; `absent`: fact → public ids of which it is not settled as no.
    """

    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    absent: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Pieces:
    """A judge over the parts of a snapshot."""

    def __init__(
        self, judge: Judge, parts: Sequence[Path], lists: Lists, section_of: Callable[[str], str]
    ) -> None:
        self.judge, self.parts, self.lists, self.section_of = judge, list(parts), lists, section_of
        self.catalogue = judge.rulebook.catalogue
        self.columnar = ColumnarJudge(judge, TableSource(self.parts, self.catalogue, BESIDE))
        self.columns = frozenset(self.columnar.source.schema.names)

    def make(
        self, number: int, folder: Path, base: Path | None = None, same: frozenset[str] = frozenset()
    ) -> Mark:
        """Judge one part and write its files; `base` is the folder of a run over the same snapshot, whose
        verdicts on the policies `same` are taken over. Returns the mark of the piece."""
        held = self._read(number)
        kept = _Kept(base, number, list(self.judge.plans), same) if base else None
        tallies: list[pa.Table] = []
        lacks: dict[str, dict[str, Bools]] = {}
        verdicts = (self._verdicts(held, plan, tallies, lacks, kept) for plan in self.judge.plans.values())
        write_tables(piece_path(folder, "verdicts", number), verdicts, VERDICTS)
        write_tables(piece_path(folder, "firms", number), iter([held.firms]), FIRMS)
        write_tables(piece_path(folder, "tally", number), iter(tallies), TALLY)
        rows = pa.concat_tables([MISSING.empty_table(), *missing_table(lacks, held.places)])
        write_tables(piece_path(folder, "missing", number), iter([rows]), MISSING)
        return write_mark(folder, number, held.piece.rows)

    # ------------------------------------------------------------ reading

    def _read(self, number: int) -> "_Held":
        names = [ENTERPRISE, *BESIDE, COUNTY, INDUSTRY, SIZE, *self.columnar.columns]
        names = [name for name in dict.fromkeys(names) if name in self.columns]
        source = TableSource([self.parts[number]], self.catalogue, BESIDE)
        texts = [name for name in names if source.is_text(name)]
        table = with_lists(read_firms(self.parts[number], names, texts), self.lists)
        batch = table.to_batches()[0] if table.num_rows else pa.RecordBatch.from_pylist([], table.schema)
        reader = self.columnar.reader
        columns = {name: reader.column(name, batch.column(name)) for name in self.columnar.columns}
        return _Held(
            Piece(self.columnar.graph, reader, columns, batch.num_rows), batch, *self._grouped(batch)
        )

    def _grouped(self, batch: pa.RecordBatch) -> tuple[pa.Table, Groups, Groups]:
        county = _texts(batch, COUNTY)
        park = pc.fill_null(batch.column("park_id"), 0).to_pylist()
        section = [self.section_of(code) for code in _texts(batch, INDUSTRY)]
        size = _texts(batch, SIZE)
        blank = [""] * batch.num_rows
        firms = pa.table([batch.column(ENTERPRISE), county, park, section, size], schema=FIRMS)
        return firms, groups_of([county, park, section, size]), groups_of([county, park, blank, blank])

    # ------------------------------------------------------------ judging

    def _verdicts(
        self,
        held: "_Held",
        plan: Plan,
        tallies: list[pa.Table],
        lacks: dict[str, dict[str, Bools]],
        kept: "_Kept | None",
    ) -> pa.Table:
        one = self.columnar.lowered.get(plan.policy.id)
        table = kept.verdicts(plan.policy.id) if kept else None
        if table is None:
            table = self._judged(held, plan, one)
        found = _found(table)
        tallies.append(tally_table(held.groups, found))
        if one is not None and found.unknown.any():
            lacks[plan.policy.id] = self._lacking(held, one, table, found.unknown)
        return table

    def _judged(self, held: "_Held", plan: Plan, one: Lowered | None) -> pa.Table:
        made = block(self.columnar, held.piece, plan)
        rows = held.piece.rows
        near = np.zeros(rows, bool) if one is None else self._near(held.piece, one, made)
        claimed, listed = self._standing(held, one)
        status = made[0].cast(pa.string())
        return pa.table(
            [status, *made[1:], pa.array(claimed), pa.array(listed), pa.array(near)], schema=VERDICTS
        )

    def _near(self, piece: Piece, one: Lowered, made: Block) -> Bools:
        """Firms whom the policy would fit if conditions on facts they may still lawfully change were met."""
        edition = one.plan.edition
        if edition is None:
            return np.zeros(piece.rows, bool)
        truths = {}
        for leaf, place in zip(one.plan.leaves, one.leaves, strict=True):
            true, known = packed(piece.whole(place))
            truths[leaf.id] = true & known | (
                known & ~true if is_changeable(self.catalogue, one.plan, leaf) else 0
            )
        bits = _tree(edition.conditions, truths, np.zeros((piece.rows + 7) // 8, np.uint8))
        would = np.unpackbits(bits, count=piece.rows, bitorder="little").astype(bool)
        refused = made[0].indices.to_numpy() == STATUS_NAMES.index("ineligible")
        near: Bools = would & refused
        return near

    def _standing(self, held: "_Held", one: Lowered | None) -> tuple[Bools, Bools]:
        """Whether the verdict rests on the firm's own word, and whether on nothing but lists.

        Coarser than on a firm's page, which follows the way a verdict took: here every known fact the policy
        names counts, so that a total never promises more than the pages.
        """
        rows = held.piece.rows
        if one is None:
            return np.zeros(rows, bool), np.zeros(rows, bool)
        bases = sorted(bases_of(self.catalogue, one.plan) & self.columns)
        claimed = np.zeros(rows, bool)
        for name in bases:
            claimed |= held.said("claimed", name)
        listed = np.ones(rows, bool)
        for name in bases:
            if name in held.batch.schema.names:
                listed &= held.said("listed", name) | ~held.known(name)
        return claimed, listed & ~claimed

    def _lacking(self, held: "_Held", one: Lowered, table: pa.Table, unknown: Bools) -> dict[str, Bools]:
        """For each fact the undecided firms that lack it."""
        open_leaves = _named(table.column("unknown"), [leaf.id for leaf in one.plan.leaves])
        found: dict[str, Bools] = {}
        for leaf in one.plan.leaves:
            open_here = open_leaves[leaf.id] & unknown
            if not open_here.any():
                continue
            for name in one.plan.names[leaf.id]:
                lacking = open_here & ~held.known(name)
                for base in self.catalogue.base_of[name]:
                    marks = lacking & ~held.known(base)
                    if marks.any():
                        found[base] = found.get(base, np.zeros(len(marks), bool)) | marks
        return dict(sorted(found.items()))


@dataclass(frozen=True)
class _Held:
    """One part as it is judged."""

    piece: Piece
    batch: pa.RecordBatch
    firms: pa.Table
    groups: Groups
    places: Groups
    _kept: dict[tuple[str, str], Bools] = field(default_factory=dict)

    def known(self, name: str) -> Bools:
        """Where a fact is known; nowhere when the snapshot has no such column."""
        key = ("known", name)
        if key not in self._kept:
            is_there = name in self.batch.schema.names
            known = self.batch.column(name).is_valid() if is_there else None
            self._kept[key] = (
                np.zeros(self.piece.rows, bool) if known is None else known.to_numpy(zero_copy_only=False)
            )
        return self._kept[key]

    def said(self, standing: str, name: str) -> Bools:
        """Where a fact stands on the firm's own word (`claimed`) or on a list (`listed`)."""
        if ("all", standing) not in self._kept:
            self._kept["all", standing] = np.zeros(0, bool)
            if standing in self.batch.schema.names:
                lists = self.batch.column(standing)
                for fact in pc.unique(pc.list_flatten(lists)).to_pylist():
                    self._kept[standing, fact] = _named(lists, [fact])[fact]
        found = self._kept.get((standing, name))
        return np.zeros(self.piece.rows, bool) if found is None else found


class _Kept:
    """Verdicts of an earlier run over the same part."""

    def __init__(self, base: Path, number: int, policies: list[str], same: frozenset[str]) -> None:
        self.path, self.policies, self.same = piece_path(base, "verdicts", number), policies, same

    def verdicts(self, policy: str) -> pa.Table | None:
        if policy not in self.same:
            return None
        with pq.ParquetFile(self.path) as file:
            return file.read_row_group(self.policies.index(policy)).cast(VERDICTS)


def with_lists(table: pa.Table, lists: Lists) -> pa.Table:
    """Facts of lists written into the columns, as pages of single firms have them."""
    firms = table.column(ENTERPRISE)
    for name in sorted({*lists.members, *lists.absent} & set(table.column_names)):
        column = table.column(name)
        if name in lists.absent:
            doubted = pc.is_in(firms, pa.array(sorted(lists.absent[name]), pa.string()))
            settled = pc.if_else(doubted, pa.scalar(None, pa.bool_()), pa.scalar(False))
            column = pc.coalesce(column, settled)
        if lists.members.get(name):
            on = pc.is_in(firms, pa.array(sorted(lists.members[name]), pa.string()))
            column = pc.if_else(on, pa.scalar(True), column)
        table = table.set_column(table.column_names.index(name), name, column)
    return table.combine_chunks()


def _texts(batch: pa.RecordBatch, name: str) -> list[str]:
    column = batch.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    return pc.fill_null(column, "").to_pylist()  # type: ignore[no-any-return]


def _tree(node: Group | Leaf, truths: Mapping[str, Any], none: Any) -> Any:
    """Where the conditions hold, a bit a firm; `none` is where nothing does."""
    if isinstance(node, Leaf):
        return truths[node.id]
    joined = ~none if node.kind == "all" else none
    for child in node.children:
        part = _tree(child, truths, none)
        joined = joined & part if node.kind == "all" else joined | part
    return joined


def _named(lists: Any, names: Sequence[str]) -> dict[str, Bools]:
    """For each name the rows whose list has it."""
    if isinstance(lists, pa.ChunkedArray):
        lists = lists.combine_chunks()
    parents = pc.list_parent_indices(lists).to_numpy()
    values = pc.list_flatten(lists)
    found = {}
    for name in names:
        marks = np.zeros(len(lists), bool)
        marks[parents[pc.equal(values, name).to_numpy(zero_copy_only=False)]] = True
        found[name] = marks
    return found


def _found(table: pa.Table) -> Found:
    def marks(name: str) -> Bools:
        return table.column(name).to_numpy()  # type: ignore[no-any-return]

    status = table.column("status")
    amounts = table.column("amount_fen")
    eligible = pc.equal(status, "eligible").to_numpy()
    return Found(
        eligible,
        pc.equal(status, "unknown").to_numpy(),
        marks("near"),
        marks("claimed"),
        marks("listed"),
        pc.fill_null(amounts, 0).to_numpy(),
        eligible & amounts.is_null().to_numpy(),
    )


def whole_marks(marks: Iterator[Mark | None]) -> list[Mark]:
    """All marks; ValueError when one is missing."""
    found = list(marks)
    if any(mark is None for mark in found):
        raise ValueError("a piece is not done")
    return [mark for mark in found if mark is not None]
