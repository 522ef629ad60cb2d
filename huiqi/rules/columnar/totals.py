"""How many firms each policy means what, and what it comes to, without a row for every verdict.

Sums are exact: amounts are summed in two halves of 32 bits, which 64 bits hold for thousands of millions of
firms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from huiqi.rules.columnar.execution import Piece
from huiqi.rules.columnar.judge import ColumnarJudge, Lowered, in_fen
from huiqi.rules.columnar.table import Texts

Group = tuple[str | None, ...]
Counts = np.ndarray[Any, np.dtype[np.int64]]
HALF = 32
BITS = 20
LOW = (1 << HALF) - 1
Groupings = Mapping[str, Mapping[str, str]]


@dataclass(slots=True)
class Total:
    """The verdicts of one policy on one group of firms.

    `amount_fen` sums the amounts of the eligible; `open_amounts` counts the eligible whose amount is unknown,
    so that a sum is never taken for more than it is.
    """

    policy: str
    nature: str
    group: Group
    firms: int = 0
    eligible: int = 0
    unknown: int = 0
    amount_fen: int = 0
    open_amounts: int = 0

    @property
    def ineligible(self) -> int:
        return self.firms - self.eligible - self.unknown


def totals(columnar: ColumnarJudge, by: Sequence[str] = (), coarser: Groupings | None = None) -> list[Total]:
    """Totals of every policy that is judged on the day, by the texts of the columns `by`.

    `coarser` maps the texts of a column to what to group them by (four-digit industries to their section).
    Policies not in force or drafts have no totals. In the order of policies, then groups.
    """
    sums, keys = _Sums(len(columnar.lowered)), _Keys(len(by))
    for piece, batch in columnar.pieces(by):
        columns = {name: columnar.reader.column(name, batch.column(name)) for name in by}
        texts = [_coarse(columns[name], (coarser or {}).get(name)) for name in by]
        grouped = _Grouped(piece, keys.of(texts, piece.rows))
        places = sums.places(grouped)
        for row, one in enumerate(columnar.lowered.values()):
            _add(sums, (row, places), columnar, grouped, one)
    named = zip(keys.groups(list(sums.groups)), sums.groups.values(), strict=True)
    groups = sorted(named, key=lambda item: _sortable(item[0]))
    found: list[Total] = []
    for row, one in enumerate(columnar.lowered.values()):
        found += sums.totals(row, one, groups)
    return found


def _sortable(group: Group) -> tuple[tuple[bool, str], ...]:
    """Unknown last."""
    return tuple((name is None, name or "") for name in group)


def _coarse(column: pl.Series | Texts, to: Mapping[str, str] | None) -> Texts:
    if not isinstance(column, Texts):
        raise TypeError("only facts that are texts group firms")
    if to is None:
        return column
    wanted = [to.get(text) for text in column.texts]
    texts = sorted({name for name in wanted if name is not None})
    places = [None if name is None else texts.index(name) for name in wanted]
    return Texts(pl.Series([*places, None], dtype=pl.UInt32).gather(column.positions), texts)


class _Grouped:
    """A piece whose firms are put in the order of their groups, so that every group is a stretch of rows."""

    def __init__(self, piece: Piece, key: Counts | None) -> None:
        self.keys = [0]
        self.starts = np.zeros(1, np.intp)
        self.piece = piece
        if key is not None:
            self._sort(piece, key)
        self.sizes = np.diff(np.append(self.starts, piece.rows))

    def _sort(self, piece: Piece, key: Counts) -> None:
        order = np.argsort(key, kind="stable")
        key = key[order]
        self.starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        self.keys = key[self.starts].tolist()
        places = pl.Series(order.astype(np.uint32))
        moved = {
            name: Texts(column.positions.gather(places), column.texts)
            if isinstance(column, Texts)
            else column.gather(places)
            for name, column in piece.columns.items()
        }
        self.piece = Piece(piece.graph, piece.reader, moved, piece.rows)

    def counted(self, marks: pl.Series) -> Counts:
        """How many are true in each group; unknown is not true."""
        if len(self.starts) == 1:
            return np.array([marks.sum()], np.int64)
        ones = marks.cast(pl.Int8).fill_null(0) if marks.null_count() else marks.cast(pl.Int8)
        return np.add.reduceat(ones.to_numpy(), self.starts, dtype=np.int64)

    def summed(self, numbers: pl.Series) -> tuple[Counts, Counts]:
        """The exact sum of each group as multiples of 2**32 and the rest; unknown counts for nothing.

        Of two halves that are summed apart, neither can outgrow 64 bits in one piece.
        """
        known = numbers.fill_null(0).to_numpy()
        return (
            np.add.reduceat(known >> HALF, self.starts, dtype=np.int64),
            np.add.reduceat(known & LOW, self.starts, dtype=np.int64),
        )


class _Keys:
    """A number for every combination of texts, the same in all pieces: 20 bits for each column."""

    def __init__(self, columns: int) -> None:
        self.known: list[dict[str | None, int]] = [{None: 0} for _ in range(columns)]

    def of(self, columns: Sequence[Texts], rows: int) -> Counts | None:
        """The keys of a piece's firms; None when they are not grouped."""
        if not columns:
            return None
        key = np.zeros(rows, np.int64)
        for place, (column, known) in enumerate(zip(columns, self.known, strict=True)):
            numbers = [known.setdefault(text, len(known)) for text in (*column.texts, None)]
            positions = column.positions.fill_null(len(column.texts)).to_numpy()
            key |= np.array(numbers, np.int64)[positions] << BITS * place
        return key

    def groups(self, keys: Sequence[int]) -> list[Group]:
        names = [list(known) for known in self.known]
        mask = (1 << BITS) - 1
        return [tuple(name[key >> BITS * place & mask] for place, name in enumerate(names)) for key in keys]


class _Sums:
    """Counts and sums of every policy (rows) and group (columns), which grow as groups are met."""

    FIELDS = ("eligible", "unknown", "high", "low", "open")

    def __init__(self, policies: int) -> None:
        self.groups: dict[int, int] = {}
        self.firms = np.zeros(0, np.int64)
        self.held = {name: np.zeros((policies, 0), np.int64) for name in self.FIELDS}

    def places(self, grouped: _Grouped) -> Any:
        """The columns of a piece's groups, whose firms are counted."""
        known = self.groups
        places = np.array([known.setdefault(key, len(known)) for key in grouped.keys], np.intp)
        missing = len(self.groups) - len(self.firms)
        if missing:
            more = max(missing, len(self.firms))
            self.firms = np.pad(self.firms, (0, more))
            self.held = {name: np.pad(array, ((0, 0), (0, more))) for name, array in self.held.items()}
        self.firms[places] += grouped.sizes
        return places

    def totals(self, row: int, one: Lowered, groups: Sequence[tuple[Group, int]]) -> list[Total]:
        plan = one.plan
        nature = (plan.edition.benefit if plan.edition else plan.policy.benefit).nature
        order = [place for _, place in groups]
        firms = self.firms[order].tolist()
        eligible, unknown, high, low, opens = (self.held[name][row, order].tolist() for name in self.FIELDS)
        fen = [(a << HALF) + b for a, b in zip(high, low, strict=True)]
        counts = zip(groups, firms, eligible, unknown, fen, opens, strict=True)
        return [Total(plan.policy.id, nature, group, *found) for (group, _), *found in counts]


def _add(
    sums: _Sums, cells: tuple[int, Any], columnar: ColumnarJudge, grouped: _Grouped, one: Lowered
) -> None:
    truth = grouped.piece.whole(one.truth)
    eligible = grouped.counted(truth)
    sums.held["eligible"][cells] += eligible
    if truth.null_count():
        sums.held["unknown"][cells] += grouped.counted(truth.is_null())
    entitled = int(eligible.sum())
    if one.amount is None or entitled == 0:
        return
    if len(grouped.keys) == 1:  # no need to put the amounts back in their rows
        amounts = in_fen(columnar.amounts_of(grouped.piece, one.amount, truth, entitled)).drop_nulls()
        missing = np.array([entitled - len(amounts)])
        whole = amounts.to_numpy()
        high, low = np.array([np.sum(whole >> HALF)]), np.array([np.sum(whole & LOW)])
    else:
        amounts = in_fen(columnar.amount(grouped.piece, one, truth, entitled))
        is_open = amounts.null_count() > grouped.piece.rows - entitled
        missing = grouped.counted(truth & amounts.is_null()) if is_open else np.zeros(1, np.int64)
        high, low = grouped.summed(amounts)
    for name, found in (("high", high), ("low", low), ("open", missing)):
        sums.held[name][cells] += found
