"""The straight-Python backend: one function per set of chosen editions, written from IR only.

Conventions of the emitted code. Booleans are 0 false, 1 unknown, 3 true: and is &, or is |. Numbers
are pairs of integer expressions (numerator, positive denominator) under guards: Python conditions,
tested from left to right, any of which makes the value unknown. A guard may bind temporaries (:=)
that later guards and the pair use. Nothing but names made here, operators and integers is written;
codes are passed as constants.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from huiqi.rules import ir
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.ir import Kind, Node
from huiqi.rules.problems import ExpressionError

FALSE, UNKNOWN, TRUE = 0, 1, 3
SIGNS = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

Binding = Mapping[str, int | str | bool | Fraction | None]  # parameter → value as in ir.Const, None unknown
NO_BINDING: Binding = {}
# The longest expression of real law takes some 10,000 characters; compiling this many takes well under 1 s.
MAX_EMITTED = 200_000


@dataclass(frozen=True, slots=True)
class Term:
    """A value that is no boolean: `num` over `den`, unknown when a guard holds; `den` 1 for the rest."""

    num: str
    den: str = "1"
    guards: tuple[str, ...] = ()
    atom: bool = False  # `num` needs no parentheses and is cheap to repeat

    @property
    def unknown(self) -> bool:
        return self.guards == ("True",)


NEGATIVE = re.compile(r"\(-[1-9][0-9]*\)")  # how _literal writes a negative whole number
UNKNOWN_TERM = Term("0", guards=("True",), atom=True)


@dataclass
class Emitter:
    """Writes expressions of one function; hands out temporaries and collects constants."""

    catalogue: Catalogue
    constants: dict[str, object] = field(default_factory=dict)
    temporaries: int = 0
    binding: Binding = field(default_factory=dict)
    limit: int | None = None  # characters one expression may take, see check_size

    def temporary(self) -> str:
        self.temporaries += 1
        return f"t{self.temporaries}"

    def constant(self, value: object) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    # ---------------------------------------------------------------- booleans: an expression of 0, 1, 3

    def truth(self, node: Node) -> str:
        """A Python expression worth 0, 1 or 3."""
        text = TRUTHS[type(node)](self, node)
        self._check(len(text))
        return text

    def _check(self, size: int) -> None:
        if self.limit is not None and size > self.limit:
            raise ExpressionError(
                "表达式展开后过大", "请拆成几个条件，或减少嵌套的 case、between、greatest 和除法"
            )

    def _bound_truth(self, node: ir.ParamRef) -> str:
        bound = self.binding[node.name]
        return str(UNKNOWN if bound is None else TRUE if bound else FALSE)

    def _logic(self, node: ir.Logic) -> str:
        parts = map(self.truth, node.operands)
        return conjunction(parts) if node.every else disjunction(parts)

    def _not(self, node: ir.Not) -> str:
        inner = self.truth(node.operand)
        settled = {"0": "3", "1": "1", "3": "0"}
        return settled.get(inner) or f"(3, 1, 1, 0)[{inner}]"

    def _is_null(self, node: ir.IsNull) -> str:
        operand = node.operand
        if operand.type.kind is Kind.BOOL:
            return f"(3 if {self.truth(operand)} == 1 else 0)"
        guards = self.term(operand).guards
        return f"(3 if {' or '.join(guards)} else 0)" if guards else "0"

    def _case_truth(self, node: ir.Case) -> str:
        text = "1" if node.otherwise is None else self.truth(node.otherwise)
        for condition, result in reversed(node.branches):
            name = self.temporary()
            test, value = self.truth(condition), self.truth(result)
            text = f"{value} if ({name} := {test}) == 3 else 1 if {name} == 1 else {text}"
        return f"({text})"

    def _compare(self, node: ir.Compare) -> str:
        if node.left.type.kind is Kind.BOOL:
            a, b = self.temporary(), self.temporary()
            guards = (f"({a} := {self.truth(node.left)}) == 1", f"({b} := {self.truth(node.right)}) == 1")
            return tested(guards, f"{a} {SIGNS[node.op]} {b}")
        left, right = self.term(node.left), self.term(node.right)
        return tested(merged(left, right), comparison(left, SIGNS[node.op], right))

    def _between(self, node: ir.Between) -> str:
        """One chained test when only the operand may be unknown; two tests and & otherwise (Kleene)."""
        value, low, high = self.term(node.operand), self.term(node.low), self.term(node.high)
        same = value.den == low.den == high.den
        if same and value.atom and not low.guards and not high.guards:
            return tested(value.guards, f"{low.num} <= {value.num} <= {high.num}")
        if value.unknown:
            return str(UNKNOWN)
        first, again = self._shared(value)
        if low.unknown:
            return conjunction([str(UNKNOWN), tested(merged(first, high), comparison(first, "<=", high))])
        above = tested(merged(first, low), comparison(low, "<=", first))
        return conjunction([above, tested(merged(again, high), comparison(again, "<=", high))])

    def _shared(self, term: Term) -> tuple[Term, Term]:
        """The term for a first use and for later ones, so that it is written and computed only once."""
        if term.atom and not any(":=" in guard for guard in term.guards):
            return term, term
        name = self.temporary()
        pair = f"({term.num}, {term.den})"
        value = f"None if {' or '.join(term.guards)} else {pair}" if term.guards else pair
        first = Term(f"{name}[0]", f"{name}[1]", (f"({name} := {value}) is None",), atom=True)
        return first, replace(first, guards=(f"{name} is None",))

    def _membership(self, node: ir.Membership) -> str:
        operand, values = node.operand, node.values
        if operand.type.kind is Kind.BOOL:
            name = self.temporary()
            allowed = tuple(sorted({TRUE if value.value else FALSE for value in values}))
            return tested((f"({name} := {self.truth(operand)}) == 1",), f"{name} in {allowed!r}")
        term = self.term(operand)
        if operand.type.is_number:
            term = self._bound(term)
            tests = [comparison(term, "==", self.term(value)) for value in values]
            return tested(term.guards, " or ".join(tests))
        if operand.type.kind is Kind.CODE:
            allowed_codes = self.constant(frozenset(value.value for value in values))
            return tested(term.guards, f"{term.num} in {allowed_codes}")
        numbers = sorted({int(value.value) for value in values})
        return tested(term.guards, f"{term.num} in ({', '.join(map(str, numbers))},)")

    # ---------------------------------------------------------------- everything else

    def term(self, node: Node) -> Term:
        """The value of a node that is no boolean."""
        term = TERMS[type(node)](self, node)
        self._check(len(term.num) + len(term.den) + sum(map(len, term.guards)))
        return term

    def _fact(self, node: ir.FactRef) -> Term:
        slot = self.catalogue.slots[node.name]
        den = f"v{slot + 1}" if node.type.kind is Kind.RATIO else "1"
        return Term(f"v{slot}", den, (f"v{slot} is None",), atom=True)

    def _bound_term(self, node: ir.ParamRef) -> Term:
        bound = self.binding[node.name]
        return UNKNOWN_TERM if bound is None else self._literal(bound)

    def _negate(self, node: ir.Negate) -> Term:
        inner = self.term(node.operand)
        return Term(f"-{wrapped(inner)}", inner.den, inner.guards)

    def _literal(self, value: object) -> Term:
        if isinstance(value, str):
            return Term(self.constant(value), atom=True)
        number = Fraction(value) if isinstance(value, int | Fraction) else None
        if number is None:
            raise TypeError(value)
        num = str(number.numerator)
        return Term(f"({num})" if number < 0 else num, str(number.denominator), atom=True)

    def _arithmetic(self, node: ir.Arithmetic) -> Term:
        left, right = self.term(node.left), self.term(node.right)
        if left.unknown or right.unknown:
            return UNKNOWN_TERM
        if node.op == "/":
            return self._quotient(left, right, self._never_negative(node.right))
        guards = merged(left, right)
        if node.op == "*":
            return Term(times(wrapped(left), wrapped(right)), times(left.den, right.den), guards)
        if left.den == right.den:
            return Term(f"{left.num} {node.op} {wrapped(right)}", left.den, guards)
        num = f"{times(wrapped(left), right.den)} {node.op} {times(wrapped(right), left.den)}"
        return Term(num, times(left.den, right.den), guards)

    def _never_negative(self, node: Node) -> bool:
        """Whether the catalogue promises that a divisor is not below zero."""
        if not isinstance(node, ir.FactRef) or self.catalogue.facts[node.name].derived:
            return False
        low = self.catalogue.facts[node.name].min
        return isinstance(low, int | Fraction) and low >= 0

    def _quotient(self, left: Term, right: Term, never_negative: bool) -> Term:
        """left / right: zero is unknown; the sign moves to the numerator, so denominators stay positive."""
        num = times(wrapped(left), right.den)
        if right.num.isdigit() and int(right.num):
            return Term(num, times(left.den, right.num), merged(left, right))
        if NEGATIVE.fullmatch(right.num):
            return Term(f"-({num})", times(left.den, right.num.strip("(-)")), merged(left, right))
        name = self.temporary()
        guards = (*merged(left, right), f"not ({name} := {right.num})")
        if never_negative:
            return Term(num, times(left.den, name), guards)
        sign = f"({num}) * (1 if {name} > 0 else -1)"
        return Term(sign, times(left.den, f"abs({name})"), guards)

    def _bound(self, term: Term) -> Term:
        """The term with its pair in temporaries, so that it may be repeated at no cost."""
        if term.atom or term.unknown:
            return term
        num = self.temporary()
        guards = (*term.guards, f"({num} := {term.num}) is None")
        if term.den.isidentifier() or term.den.isdigit():
            return Term(num, term.den, guards, atom=True)
        den = self.temporary()
        return Term(num, den, (*guards, f"({den} := {term.den}) is None"), atom=True)

    def _extreme(self, node: ir.Extreme) -> Term:
        best, *others = (self._bound(self.term(operand)) for operand in node.operands)
        sign = ">=" if node.greatest else "<="
        for other in others:
            if best.unknown or other.unknown:
                return UNKNOWN_TERM
            guards = merged(best, other)
            test = comparison(best, sign, other)
            num = f"({best.num} if {test} else {other.num})"
            if best.den == other.den:
                best = self._bound(Term(num, best.den, guards))
                continue
            name = self.temporary()
            pair = f"({name} := ({best.num}, {best.den}) if {test} else ({other.num}, {other.den})) is None"
            best = Term(f"{name}[0]", f"{name}[1]", (*guards, pair), atom=True)
        return best

    def _case(self, node: ir.Case) -> Term:
        """A value or a pair in one temporary that is None when unknown."""
        pairs = node.type.kind is Kind.RATIO
        text = "None" if node.otherwise is None else self._packed(node.otherwise, pairs)
        for condition, result in reversed(node.branches):
            name = self.temporary()
            value = self._packed(result, pairs)
            text = f"{value} if ({name} := {self.truth(condition)}) == 3 else None if {name} == 1 else {text}"
        name = self.temporary()
        guards = (f"({name} := ({text})) is None",)
        return (
            Term(f"{name}[0]", f"{name}[1]", guards, atom=True)
            if pairs
            else Term(name, "1", guards, atom=True)
        )

    def _packed(self, node: Node, pairs: bool) -> str:
        term = self.term(node)
        if term.unknown:
            return "None"
        value = f"({term.num}, {term.den})" if pairs else wrapped(term)
        return f"(None if {' or '.join(term.guards)} else {value})" if term.guards else value

    # ---------------------------------------------------------------- statements

    def derived(self, fact_id: str, derivation: Node) -> list[str]:
        """Statements that fill a derived fact's cells when it was not given."""
        slot = self.catalogue.slots[fact_id]
        if derivation.type.kind is Kind.BOOL:
            return [f"if v{slot} == 1: v{slot} = {self.truth(derivation)}"]
        term = self.term(derivation)
        if term.unknown:
            return []
        test = f"if v{slot} is None" + (f" and not ({' or '.join(term.guards)})" if term.guards else "")
        if self.catalogue.facts[fact_id].type == "ratio":
            return [f"{test}: v{slot}, v{slot + 1} = {term.num}, {term.den}"]
        return [f"{test}: v{slot} = {term.num}"]

    def money(self, node: Node) -> str:
        """An expression of the amount in fen, rounded half up once, or None when unknown."""
        term = self.term(node)
        if term.unknown:
            return "None"
        if term.den == "1":
            value = term.num
        elif term.den.isdigit():
            value = f"(2 * ({term.num}) + {term.den}) // {2 * int(term.den)}"
        else:
            bound = self._bound(term)
            term, value = bound, f"(2 * {bound.num} + {bound.den}) // (2 * {bound.den})"
        return f"(None if {' or '.join(term.guards)} else {value})" if term.guards else value


TRUTHS: dict[type, Callable[..., str]] = {
    ir.Const: lambda emitter, node: str(TRUE if node.value else FALSE),
    ir.FactRef: lambda emitter, node: f"v{emitter.catalogue.slots[node.name]}",
    ir.ParamRef: Emitter._bound_truth,
    ir.Not: Emitter._not,
    ir.Logic: Emitter._logic,
    ir.IsNull: Emitter._is_null,
    ir.Case: Emitter._case_truth,
    ir.Compare: Emitter._compare,
    ir.Between: Emitter._between,
    ir.Membership: Emitter._membership,
}
TERMS: dict[type, Callable[..., Term]] = {
    ir.Const: lambda emitter, node: emitter._literal(node.value),
    ir.FactRef: Emitter._fact,
    ir.ParamRef: Emitter._bound_term,
    ir.Negate: Emitter._negate,
    ir.Arithmetic: Emitter._arithmetic,
    ir.Extreme: Emitter._extreme,
    ir.Case: Emitter._case,
}


def tested(guards: tuple[str, ...], condition: str) -> str:
    """A test worth 1 under the guards, else 3 or 0."""
    if guards == ("True",):
        return str(UNKNOWN)
    text = f"3 if {condition} else 0"
    return f"(1 if {' or '.join(guards)} else {text})" if guards else f"({text})"


def merged(*terms: Term) -> tuple[str, ...]:
    """Guards of several terms, each once, in order; just True when one is unknown for certain."""
    guards = tuple(dict.fromkeys(guard for term in terms for guard in term.guards))
    return ("True",) if "True" in guards else guards


def wrapped(term: Term) -> str:
    """The numerator, safe to stand beside any operator."""
    return term.num if term.atom else f"({term.num})"


def times(left: str, right: str) -> str:
    """The product of two integer expressions, without needless factors of 1."""
    if left == "1" or right == "1":
        return right if left == "1" else left
    if left.isdigit() and right.isdigit():
        return str(int(left) * int(right))
    return f"{left} * {right}"


def comparison(left: Term, sign: str, right: Term) -> str:
    """left ? right by cross multiplication; denominators are positive."""
    if left.den == right.den:
        return f"{wrapped(left)} {sign} {wrapped(right)}"
    return f"{times(wrapped(left), right.den)} {sign} {times(wrapped(right), left.den)}"


def conjunction(parts: Iterable[str]) -> str:
    """Kleene's and of expressions worth 0, 1 or 3; settled parts fall away."""
    kept = list(dict.fromkeys(part for part in parts if part != "3"))
    return "0" if "0" in kept else f"({' & '.join(kept)})" if len(kept) > 1 else kept[0] if kept else "3"


def disjunction(parts: Iterable[str]) -> str:
    """Kleene's or of expressions worth 0, 1 or 3; settled parts fall away."""
    kept = list(dict.fromkeys(part for part in parts if part != "0"))
    return "3" if "3" in kept else f"({' | '.join(kept)})" if len(kept) > 1 else kept[0] if kept else "0"


def check_size(catalogue: Catalogue, node: Node, binding: Binding = NO_BINDING) -> None:
    """Raises ExpressionError when the code emitted for the expression would be a burden to compile."""
    emitter = Emitter(catalogue, binding=binding, limit=MAX_EMITTED)
    if node.type.kind is Kind.BOOL:
        emitter.truth(node)
    else:
        emitter.term(node)


def needed_facts(catalogue: Catalogue, nodes: Iterable[Node]) -> frozenset[str]:
    """Facts the expressions rest on, with those their derived facts rest on."""
    needed: set[str] = set()
    pending = [name for node in nodes for name in ir.fact_names(node)]
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            pending += catalogue.names_in_derivation.get(name, ())
    return frozenset(needed)


def unpacking(catalogue: Catalogue, needed: frozenset[str]) -> list[str]:
    """Statements that bring the needed cells of the row `r` into local names."""
    lines: list[str] = []
    for name in sorted(needed, key=catalogue.slots.__getitem__):
        slot = catalogue.slots[name]
        lines.append(f"v{slot} = r[{slot}]")
        if catalogue.facts[name].type == "ratio":
            lines.append(f"v{slot + 1} = r[{slot + 1}]")
    return lines


def compiled(lines: list[str], constants: Mapping[str, object], name: str) -> Callable[..., object]:
    """The function `name` defined by the emitted lines; it sees nothing but its constants and abs."""
    source = "\n".join(lines)
    namespace: dict[str, object] = {"__builtins__": {"abs": abs}, **constants}
    exec(compile(source, f"<rulebook {name}>", "exec"), namespace)  # noqa: S102 - emitted from IR only
    function = namespace[name]
    if not callable(function):
        raise TypeError(name)
    return function
