"""The policies of a day over columns: every leaf, the verdict and the amount as columns of one piece."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from huiqi.rules.columnar.execution import FEW, Piece, spread
from huiqi.rules.columnar.graph import Graph
from huiqi.rules.columnar.lowering import Lowering
from huiqi.rules.columnar.table import PIECE, Reader, TableSource
from huiqi.rules.judge import Judge
from huiqi.rules.plan import Plan
from huiqi.rules.policy import Group, Leaf
from huiqi.rules.problems import ExpressionError, FactsError, Problem, RulebookError


@dataclass(frozen=True)
class Lowered:
    """One policy as places in the graph; `amount` None when it is no sum of money."""

    plan: Plan
    truth: int
    leaves: tuple[int, ...]
    amount: int | None


class ColumnarJudge:
    """The policies of a Judge, ready to be carried out over a table that has certain columns.

    `columns` are the facts the run reads. Raises RulebookError for what columns cannot hold.
    """

    def __init__(self, judge: Judge, source: TableSource) -> None:
        self.judge, self.source, self.graph = judge, source, Graph()
        self.catalogue = judge.rulebook.catalogue
        self.reader = Reader(self.catalogue)
        self._lowering = Lowering(self.catalogue, source.columns, self.graph)
        self.plans = tuple(judge.plans.values())
        self.lowered = {plan.policy.id: self._lowered(plan) for plan in self.plans if plan.status is None}
        self.columns = self._columns()

    def _lowered(self, plan: Plan) -> Lowered:
        if plan.edition is None:
            raise ValueError(plan.policy.id)
        lowering = self._lowering
        lowering.binding = plan.binding
        try:
            places = {leaf.id: lowering.truth(leaf.ir) for leaf in plan.leaves}
            money = plan.edition.benefit.ir
            amount = None if money is None else lowering.money(money)
        except ExpressionError as error:
            raise RulebookError([error.at(plan.policy.id)]) from error
        truth = self._tree(plan.edition.conditions, places)
        # Results are used once more than the steps know.
        for place in (truth, *places.values()):
            self.graph.uses[place] += 1
        return Lowered(plan, truth, tuple(places[leaf.id] for leaf in plan.leaves), amount)

    def _tree(self, node: Group | Leaf, places: dict[str, int]) -> int:
        if isinstance(node, Leaf):
            return places[node.id]
        parts = [self._tree(child, places) for child in node.children]
        return self.graph.all(parts) if node.kind == "all" else self.graph.any(parts)

    def _columns(self) -> tuple[str, ...]:
        """The facts that results rest on, leaving out what was lowered but folded away."""
        pending = [place for one in self.lowered.values() for place in (one.truth, *one.leaves)]
        pending += [one.amount for one in self.lowered.values() if one.amount is not None]
        seen: set[int] = set()
        names: set[str] = set()
        while pending:
            place = pending.pop()
            if place in seen:
                continue
            seen.add(place)
            step = self.graph[place]
            pending += step.args
            if step.op == "fact":
                names.add(str(step.value))
            elif step.op == "table":
                names.add(step.value[0])  # type: ignore[index]
        return self.catalogue.in_order(names)

    def pieces(self, extra: Sequence[str] = (), rows: int = PIECE) -> Iterator[tuple[Piece, pa.RecordBatch]]:
        """The table in pieces, each with its batch of the columns read; `extra` names more of them."""
        reader = self.reader
        names = [*dict.fromkeys([*extra, *self.columns])]
        for batch in self.source.batches(names, rows):
            columns = {name: reader.column(name, batch.column(name)) for name in self.columns}
            yield Piece(self.graph, reader, columns, batch.num_rows), batch

    def amount(self, piece: Piece, one: Lowered, eligible: pl.Series, entitled: int) -> pl.Series:
        """Amounts in fen of the eligible firms, unknown for the rest and where the policy has none.

        `eligible` is the verdict (unknown is not eligible), `entitled` says how many are. Reckoned for these
        alone when they are few.
        """
        if one.amount is None:
            return pl.Series([None], dtype=pl.Int64).new_from_index(0, piece.rows)
        if entitled > FEW * piece.rows:
            found = piece.whole(one.amount)
            return found.zip_with(eligible, pl.Series([None], dtype=found.dtype))
        found = self.amounts_of(piece, one.amount, eligible, entitled)
        return spread(found, eligible.fill_null(False), None, piece.rows)

    def amounts_of(self, piece: Piece, place: int, eligible: pl.Series, entitled: int) -> pl.Series:
        """Amounts of the eligible firms only, in their order."""
        if entitled > FEW * piece.rows:
            return piece.whole(place).filter(eligible)
        return piece.where(eligible, entitled).whole(place)


def in_fen(amount: pl.Series) -> pl.Series:
    """Amounts in 64 bits; more than that is refused, not cut."""
    try:
        return amount.cast(pl.Int64)
    except pl.exceptions.InvalidOperationError as error:
        raise FactsError([Problem("amount_fen", "金额超出64位整数", "请核对事实目录中的上下限")]) from error
