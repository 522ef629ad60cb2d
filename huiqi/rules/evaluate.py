"""Walking an expression for one firm, to explain it: values of its parts and what is missing.

Verdicts come from the emitted code (see emit_python); this slower walk gives the figures behind
them and is held to the same results by the property tests.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction

from huiqi.rules import ir
from huiqi.rules.catalogue import STANDINGS, Facts
from huiqi.rules.emit_python import NO_BINDING, Binding
from huiqi.rules.ir import Node

Result = bool | int | str | Fraction | None  # dates as day numbers, enumerations as positions

BEST = len(STANDINGS) - 1
NOTHING = len(STANDINGS)  # the rank of what rests on no given fact

COMPARE: dict[ir.CompareOp, Callable[..., bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def conjunction(values: list[Result]) -> bool | None:
    """Kleene's and: false beats unknown beats true."""
    return False if False in values else None if None in values else True


def disjunction(values: list[Result]) -> bool | None:
    """Kleene's or: true beats unknown beats false."""
    return True if True in values else None if None in values else False


# What is unknown as soon as one operand is.
STRICT = (ir.Negate, ir.Arithmetic, ir.Extreme, ir.Compare)


class Evaluation:
    """The facts of one firm with the figures of one edition; derived facts are computed when asked."""

    def __init__(
        self, facts: Facts, binding: Binding = NO_BINDING, shared: "Evaluation | None" = None
    ) -> None:
        self.facts = facts
        self.catalogue = facts.catalogue
        self.binding = binding
        # Derivations know no parameters, so what they give can be shared between policies.
        self._memo: dict[str, Result] = shared._memo if shared else {}
        self._asked: dict[str, frozenset[str]] = shared._asked if shared else {}
        self._ranks: dict[str, int] = shared._ranks if shared else {}

    def fact(self, name: str) -> Result:
        """The fact as given, else as derived, else None."""
        if name not in self._memo:
            self._memo[name] = self._look_up(name)
        return self._memo[name]

    def _look_up(self, name: str) -> Result:
        fact, row, slot = self.catalogue.facts[name], self.facts.row, self.catalogue.slots[name]
        cell = row[slot]
        given: Result = cell
        if fact.type == "bool":
            given = None if cell == 1 else cell == 3
        elif fact.type == "ratio" and isinstance(cell, int):
            given = Fraction(cell, int(row[slot + 1] or 1))
        if given is None and fact.derivation is not None:
            return self.value(fact.derivation)
        return given

    def value(self, node: Node) -> Result:
        return VALUES[type(node)](self, node)

    def truth(self, node: Node) -> bool | None:
        """The value of a condition."""
        value = self.value(node)
        return value if value is None else bool(value)

    def amount(self, node: Node) -> int | None:
        """A sum of money in fen, rounded half up once."""
        value = self.value(node)
        if value is None or isinstance(value, str):
            return None
        exact = Fraction(value)
        return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)

    # ---------------------------------------------------------------- what is missing

    def missing(self, node: Node) -> set[str]:
        """Facts a person could state that may still change the value of `node`; empty when it is known."""
        return self._missing(node) if self.value(node) is None else set()

    def missing_facts(self, names: Iterable[str]) -> set[str]:
        """What to ask so that all the named facts become known."""
        return {asked for name in names if self.fact(name) is None for asked in self._missing_fact(name)}

    def _missing(self, node: Node) -> set[str]:
        """The same for a node whose value is unknown."""
        if isinstance(node, ir.FactRef):
            return set(self._missing_fact(node.name))
        if isinstance(node, ir.Case):
            return self._missing_in_case(node)
        names: set[str] = set()
        for child in ir.children(node):
            found = self.missing(child)
            if not found and isinstance(node, STRICT) and self.value(child) is None:
                # An open figure: whatever else became known, this would stay unknown.
                return set()
            names |= found
        return names

    def _missing_fact(self, name: str) -> frozenset[str]:
        if name not in self._asked:
            derivation = self.catalogue.facts[name].derivation
            if isinstance(derivation, ir.Case):
                open_ = self.catalogue.base_of[name] - self.facts.values.keys()
                self._asked[name] = frozenset(self._missing_in_case(derivation, open_))
            else:
                self._asked[name] = frozenset({name} if derivation is None else self._missing(derivation))
        return self._asked[name]

    def _missing_in_case(self, node: ir.Case, at_most: frozenset[str] | None = None) -> set[str]:
        """While a condition is unknown, every branch it leaves open may still matter.

        `at_most` are all facts that can come out, so that a long table need not be read to its end.
        """
        names: set[str] = set()
        for condition, result in node.branches:
            truth = self.truth(condition)
            if truth is None:
                names |= self._missing(condition)
            if truth is not False and not isinstance(result, ir.Const):
                names |= self.missing(result)
            if truth or (at_most is not None and names >= at_most):
                return names
        return names if node.otherwise is None else names | self.missing(node.otherwise)

    def rank(self, names: Iterable[str]) -> int:
        """The weakest standing (as position in STANDINGS) the named facts rest on; NOTHING when on none."""
        return min(map(self._rank, names), default=NOTHING)

    def _rank(self, name: str) -> int:
        rank = self._ranks.get(name)
        if rank is None:
            if name in self.facts.values:
                rank = STANDINGS.index(self.facts.standing(name))
            else:
                rank = self.rank(self.catalogue.names_in_derivation.get(name, ()))
            self._ranks[name] = rank
        return rank


def _constant(evaluation: Evaluation, node: ir.Const) -> Result:
    return node.value


def _parameter(evaluation: Evaluation, node: ir.ParamRef) -> Result:
    return evaluation.binding[node.name]


def _negation(evaluation: Evaluation, node: ir.Negate) -> Result:
    value = _number(evaluation.value(node.operand))
    return None if value is None else -value


def _number(value: Result) -> int | Fraction | None:
    return None if value is None or isinstance(value, str) else value


def _arithmetic(evaluation: Evaluation, node: ir.Arithmetic) -> Result:
    left, right = _number(evaluation.value(node.left)), _number(evaluation.value(node.right))
    if left is None or right is None:
        return None
    if node.op == "/":
        return None if right == 0 else Fraction(left) / right
    return left + right if node.op == "+" else left - right if node.op == "-" else left * right


def _extreme(evaluation: Evaluation, node: ir.Extreme) -> Result:
    values = [_number(evaluation.value(operand)) for operand in node.operands]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    return max(known) if node.greatest else min(known)


def _compare(evaluation: Evaluation, node: ir.Compare) -> Result:
    left, right = evaluation.value(node.left), evaluation.value(node.right)
    return None if left is None or right is None else COMPARE[node.op](left, right)


def _between(evaluation: Evaluation, node: ir.Between) -> Result:
    value = evaluation.value(node.operand)
    low, high = evaluation.value(node.low), evaluation.value(node.high)
    above = None if value is None or low is None else COMPARE["<="](low, value)
    below = None if value is None or high is None else COMPARE["<="](value, high)
    return conjunction([above, below])


def _membership(evaluation: Evaluation, node: ir.Membership) -> Result:
    value = evaluation.value(node.operand)
    return None if value is None else any(value == constant.value for constant in node.values)


def _logic(evaluation: Evaluation, node: ir.Logic) -> Result:
    decisive = not node.every
    result: Result = node.every
    for operand in node.operands:
        value = evaluation.value(operand)
        if value is decisive:
            return decisive
        if value is None:
            result = None
    return result


def _not(evaluation: Evaluation, node: ir.Not) -> Result:
    value = evaluation.truth(node.operand)
    return None if value is None else not value


def _case(evaluation: Evaluation, node: ir.Case) -> Result:
    for condition, result in node.branches:
        truth = evaluation.truth(condition)
        if truth is None:
            return None
        if truth:
            return evaluation.value(result)
    return None if node.otherwise is None else evaluation.value(node.otherwise)


VALUES: dict[type, Callable[..., Result]] = {
    ir.Const: _constant,
    ir.FactRef: lambda evaluation, node: evaluation.fact(node.name),
    ir.ParamRef: _parameter,
    ir.Negate: _negation,
    ir.Arithmetic: _arithmetic,
    ir.Extreme: _extreme,
    ir.Compare: _compare,
    ir.Between: _between,
    ir.Membership: _membership,
    ir.IsNull: lambda evaluation, node: evaluation.value(node.operand) is None,
    ir.Not: _not,
    ir.Logic: _logic,
    ir.Case: _case,
}
