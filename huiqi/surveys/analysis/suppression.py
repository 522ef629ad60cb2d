"""Which figures of a table stay hidden, so that no firm can be told from it. Pure.

A cell with fewer respondents than the least is hidden, and as many more as it takes that nobody gets at it
by subtracting what is shown from a total. Three things are seen to in every line that has a total:

- what subtraction yields is at least as large as a cell that may be shown;
- two cells at least are hidden;
- no chain of rows and columns leads to one cell. The hidden cells of a two-way table are edges between
  their row and their column, and a cell follows exactly from the rest when it is a bridge of that graph
  (Gusfield, A Graph Theoretic Approach to Statistical Data Security, SIAM J. Comput. 17, 1988).

A nought is shown: nobody is in it. `hidden` guards a table by itself. Tables of one survey share their
margins, and whoever sees two of them may subtract; `linked` therefore takes what is hidden of the margins as
given (analysis.guarded decides that once for all tables) and hides cells until nothing follows.
"""

from dataclasses import dataclass

import numpy as np

from huiqi.surveys.analysis.arrays import Bools, Ints

# No rule of law gives a number for surveys of this kind; ten is the office's own choice and can be changed.
LEAST_SHOWN = 10


@dataclass(frozen=True)
class Hidden:
    """What stays hidden of a table: cells, totals of rows, totals of columns (if it shows any), of all."""

    cells: Bools
    rows: Bools
    columns: Bools
    whole: bool = False


def hidden(
    counts: Ints,
    *,
    has_column_totals: bool,
    least: int = LEAST_SHOWN,
    rows: Bools | None = None,
    cells: Bools | None = None,
) -> Hidden:
    """What to hide of respondents counted by row and column, shown with the totals of rows.

    `has_column_totals`: the columns' totals and the grand total are shown too. `rows` and `cells` are what
    must be hidden for another reason (rows whole).
    """
    whole = np.column_stack([counts, counts.sum(axis=1)])
    if has_column_totals:
        whole = np.vstack([whole, whole.sum(axis=0)])
    mask = (whole > 0) & (whole < least)
    if rows is not None:
        mask[: len(rows)] |= rows[:, None]
    if cells is not None:
        mask[: counts.shape[0], : counts.shape[1]] |= cells
    state = _State(whole, mask, has_column_totals, least, np.zeros_like(mask))
    state.settle()
    height, width = counts.shape
    return Hidden(
        state.mask[:height, :width],
        state.mask[:height, width],
        state.mask[height, :width] if has_column_totals else np.zeros(width, dtype=bool),
        bool(state.mask[-1, -1]) if has_column_totals else False,
    )


def linked(
    counts: Ints,
    rows: Bools,
    columns: Bools,
    *,
    least: int = LEAST_SHOWN,
    exempt: Bools | None = None,
    cells: Bools | None = None,
) -> Bools:
    """Which cells to hide of a table whose margins are shown elsewhere, all but those marked as hidden.

    `exempt` cells tell nothing of anybody (who did not answer) and are always shown. `cells` must be hidden
    for another reason. The grand total is known; so are the noughts of a line whose total is shown as nought.
    """
    filled = np.flatnonzero(counts.any(axis=1))
    if len(filled) <= 1:  # the one line is the margin
        alone = np.zeros(counts.shape, dtype=bool)
        alone[filled] = columns
        return alone if cells is None else alone | cells
    inner = (counts > 0) & (counts < least)
    if exempt is not None:
        inner &= ~exempt
    if cells is not None:
        inner |= cells
    whole = np.column_stack([counts, counts.sum(axis=1)])
    whole = np.vstack([whole, whole.sum(axis=0)])
    mask = np.zeros(whole.shape, dtype=bool)
    mask[:-1, :-1], mask[:-1, -1], mask[-1, :-1] = inner, rows, columns
    fixed = np.zeros_like(mask)
    fixed[:, -1] = fixed[-1, :] = True
    empty_rows, empty_columns = ~rows & (whole[:-1, -1] == 0), ~columns & (whole[-1, :-1] == 0)
    fixed[:-1, :-1] = empty_rows[:, None] | empty_columns[None, :]
    if exempt is not None:
        fixed[:-1, :-1] |= exempt
    state = _State(whole, mask, True, least, fixed)
    state.settle()
    found: Bools = state.mask[:-1, :-1]
    return found


@dataclass
class _State:
    """A table with its totals in the last column (and row), and what is hidden of it so far.

    What is `fixed` cannot be hidden any more: it is shown in another place.
    """

    whole: Ints
    mask: Bools
    has_column_totals: bool
    least: int
    fixed: Bools

    def settle(self) -> None:
        """Hide until nothing follows from what is shown."""
        while self.hide_small_lines() or self.hide_more() or self.hide_bridges():
            pass

    def hide_small_lines(self) -> bool:
        """A line whose total is hidden is hidden whole: where all else is nought, the rest is plain."""
        before = int(self.mask.sum())
        kept = self.fixed & ~self.mask
        self.mask[self.mask[:, -1] & (self.whole[:, -1] < self.least)] = True
        if self.has_column_totals:
            self.mask[:, self.mask[-1] & (self.whole[-1] < self.least)] = True
        self.mask[kept] = False
        return int(self.mask.sum()) > before

    def hide_more(self) -> bool:
        """One cell more in every line that gives a hidden one away."""
        changed = False
        for counts, mask, fixed in self._lines():
            while self._gives_away(counts, mask):
                at = _next(counts, mask, fixed)
                if at is None:
                    break
                mask[at] = True
                changed = True
        return changed

    def _lines(self) -> list[tuple[Ints, Bools, Bools]]:
        """Views of the lines that have a total, so that marking one marks the table."""
        lines = [(self.whole[at], self.mask[at], self.fixed[at]) for at in range(len(self.whole))]
        if self.has_column_totals:
            wide = range(self.whole.shape[1])
            lines += [(self.whole[:, at], self.mask[:, at], self.fixed[:, at]) for at in wide]
        return lines

    def _gives_away(self, counts: Ints, mask: Bools) -> bool:
        count = int(mask.sum())
        if count == 0:
            return False
        if count == 1:
            return True
        return not mask[-1] and int(counts[:-1][mask[:-1]].sum()) < self.least

    def hide_bridges(self) -> bool:
        """One cell more for every cell that follows from a chain of lines."""
        changed = False
        for row, column in self._bridges():
            for counts, mask, fixed in (
                (self.whole[row], self.mask[row], self.fixed[row]),
                (self.whole[:, column], self.mask[:, column], self.fixed[:, column]),
            ):
                at = _next(counts, mask, fixed)
                if at is not None:
                    mask[at] = True
                    changed = True
                    break
        return changed

    def _bridges(self) -> list[tuple[int, int]]:
        """Hidden cells that the shown ones determine."""
        edges = [(int(row), int(column)) for row, column in np.argwhere(self.mask)]
        free = len(self.whole)  # without totals of columns, all columns are one vertex
        ends = [(row, free + 1 + column if self.has_column_totals else free) for row, column in edges]
        return [edges[number] for number in bridges(ends)]


def _next(counts: Ints, mask: Bools, fixed: Bools) -> int | None:
    """The smallest shown cell that holds somebody; else the total; else a nought; else nothing."""
    free = ~mask & ~fixed
    inner = np.flatnonzero(free[:-1] & (counts[:-1] > 0))
    if len(inner):
        return int(inner[np.argmin(counts[inner])])
    if free[-1]:
        return len(mask) - 1
    rest = np.flatnonzero(free)
    return int(rest[0]) if len(rest) else None


def bridges(ends: list[tuple[int, int]]) -> list[int]:
    """The numbers of the edges without which their two ends would not hang together (Tarjan 1974)."""
    ways: dict[int, list[tuple[int, int]]] = {}
    for number, (one, other) in enumerate(ends):
        ways.setdefault(one, []).append((other, number))
        ways.setdefault(other, []).append((one, number))
    seen: dict[int, int] = {}
    lowest: dict[int, int] = {}
    found: list[int] = []
    for start in ways:
        if start not in seen:
            _walk(start, ways, (seen, lowest), found)
    return found


def _walk(
    start: int,
    ways: dict[int, list[tuple[int, int]]],
    marks: tuple[dict[int, int], dict[int, int]],
    found: list[int],
) -> None:
    """Depth first from `start`, without recursion: a table may have more lines than Python has depth."""
    seen, lowest = marks
    seen[start] = lowest[start] = len(seen)
    path = [(start, -1, iter(ways[start]))]
    while path:
        vertex, came_by, rest = path[-1]
        for other, number in rest:
            if number == came_by:
                continue
            if other in seen:
                lowest[vertex] = min(lowest[vertex], seen[other])
                continue
            seen[other] = lowest[other] = len(seen)
            path.append((other, number, iter(ways[other])))
            break
        else:
            path.pop()
            if path:
                parent = path[-1][0]
                lowest[parent] = min(lowest[parent], lowest[vertex])
                if lowest[vertex] > seen[parent]:
                    found.append(came_by)
