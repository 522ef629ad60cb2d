"""Carrying a graph out on one piece of a table with Polars, step by step.

Polars would work out whole trees of expressions by itself. Its plain columns, one step at a time, took less
CPU (a plan of some hundred expressions has to be optimised for each piece), leave the widths of numbers to
us, and let us do what no plan can: derive only where nothing was given, reckon amounts only of the entitled.
"""

from collections.abc import Callable, Mapping

import polars as pl

from huiqi.rules.columnar.graph import Graph, Step
from huiqi.rules.columnar.table import Reader, Texts

Column = pl.Series | Texts
FEW = 0.5  # where fewer of the firms matter than this, working on them alone is cheaper


class Piece:
    """Some firms: their columns, and the results that several steps use."""

    def __init__(self, graph: Graph, reader: Reader, columns: Mapping[str, Column], rows: int) -> None:
        self.graph, self.reader, self.columns, self.rows = graph, reader, columns, rows
        self._kept: dict[int, pl.Series] = {}

    def value(self, place: int) -> pl.Series:
        """The column a step is worth; of one row when it is the same for all."""
        kept = self._kept.get(place)
        if kept is not None:
            return kept
        step = self.graph.steps[place]
        found = STEPS[step.op](self, step)
        if self.graph.uses[place] > 1:
            self._kept[place] = found
        return found

    def whole(self, place: int) -> pl.Series:
        """The column with a row for every firm."""
        found = self.value(place)
        return found if len(found) == self.rows else found.new_from_index(0, self.rows)

    def where(self, mask: pl.Series, rows: int) -> "Piece":
        """The firms for which the mask is true."""
        return Part(self, mask, rows)

    def column(self, name: str) -> Column:
        return self.columns[name]

    def wide(self, place: int, is_wide: bool) -> pl.Series:
        """The column, in 128 bits when asked."""
        found = self.value(place)
        return found.cast(pl.Int128) if is_wide and found.dtype != pl.Int128 else found


class Part(Piece):
    """Some of the firms of a piece; a column is cut when it is first needed."""

    def __init__(self, whole: Piece, mask: pl.Series, rows: int) -> None:
        super().__init__(whole.graph, whole.reader, {}, rows)
        self._whole, self._mask = whole, mask
        self._cut: dict[str, Column] = {}

    def value(self, place: int) -> pl.Series:
        kept = self._whole._kept.get(place)
        if kept is None or place in self._kept:
            return super().value(place)
        cut = self._kept[place] = kept if len(kept) != self._whole.rows else kept.filter(self._mask)
        return cut

    def column(self, name: str) -> Column:
        if name not in self._cut:
            column = self._whole.column(name)
            if isinstance(column, Texts):
                self._cut[name] = Texts(column.positions.filter(self._mask), column.texts)
            else:
                self._cut[name] = column.filter(self._mask)
        return self._cut[name]


def _constant(piece: Piece, step: Step) -> pl.Series:
    value = step.value[1]  # type: ignore[index]
    dtype = pl.Boolean if step.span is None else pl.Int128 if step.is_wide else pl.Int64
    return pl.Series([value], dtype=dtype)


def _fact(piece: Piece, step: Step) -> pl.Series:
    column = piece.column(str(step.value))
    series = piece.reader.numbers(str(step.value), column) if isinstance(column, Texts) else column
    return series.cast(pl.Int128) if step.is_wide else series


def _table(piece: Piece, step: Step) -> pl.Series:
    names: tuple[str, str] = step.value  # type: ignore[assignment]
    base, derived = names
    column = piece.column(base)
    if not isinstance(column, Texts):
        raise TypeError(base)
    return piece.reader.followed(base, derived, column)


def _pair(piece: Piece, step: Step) -> tuple[pl.Series, pl.Series]:
    """The two arguments in the width the widest of them and the result needs."""
    left, right = step.args
    is_wide = step.is_wide or piece.graph[left].is_wide or piece.graph[right].is_wide
    return piece.wide(left, is_wide), piece.wide(right, is_wide)


def _binary(operate: Callable[[pl.Series, pl.Series], pl.Series]) -> Callable[[Piece, Step], pl.Series]:
    def run(piece: Piece, step: Step) -> pl.Series:
        found = operate(*_pair(piece, step))
        return found if step.is_wide or found.dtype != pl.Int128 else found.cast(pl.Int64)

    return run


def _member(piece: Piece, step: Step) -> pl.Series:
    operand = piece.value(step.args[0])
    values: tuple[int, ...] = step.value  # type: ignore[assignment]
    tests = (operand == pl.Series([value], dtype=operand.dtype) for value in values)
    found = next(tests)
    for test in tests:
        found = found | test
    return found


def _choose(piece: Piece, step: Step) -> pl.Series:
    condition = piece.value(step.args[0])
    yes, no = (piece.wide(place, step.is_wide) for place in step.args[1:])
    found = yes.zip_with(condition, no)
    # Polars takes the second where the condition is unknown.
    return found if condition.null_count() == 0 else _blanked(found, condition.is_not_null())


def _blanked(series: pl.Series, kept: pl.Series) -> pl.Series:
    return series.zip_with(kept, pl.Series([None], dtype=series.dtype))


def _given(piece: Piece, step: Step) -> pl.Series:
    """Derives only for the firms of which the fact was not given."""
    first, second = step.args
    given = piece.wide(first, step.is_wide)
    missing = given.null_count()
    if missing == 0:
        return given
    if missing > FEW * piece.rows:
        return given.zip_with(given.is_not_null(), piece.wide(second, step.is_wide))
    mask = given.is_null()
    derived = piece.where(mask, missing).wide(second, step.is_wide)
    return spread(derived, mask, given, piece.rows)


def spread(part: pl.Series, mask: pl.Series, rest: pl.Series | None, rows: int) -> pl.Series:
    """A column of `part` where the mask is true, in order, and of `rest` (or unknown) elsewhere."""
    if len(part) == 1:
        part = part.new_from_index(0, int(mask.sum()))
    ranks = mask.cast(pl.UInt32).cum_sum() - 1
    placed = part.gather(ranks.zip_with(mask, pl.Series([None], dtype=pl.UInt32)))
    return placed if rest is None else placed.zip_with(mask, rest)


def _magnitude(piece: Piece, step: Step) -> pl.Series:
    return piece.value(step.args[0]).abs()


def _nonzero(piece: Piece, step: Step) -> pl.Series:
    found = piece.value(step.args[0])
    zero = found == pl.Series([0], dtype=found.dtype)
    return _blanked(found, ~zero) if zero.any() else found


def _known(piece: Piece, step: Step) -> pl.Series:
    found, other = piece.value(step.args[0]), piece.value(step.args[1])
    return found if other.null_count() == 0 else _blanked(found, other.is_not_null())


STEPS: dict[str, Callable[[Piece, Step], pl.Series]] = {
    "const": _constant,
    "fact": _fact,
    "table": _table,
    "and": _binary(lambda a, b: a & b),
    "or": _binary(lambda a, b: a | b),
    "not": lambda piece, step: ~piece.value(step.args[0]),
    "=": _binary(lambda a, b: a == b),
    "<>": _binary(lambda a, b: a != b),
    "<": _binary(lambda a, b: a < b),
    "<=": _binary(lambda a, b: a <= b),
    ">": _binary(lambda a, b: a > b),
    ">=": _binary(lambda a, b: a >= b),
    "in": _member,
    "null": lambda piece, step: piece.value(step.args[0]).is_null(),
    "choose": _choose,
    "given": _given,
    "+": _binary(lambda a, b: a + b),
    "-": _binary(lambda a, b: a - b),
    "*": _binary(lambda a, b: a * b),
    "floor": _binary(lambda a, b: a // b),
    "abs": _magnitude,
    "nonzero": _nonzero,
    "known": _known,
}
