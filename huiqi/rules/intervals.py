"""How large the numbers of an expression can grow, from the bounds of its facts.

Every backend computes with integers: a ratio is a stored integer over its scale, a product of
numbers a product of integers. This analysis bounds those integers, so that a columnar backend knows
whether 64 bits suffice or 128 are needed, and an expression that needs more is refused. On the way
it sees comparisons that can only come out one way, which is nearly always a slip.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from huiqi.rules import ir
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.ir import Kind, Node
from huiqi.rules.problems import ExpressionError

LIMIT_64 = 2**63 - 1
LIMIT_128 = 2**127 - 1


@dataclass(frozen=True, slots=True)
class Span:
    """Bounds of a number: real values in low..high (None: unbounded); stored as num over den.

    `num` and `den` bound the integers in magnitude; `fixed` says that the denominator is `den` for
    every firm, so that two numbers over the same one add without cross multiplication.
    """

    low: Fraction | None
    high: Fraction | None
    num: int
    den: int = 1
    fixed: bool = True


def same_den(left: Span, right: Span) -> bool:
    """Whether both numbers have the same denominator for every firm."""
    return left.fixed and right.fixed and left.den == right.den


@dataclass
class Findings:
    """`bits` is 64 or 128; `always` lists comparisons with the only result they can have."""

    bits: int = 64
    always: list[tuple[Node, bool]] = field(default_factory=list)


ParamSpans = Mapping[str, Span | None]  # None: open, so whatever rests on it is unknown


def constant_span(value: object) -> Span:
    """The span of a figure of the law or a literal."""
    number = Fraction(value) if isinstance(value, int | Fraction) else Fraction(0)
    return Span(number, number, abs(number.numerator), number.denominator)


def hull(spans: list[Span]) -> Span:
    """The smallest span that holds all of them."""
    lows, highs = [span.low for span in spans], [span.high for span in spans]
    return Span(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
        max(span.num for span in spans),
        max(span.den for span in spans),
        all(same_den(span, spans[0]) for span in spans),
    )


class Analysis:
    """Spans of every number under a node; one object per policy, since parameters differ."""

    def __init__(self, catalogue: Catalogue, params: ParamSpans | None = None) -> None:
        self.catalogue = catalogue
        self.params = params or {}
        self.findings = Findings()
        self._facts: dict[str, Span | None] = {}

    def examine(self, node: Node, rounds: bool = False) -> Findings:
        """Widths and one-way comparisons of an expression; `rounds` when it is an amount.

        Raises ExpressionError when even 128-bit integers could overflow.
        """
        self.findings = Findings()
        span = self.visit(node)
        if rounds and span is not None:
            self._fits(2 * span.num + span.den)
            self._fits(2 * span.den)
        return self.findings

    def _fits(self, magnitude: int) -> None:
        if magnitude > LIMIT_128:
            raise ExpressionError("数值可能超出128位整数", "请收紧事实目录中的上下限，或减少连乘")
        if magnitude > LIMIT_64:
            self.findings.bits = 128

    def visit(self, node: Node) -> Span | None:
        """The span of a number or date; None for the rest and for what is always unknown."""
        method = SPANS.get(type(node))
        if method is not None:
            return method(self, node)
        self._boolean(node)
        return None

    def _constant(self, node: ir.Const) -> Span | None:
        return constant_span(node.value) if node.type.is_number or node.type.kind is Kind.DATE else None

    def _negate(self, node: ir.Negate) -> Span | None:
        inner = self.visit(node.operand)
        return None if inner is None else _negated(inner)

    def _fact(self, name: str) -> Span | None:
        if name not in self._facts:
            self._facts[name] = self._given_or_derived(name)
        return self._facts[name]

    def _given_or_derived(self, name: str) -> Span | None:
        fact = self.catalogue.facts[name]
        given = None
        if fact.type in ("int", "ratio", "date") and fact.min is not None and fact.max is not None:
            low, high = _as_number(fact.min), _as_number(fact.max)
            den = fact.scale if fact.type == "ratio" else 1
            given = Span(low, high, int(max(abs(low), abs(high)) * den), den)
        if fact.derivation is None or given is None:
            return given
        derived = self._quietly(fact.derivation)
        return given if derived is None else hull([given, derived])

    def _quietly(self, node: Node) -> Span | None:
        """The span of a derivation, whose own findings are reported at its fact, not at every use."""
        kept, self.findings = self.findings, Findings()
        try:
            return self.visit(node)
        finally:
            self.findings = kept

    def _arithmetic(self, node: ir.Arithmetic) -> Span | None:
        left, right = self.visit(node.left), self.visit(node.right)
        if left is None or right is None:
            return None
        span = OPERATIONS[node.op](left, right)
        self._fits(span.num)
        self._fits(span.den)
        if node.type.kind is Kind.DATE:
            _check_calendar(span)
        return span

    def _extreme(self, node: ir.Extreme) -> Span | None:
        spans = [self.visit(operand) for operand in node.operands]
        known = [span for span in spans if span is not None]
        if len(known) < len(spans):
            return None
        for other in known[1:]:
            self._fits(known[0].num * other.den)
            self._fits(other.num * known[0].den)
        whole = hull(known)
        if node.greatest:
            lows = [span.low for span in known if span.low is not None]
            return Span(max(lows, default=None), whole.high, whole.num, whole.den, whole.fixed)
        highs = [span.high for span in known if span.high is not None]
        return Span(whole.low, min(highs, default=None), whole.num, whole.den, whole.fixed)

    def _case(self, node: ir.Case) -> Span | None:
        for condition, _ in node.branches:
            self.visit(condition)
        results = [self.visit(result) for _, result in node.branches]
        if node.otherwise is not None:
            results.append(self.visit(node.otherwise))
        known = [span for span in results if span is not None]
        return hull(known) if known and node.type.kind is not Kind.BOOL else None

    def _boolean(self, node: Node) -> None:
        match node:
            case ir.Compare(op=op, left=left, right=right):
                self._note(node, self._compare(op, self.visit(left), self.visit(right)))
            case ir.Between(operand=operand, low=low, high=high):
                span = self.visit(operand)
                above, below = (
                    self._compare(">=", span, self.visit(low)),
                    self._compare("<=", span, self.visit(high)),
                )
                # A range may well start at the fact's own bound; only both sides together are a slip.
                self._note(node, False if False in (above, below) else above and below)
            case ir.Membership(operand=operand, values=values):
                span = self.visit(operand)
                for value in values:
                    self._compare("=", span, self.visit(value))
            case _:
                for child in ir.children(node):
                    self.visit(child)

    def _note(self, node: Node, result: bool | None) -> None:
        if result is not None:
            self.findings.always.append((node, result))

    def _compare(self, op: ir.CompareOp, left: Span | None, right: Span | None) -> bool | None:
        """The only result the comparison can have, if there is just one; its integers are bounded too."""
        if left is None or right is None:
            return None
        if not same_den(left, right):
            self._fits(left.num * right.den)
            self._fits(right.num * left.den)
        return one_way(op, left, right)


def _check_calendar(span: Span) -> None:
    """Refuses a date that could leave 0001-01-01…9999-12-31, the days a calendar date can name."""
    early = span.low is None or span.low < date.min.toordinal()
    if early or span.high is None or span.high > date.max.toordinal():
        raise ExpressionError(
            "日期加减后可能早于公元1年或晚于9999年", "请收紧事实目录中日期和天数的上下限，或核对所加的天数"
        )


def _as_number(value: int | Fraction | date) -> Fraction:
    return Fraction(value.toordinal()) if isinstance(value, date) else Fraction(value)


def _negated(span: Span) -> Span:
    low = None if span.high is None else -span.high
    return Span(low, None if span.low is None else -span.low, span.num, span.den, span.fixed)


def _sum(left: Span, right: Span) -> Span:
    low = None if left.low is None or right.low is None else left.low + right.low
    high = None if left.high is None or right.high is None else left.high + right.high
    if same_den(left, right):
        return Span(low, high, left.num + right.num, left.den)
    num = left.num * right.den + right.num * left.den
    return Span(low, high, num, left.den * right.den, left.fixed and right.fixed)


def _difference(left: Span, right: Span) -> Span:
    return _sum(left, _negated(right))


def _product(left: Span, right: Span) -> Span:
    corners = [
        a * b if a is not None and b is not None else None
        for a in (left.low, left.high)
        for b in (right.low, right.high)
    ]
    num, den, fixed = left.num * right.num, left.den * right.den, left.fixed and right.fixed
    finite = [corner for corner in corners if corner is not None]
    if len(finite) == len(corners):
        return Span(min(finite), max(finite), num, den, fixed)
    floor = Fraction(0) if _at_least_zero(left) and _at_least_zero(right) else None
    return Span(floor, None, num, den, fixed)


def _quotient(left: Span, right: Span) -> Span:
    """left / right where right is not zero (zero makes the value unknown)."""
    num, den = left.num * right.den, max(left.den * right.num, 1)
    fixed = left.fixed and right.fixed and right.low is not None and right.low == right.high
    apart = right.low is not None and right.high is not None and (right.low > 0 or right.high < 0)
    if apart and right.low is not None and right.high is not None:
        span = _product(left, Span(1 / right.high, 1 / right.low, 1, 1))
        return Span(span.low, span.high, num, den, fixed)
    floor = Fraction(0) if _at_least_zero(left) and _at_least_zero(right) else None
    return Span(floor, None, num, den, fixed)


def _at_least_zero(span: Span) -> bool:
    return span.low is not None and span.low >= 0


OPERATIONS: dict[ir.ArithmeticOp, Callable[[Span, Span], Span]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
}


def one_way(op: ir.CompareOp, left: Span, right: Span) -> bool | None:
    """The only result a comparison of known values can have, or None when both can happen."""
    below = left.high is not None and right.low is not None and left.high < right.low
    above = left.low is not None and right.high is not None and left.low > right.high
    at_most = left.high is not None and right.low is not None and left.high <= right.low
    at_least = left.low is not None and right.high is not None and left.low >= right.high
    single = at_most and at_least
    true = {"=": single, "<>": below or above, "<": below, "<=": at_most, ">": above, ">=": at_least}[op]
    false = {"=": below or above, "<>": single, "<": at_least, "<=": above, ">": at_most, ">=": below}[op]
    return True if true else False if false else None


SPANS: dict[type, Callable[..., Span | None]] = {
    ir.Const: Analysis._constant,
    ir.FactRef: lambda analysis, node: analysis._fact(node.name),
    ir.ParamRef: lambda analysis, node: analysis.params.get(node.name),
    ir.Negate: Analysis._negate,
    ir.Arithmetic: Analysis._arithmetic,
    ir.Extreme: Analysis._extreme,
    ir.Case: Analysis._case,
}
