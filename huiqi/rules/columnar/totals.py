"""How many firms each policy means what, and what it comes to, without a row for every verdict.

Sums are exact: Python's integers over the pieces, 64 or 128 bits within one, as the bounds of the amount ask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from huiqi.rules.columnar.execution import Piece
from huiqi.rules.columnar.judge import ColumnarJudge, Lowered
from huiqi.rules.columnar.table import Texts
from huiqi.rules.intervals import LIMIT_64

Group = tuple[str | None, ...]
WHOLE: Group = ()
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
    found: dict[tuple[str, Group], Total] = {}
    for piece, batch in columnar.pieces(by):
        columns = {name: columnar.reader.column(name, batch.column(name)) for name in by}
        grouped = _Grouped(piece, [_coarse(columns[name], (coarser or {}).get(name)) for name in by])
        for one in columnar.lowered.values():
            _add(found, columnar, grouped, one)
    order = {policy: place for place, policy in enumerate(columnar.lowered)}
    return sorted(found.values(), key=lambda total: (order[total.policy], _sortable(total.group)))


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

    def __init__(self, piece: Piece, columns: Sequence[Texts]) -> None:
        self.groups: list[Group] = [WHOLE]
        self.starts = np.zeros(1, np.intp)
        self.piece = piece
        if columns:
            self._sort(piece, columns)
        self.sizes = np.diff(np.append(self.starts, piece.rows))

    def _sort(self, piece: Piece, columns: Sequence[Texts]) -> None:
        key = np.zeros(piece.rows, np.int64)
        for column in columns:
            key *= len(column.texts) + 1
            key += column.positions.fill_null(len(column.texts)).to_numpy()
        order = np.argsort(key, kind="stable")
        held, self.starts = np.unique(key[order], return_index=True)
        self.groups = [_named(int(code), columns) for code in held]
        places = pl.Series(order.astype(np.uint32))
        moved = {
            name: Texts(column.positions.gather(places), column.texts)
            if isinstance(column, Texts)
            else column.gather(places)
            for name, column in piece.columns.items()
        }
        self.piece = Piece(piece.graph, piece.reader, moved, piece.rows)

    def counted(self, marks: pl.Series) -> np.ndarray[Any, np.dtype[np.int64]]:
        """How many are true in each group; unknown is not true."""
        if len(self.starts) == 1:
            return np.array([marks.sum()], np.int64)
        ones = marks.cast(pl.Int8).fill_null(0) if marks.null_count() else marks.cast(pl.Int8)
        return np.add.reduceat(ones.to_numpy(), self.starts, dtype=np.int64)

    def summed(self, numbers: pl.Series, largest: int) -> list[int]:
        """The exact sum of each group; unknown counts for nothing."""
        if len(self.starts) == 1:
            fits = largest * self.piece.rows <= LIMIT_64
            return [int((numbers if fits else numbers.cast(pl.Int128)).sum())]
        known = numbers.fill_null(0)
        if largest * self.piece.rows <= LIMIT_64:
            sums = np.add.reduceat(known.cast(pl.Int64).to_numpy(), self.starts)
            return [int(value) for value in sums]
        bounds = [*self.starts.tolist(), self.piece.rows]
        wide = known.cast(pl.Int128)
        return [int(wide.slice(a, b - a).sum()) for a, b in zip(bounds, bounds[1:], strict=False)]


def _named(code: int, columns: Sequence[Texts]) -> Group:
    names: list[str | None] = []
    for column in reversed(columns):
        code, place = divmod(code, len(column.texts) + 1)
        names.append(column.texts[place] if place < len(column.texts) else None)
    return tuple(reversed(names))


def _add(
    found: dict[tuple[str, Group], Total], columnar: ColumnarJudge, grouped: _Grouped, one: Lowered
) -> None:
    piece, policy = grouped.piece, one.plan.policy
    truth = piece.whole(one.truth)
    eligible, unknown = grouped.counted(truth), _unknown(grouped, truth)
    sums, opens = _amounts(columnar, grouped, one, truth, int(eligible.sum()))
    edition = one.plan.edition
    nature = (edition.benefit if edition else policy.benefit).nature
    for place, group in enumerate(grouped.groups):
        total = found.get((policy.id, group))
        if total is None:
            total = found[policy.id, group] = Total(policy.id, nature, group)
        total.firms += int(grouped.sizes[place])
        total.eligible += int(eligible[place])
        total.unknown += int(unknown[place])
        total.amount_fen += sums[place]
        total.open_amounts += opens[place]


def _unknown(grouped: _Grouped, truth: pl.Series) -> np.ndarray[Any, np.dtype[np.int64]]:
    if truth.null_count() == 0:
        return np.zeros(len(grouped.groups), np.int64)
    return grouped.counted(truth.is_null())


def _amounts(
    columnar: ColumnarJudge, grouped: _Grouped, one: Lowered, truth: pl.Series, entitled: int
) -> tuple[list[int], list[int]]:
    """Sums of the amounts, and how many eligible have none, for each group."""
    nothing = [0] * len(grouped.groups)
    if one.amount is None or entitled == 0:
        return nothing, nothing
    low, high = columnar.graph.span(one.amount)
    largest = max(-low, high)
    if len(grouped.groups) == 1:
        amounts = columnar.amounts_of(grouped.piece, one.amount, truth, entitled)
        return grouped.summed(amounts, largest), [amounts.null_count()]
    amounts = columnar.amount(grouped.piece, one, truth, entitled)
    opens = nothing
    if amounts.null_count() > grouped.piece.rows - entitled:
        opens = [int(count) for count in grouped.counted(truth & amounts.is_null())]
    return grouped.summed(amounts, largest), opens
