"""From expressions to steps on columns: ratios as pairs of whole numbers, compared by cross-multiplication.

A number is a numerator over a denominator that is positive wherever it is known. The numerator is unknown
exactly where the number is, so comparing and rounding need look at nothing else.
"""

from collections.abc import Callable, Collection
from fractions import Fraction
from typing import NamedTuple

from huiqi.rules import ir
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.columnar.cells import TEXTS, as_number, span_of
from huiqi.rules.columnar.graph import Graph
from huiqi.rules.emit_python import NO_BINDING, Binding, needed_facts
from huiqi.rules.ir import Kind, Node


class Number(NamedTuple):
    """Places of the numerator and of the denominator."""

    num: int
    den: int


class Lowering:
    """Lowers the expressions of one run; `columns` are the facts the table has."""

    def __init__(self, catalogue: Catalogue, columns: Collection[str], graph: Graph | None = None) -> None:
        self.catalogue = catalogue
        self.columns = frozenset(columns)
        self.graph = graph or Graph()
        self.binding: Binding = NO_BINDING
        self._one = self.graph.number(1)
        self._truths: dict[str, int] = {}
        self._numbers: dict[str, Number] = {}

    # ---------------------------------------------------------------- booleans

    def truth(self, node: Node) -> int:
        """The place of a condition's result."""
        return TRUTHS[type(node)](self, node)

    def _fact_truth(self, node: ir.FactRef) -> int:
        if node.name not in self._truths:
            self._truths[node.name] = self._given_or_derived_truth(node.name)
        return self._truths[node.name]

    def _given_or_derived_truth(self, name: str) -> int:
        given = self.graph.add("fact", value=name) if name in self.columns else self.graph.boolean(None)
        derivation = self.catalogue.facts[name].derivation
        if derivation is None:
            return given
        base = self._table_base(name)
        derived = self.truth(derivation) if base is None else self.graph.add("table", value=(base, name))
        return self.graph.given(given, derived)

    def _table_base(self, name: str) -> str | None:
        """The one text fact that a derived fact rests on, when the table tells nothing in between."""
        bases = self.catalogue.base_of[name]
        derivation = self.catalogue.facts[name].derivation
        if len(bases) != 1 or derivation is None or self.catalogue.facts[name].type == "ratio":
            return None
        (base,) = bases
        between = needed_facts(self.catalogue, [derivation]) - {base}
        fits = self.catalogue.facts[base].type in TEXTS and base in self.columns
        return base if fits and not between & self.columns else None

    def _bound_truth(self, node: ir.ParamRef) -> int:
        bound = self.binding[node.name]
        return self.graph.boolean(None if bound is None else bool(bound))

    def _not(self, node: ir.Not) -> int:
        return self.graph.negated(self.truth(node.operand))

    def _logic(self, node: ir.Logic) -> int:
        places = [self.truth(operand) for operand in node.operands]
        return self.graph.all(places) if node.every else self.graph.any(places)

    def _is_null(self, node: ir.IsNull) -> int:
        operand = node.operand
        is_truth = operand.type.kind is Kind.BOOL
        return self.graph.is_null(self.truth(operand) if is_truth else self.number(operand).num)

    def _case_truth(self, node: ir.Case) -> int:
        place = self.graph.boolean(None) if node.otherwise is None else self.truth(node.otherwise)
        for condition, result in reversed(node.branches):
            place = self.graph.choose(self.truth(condition), self.truth(result), place)
        return place

    def _compare(self, node: ir.Compare) -> int:
        if node.left.type.kind is Kind.BOOL:
            return self.graph.compare(node.op, self.truth(node.left), self.truth(node.right))
        return self._compared(self.number(node.left), node.op, self.number(node.right))

    def _compared(self, left: Number, op: str, right: Number) -> int:
        """left ? right by cross multiplication; denominators are positive."""
        graph = self.graph
        if left.den == right.den:
            return graph.compare(op, left.num, right.num)
        return graph.compare(op, graph.times(left.num, right.den), graph.times(right.num, left.den))

    def _between(self, node: ir.Between) -> int:
        value = self.number(node.operand)
        above = self._compared(self.number(node.low), "<=", value)
        return self.graph.all([above, self._compared(value, "<=", self.number(node.high))])

    def _membership(self, node: ir.Membership) -> int:
        if node.operand.type.kind is Kind.BOOL:
            operand = self.truth(node.operand)
            tests = [
                self.graph.compare("=", operand, self.graph.boolean(bool(value.value)))
                for value in node.values
            ]
            return self.graph.any(tests)
        number = self.number(node.operand)
        if number.den == self._one and all(_is_whole(value) for value in node.values):
            values = sorted({self._whole(value) for value in node.values})
            return self.graph.among(number.num, tuple(values))
        return self.graph.any([self._compared(number, "=", self._constant(value)) for value in node.values])

    def _whole(self, node: ir.Const) -> int:
        number = as_number(node.value, node.type)
        if number is None:
            raise TypeError(node)
        return number

    # ---------------------------------------------------------------- numbers

    def number(self, node: Node) -> Number:
        """The places of anything that is no boolean."""
        return NUMBERS[type(node)](self, node)

    def _constant(self, node: ir.Const) -> Number:
        return self._literal(node.value, node.type)

    def _literal(self, value: object, type_: ir.Type) -> Number:
        if isinstance(value, Fraction):
            return Number(self.graph.number(value.numerator), self.graph.number(value.denominator))
        return Number(self.graph.number(as_number(value, type_)), self._one)

    def _bound_number(self, node: ir.ParamRef) -> Number:
        return self._literal(self.binding[node.name], node.type)

    def _fact(self, node: ir.FactRef) -> Number:
        if node.name not in self._numbers:
            self._numbers[node.name] = self._given_or_derived(node.name)
        return self._numbers[node.name]

    def _given_or_derived(self, name: str) -> Number:
        fact, graph = self.catalogue.facts[name], self.graph
        scale = graph.number(fact.scale) if fact.type == "ratio" else self._one
        given = graph.number(None)
        if name in self.columns:
            given = graph.add("fact", value=name, span=span_of(fact))
        if fact.derivation is None:
            return Number(given, scale)
        base = self._table_base(name)
        if base is not None:
            return Number(
                graph.given(given, graph.add("table", value=(base, name), span=span_of(fact))), scale
            )
        derived = self.number(fact.derivation)
        num = graph.given(given, derived.num)
        if derived.den == scale:
            return Number(num, scale)
        return Number(num, graph.choose(graph.is_null(given), derived.den, scale))

    def _negate(self, node: ir.Negate) -> Number:
        inner = self.number(node.operand)
        return Number(self.graph.plus(self.graph.number(0), inner.num, "-"), inner.den)

    def _arithmetic(self, node: ir.Arithmetic) -> Number:
        left, right, graph = self.number(node.left), self.number(node.right), self.graph
        if node.op == "/":
            return self._quotient(left, right)
        if node.op == "*":
            return Number(graph.times(left.num, right.num), graph.times(left.den, right.den))
        if left.den == right.den:
            return Number(graph.plus(left.num, right.num, node.op), left.den)
        num = graph.plus(graph.times(left.num, right.den), graph.times(right.num, left.den), node.op)
        return Number(num, graph.times(left.den, right.den))

    def _quotient(self, left: Number, right: Number) -> Number:
        """left / right: zero is unknown; the sign moves to the numerator, so denominators stay positive."""
        graph = self.graph
        num, den = graph.times(left.num, right.den), graph.times(left.den, right.num)
        if graph.is_constant(right.num) and graph.constant(right.num) in (0, None):
            return Number(graph.number(None), self._one)
        if graph.span(right.num)[0] < 0:
            negative = graph.compare("<", right.num, graph.number(0))
            num = graph.choose(negative, graph.plus(graph.number(0), num, "-"), num)
        if graph.is_constant(den):
            if graph.constant(den) is None:
                return Number(graph.number(None), self._one)
            return Number(num, graph.number(abs(int(graph.constant(den)))))  # type: ignore[call-overload]
        den = graph.nonzero(graph.magnitude(den))
        return Number(graph.known(num, den), den)

    def _extreme(self, node: ir.Extreme) -> Number:
        best, *others = (self.number(operand) for operand in node.operands)
        for other in others:
            test = self._compared(best, ">=" if node.greatest else "<=", other)
            best = self._chosen(test, best, other)
        return best

    def _chosen(self, test: int, yes: Number, no: Number) -> Number:
        num = self.graph.choose(test, yes.num, no.num)
        return Number(num, yes.den if yes.den == no.den else self.graph.choose(test, yes.den, no.den))

    def _case(self, node: ir.Case) -> Number:
        if node.otherwise is None:
            best = Number(self.graph.number(None), self._one)
        else:
            best = self.number(node.otherwise)
        for condition, result in reversed(node.branches):
            best = self._chosen(self.truth(condition), self.number(result), best)
        return best

    def money(self, node: Node) -> int:
        """The place of an amount in fen, rounded half up once."""
        number, graph = self.number(node), self.graph
        if number.den == self._one:
            return number.num
        if not graph.is_constant(number.den):
            doubled = graph.plus(graph.times(graph.number(2), number.num), number.den)
            return graph.floor(doubled, graph.times(graph.number(2), number.den))
        if graph.constant(number.den) is None:  # what it is divided by stands in no column of this table
            return graph.number(None)
        den = int(graph.constant(number.den))  # type: ignore[call-overload]
        if den % 2 == 0:  # the same, with smaller numbers
            return graph.floor(graph.plus(number.num, graph.number(den // 2)), number.den)
        doubled = graph.plus(graph.times(graph.number(2), number.num), graph.number(den))
        return graph.floor(doubled, graph.number(2 * den))


def _is_whole(node: ir.Const) -> bool:
    return not isinstance(node.value, Fraction) or node.value.denominator == 1


TRUTHS: dict[type, Callable[..., int]] = {
    ir.Const: lambda lowering, node: lowering.graph.boolean(bool(node.value)),
    ir.FactRef: Lowering._fact_truth,
    ir.ParamRef: Lowering._bound_truth,
    ir.Not: Lowering._not,
    ir.Logic: Lowering._logic,
    ir.IsNull: Lowering._is_null,
    ir.Case: Lowering._case_truth,
    ir.Compare: Lowering._compare,
    ir.Between: Lowering._between,
    ir.Membership: Lowering._membership,
}
NUMBERS: dict[type, Callable[..., Number]] = {
    ir.Const: Lowering._constant,
    ir.FactRef: Lowering._fact,
    ir.ParamRef: Lowering._bound_number,
    ir.Negate: Lowering._negate,
    ir.Arithmetic: Lowering._arithmetic,
    ir.Extreme: Lowering._extreme,
    ir.Case: Lowering._case,
}
