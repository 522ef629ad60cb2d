"""How a derived fact came about, in words: the row taken, and what the next better row lacked."""

from collections.abc import Callable
from typing import NamedTuple

from huiqi.rules import ir
from huiqi.rules.catalogue import Facts, Value
from huiqi.rules.comparisons import Comparison, Phrases, compared
from huiqi.rules.evaluate import Evaluation
from huiqi.rules.ir import Node

ORDERED = frozenset({"<", "<=", ">", ">="})


class BetterRow(NamedTuple):
    """The row above the one taken that only figures kept the firm from."""

    value: Value | None
    value_text: str
    failed: tuple[Comparison, ...]


class Derivation(NamedTuple):
    """`row` is the position of the row taken (None: otherwise, or unknown); `given` that nothing was derived.

    `comparisons` are those of the row taken, or while it is unknown those of the row that cannot be told.
    """

    fact_id: str
    value: Value | None
    value_text: str
    given: bool
    row: int | None
    comparisons: tuple[Comparison, ...]
    next_better: BetterRow | None
    ask_for: tuple[str, ...]


def explain_derivation(facts: Facts, fact_id: str, line: Callable[[str], str]) -> Derivation:
    """The way a derived fact was computed for this firm; KeyError for a fact that is not derived."""
    fact = facts.catalogue.facts[fact_id]
    if fact.derivation is None:
        raise KeyError(fact_id)
    evaluation = Evaluation(facts)
    value = fact.from_cell(evaluation.fact(fact_id))
    text = fact.format(value)
    if fact_id in facts.values:
        return Derivation(fact_id, value, text, True, None, (), None, ())
    phrases = Phrases(facts.catalogue, {})

    def words(node: Node) -> tuple[Comparison, ...]:
        return compared(evaluation, phrases, node, evaluation.truth(node), line)

    row, comparisons, better = _follow(evaluation, fact.derivation, words)
    next_better = None
    if better is not None:
        better_value = fact.from_cell(evaluation.value(better[0]))
        next_better = BetterRow(better_value, fact.format(better_value), better[1])
    asked = facts.catalogue.in_order(evaluation.missing(fact.derivation))
    return Derivation(fact_id, value, text, False, row, comparisons, next_better, asked)


Better = tuple[Node, tuple[Comparison, ...]]


def _follow(
    evaluation: Evaluation, node: Node, words: Callable[[Node], tuple[Comparison, ...]]
) -> tuple[int | None, tuple[Comparison, ...], Better | None]:
    """The innermost row taken, the comparisons on the way to it, and the better row above it."""
    taken: tuple[Comparison, ...] = ()
    row: int | None = None
    better: Better | None = None
    while isinstance(node, ir.Case):
        row = _row_taken(evaluation, node)
        better = _better(evaluation, node, row, words) or better
        if row is None:
            return row, taken, better
        condition = node.branches[row][0]
        taken += words(condition)
        if evaluation.truth(condition) is None:
            return None, taken, None
        node = node.branches[row][1]
    if node.type.kind is ir.Kind.BOOL:
        taken += words(node)
    return row, taken, better


def _row_taken(evaluation: Evaluation, node: ir.Case) -> int | None:
    """The first row that is not false; None when otherwise applies."""
    for row, (condition, _) in enumerate(node.branches):
        if evaluation.truth(condition) is not False:
            return row
    return None


def _better(
    evaluation: Evaluation, node: ir.Case, row: int | None, words: Callable[[Node], tuple[Comparison, ...]]
) -> Better | None:
    """The nearest row above whose failing comparisons are all of figures against a threshold."""
    above = len(node.branches) if row is None else row
    for condition, result in reversed(node.branches[:above]):
        failing = [part for part in _parts(condition) if evaluation.truth(part) is not True]
        if failing and all(isinstance(part, ir.Compare) and part.op in ORDERED for part in failing):
            return result, tuple(comparison for part in failing for comparison in words(part))
    return None


def _parts(condition: Node) -> list[Node]:
    if isinstance(condition, ir.Logic) and condition.every:
        return [part for operand in condition.operands for part in _parts(operand)]
    return [condition]
