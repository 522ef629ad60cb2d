"""A condition taken apart into single comparisons: the firm's value against what is required, in Chinese."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from huiqi.rules import ir, wording
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.emit_python import Binding
from huiqi.rules.evaluate import Evaluation, Result
from huiqi.rules.ir import NUMBER, Kind, Node, Type
from huiqi.rules.tree import Comparison as Comparison

NUMBER_WORDS = {"=": "等于", "<>": "不等于", "<": "低于", "<=": "不高于", ">": "高于", ">=": "不低于"}
DATE_WORDS = {"=": "在", "<>": "不在", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
CHOICE_WORDS = {"=": "为", "<>": "不为"}
MIRRORED: dict[ir.CompareOp, ir.CompareOp] = {
    "=": "=",
    "<>": "<>",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}
SIGNS = {"+": "＋", "-": "－", "*": "×", "/": "÷"}
OPEN_FIGURE = "标准待主管部门明确"


class Single(NamedTuple):
    """The part of a comparison that is the same for every firm."""

    node: Node
    denied: bool
    facts: tuple[str, ...]
    subject: Node
    label: str
    fact: str | None  # when the subject is just a fact
    requirement: str
    other: Node | None  # the other side, when it depends on the firm too


class Phrases:
    """Chinese for the expressions of one edition, whose figures are bound."""

    def __init__(self, catalogue: Catalogue, binding: Binding) -> None:
        self.catalogue = catalogue
        self.binding = binding
        self._singles: dict[tuple[int, bool], Single] = {}
        self._fixed: dict[int, tuple[Node, tuple[Single, ...] | None]] = {}
        self._flat: dict[int, tuple[Node, bool]] = {}
        self._names: dict[int, tuple[Node, tuple[str, ...]]] = {}

    def value(self, value: Result, type_: Type, like: Node | None = None) -> str:
        """A computed value in the unit of `type_`, or of `like` for a bare number or an option."""
        if value is None:
            return wording.UNKNOWN
        if type_.kind is Kind.ENUM:
            return self._option(int(value), type_, like)
        if type_.kind is Kind.DATE and isinstance(value, int):
            return wording.day_number(value)
        if isinstance(value, str):
            return value
        unit = like.type.unit if like is not None and type_.unit == NUMBER else type_.unit
        return wording.value(value, unit)

    def _option(self, position: int, type_: Type, like: Node | None) -> str:
        option = type_.values[position]
        names = ir.fact_names(like) if like is not None else ()
        for name in names:
            labels = self.catalogue.facts[name].values
            if option in labels:
                return labels[option]
        return option

    def phrase(self, node: Node, like: Node | None = None) -> str:
        """The expression in words: labels of facts, figures of the law, signs."""
        match node:
            case ir.FactRef(name=name):
                return self.catalogue.facts[name].label
            case ir.Const(type=type_, value=value):
                return self.value(value, type_, like)
            case ir.ParamRef(type=type_, name=name):
                bound = self.binding[name]
                return OPEN_FIGURE if bound is None else self.value(bound, type_, like)
            case _:
                return self._computed(node, like)

    def _computed(self, node: Node, like: Node | None) -> str:
        match node:
            case ir.Arithmetic(op=op, left=left, right=right):
                return f"{self._side(left, right, op)}{SIGNS[op]}{self._side(right, left, op)}"
            case ir.Negate(operand=operand):
                return f"负的{self.phrase(operand, like)}"
            case ir.Extreme(operands=operands, greatest=greatest):
                names = "、".join(self.phrase(operand, like or node) for operand in operands)
                return f"{names}中较{'高' if greatest else '低'}者"
            case _:
                return "按情形确定的标准"

    def _side(self, node: Node, other: Node, op: ir.ArithmeticOp) -> str:
        like = other if op in "+-" and node.type.kind is not Kind.DATE else None
        text = self.phrase(node, like)
        if isinstance(node, ir.Arithmetic) and op in "*/" and node.op in "+-":
            return f"（{text}）"
        days = other.type.kind is Kind.DATE and isinstance(node, ir.Const) and node.type.unit == NUMBER
        return f"{text}天" if days else text

    # ---------------------------------------------------------------- requirements

    def single(self, node: Node, denied: bool) -> Single:
        """What can be said of a single comparison whatever the firm; kept, since figures are fixed.

        Nodes live as long as the rulebook, so their identity is a safe key; each entry holds its node.
        """
        known = self._singles.get((id(node), denied))
        if known is None:
            known = self._singles[id(node), denied] = self._single(node, denied)
        return known

    def _single(self, node: Node, denied: bool) -> Single:
        subject = subject_of(node)
        other = oriented(node)[2] if isinstance(node, ir.Compare) else None
        fixed = other is None or isinstance(other, ir.Const | ir.ParamRef)
        return Single(
            node,
            denied,
            ir.fact_names(node),
            subject,
            self.phrase(subject),
            subject.name if isinstance(subject, ir.FactRef) else None,
            self._requirement(node, denied),
            None if fixed else other,
        )

    def singles(self, node: Node) -> tuple[Single, ...] | None:
        """The single comparisons of a condition, or None when a case makes them depend on the firm."""
        known = self._fixed.get(id(node))
        if known is None:
            fixed = not any(
                isinstance(part, ir.Case) and part.type.kind is Kind.BOOL for part in ir.walk(node)
            )
            parts = tuple(self.single(part, denied) for part, denied in _spread(node)) if fixed else None
            known = self._fixed[id(node)] = (node, parts)
        return known[1]

    def is_flat(self, node: Node) -> bool:
        """Whether, while the condition is unknown, every unknown fact in it matters.

        True of a comparison and of an and or an or of comparisons: none of them can have settled it.
        """
        known = self._flat.get(id(node))
        if known is None:
            parts = node.operands if isinstance(node, ir.Logic) else (node,)
            inner = (part for operand in parts for part in ir.walk(operand))
            flat = not any(isinstance(part, ir.Logic | ir.Case | ir.IsNull | ir.Between) for part in inner)
            known = self._flat[id(node)] = (node, flat)
        return known[1]

    def fact_names(self, node: Node) -> tuple[str, ...]:
        """ir.fact_names, remembered."""
        known = self._names.get(id(node))
        if known is None:
            known = self._names[id(node)] = (node, ir.fact_names(node))
        return known[1]

    def _requirement(self, node: Node, denied: bool) -> str:
        match node:
            case ir.Compare():
                subject, op, other = oriented(node)
                return f"{_words(subject)[op]} {self.phrase(other, subject)}"
            case ir.Between(operand=operand, low=low, high=high):
                head = "不在" if denied else "在"
                return f"{head} {self.phrase(low, operand)} 至 {self.phrase(high, operand)} 之间"
            case ir.Membership(operand=operand, values=values):
                head = "不属于" if denied else "属于"
                return f"{head} {'、'.join(self.phrase(value, operand) for value in values)}"
            case ir.IsNull():
                return "须填写" if denied else "不填写"
            case _:
                return "为 否" if denied else "为 是"


def _words(subject: Node) -> dict[str, str]:
    if subject.type.kind is Kind.DATE:
        return DATE_WORDS
    if subject.type.kind is Kind.CODE:
        return NUMBER_WORDS | CHOICE_WORDS
    return NUMBER_WORDS if subject.type.is_number else CHOICE_WORDS


def oriented(node: ir.Compare) -> tuple[Node, ir.CompareOp, Node]:
    """The comparison with the firm's side first."""
    if not ir.fact_names(node.left) and ir.fact_names(node.right):
        return node.right, MIRRORED[node.op], node.left
    return node.left, node.op, node.right


def subject_of(node: Node) -> Node:
    """The side of a single comparison that is the firm's."""
    match node:
        case ir.Compare():
            return oriented(node)[0]
        case ir.Between(operand=operand) | ir.Membership(operand=operand) | ir.IsNull(operand=operand):
            return operand
        case _:
            return node


def _spread(node: Node, denied: bool = False) -> Iterator[tuple[Node, bool]]:
    """The single comparisons under and, or and not, with whether they are denied; a case stays whole."""
    match node:
        case ir.Logic(operands=operands):
            for operand in operands:
                yield from _spread(operand, denied)
        case ir.Not(operand=operand):
            yield from _spread(operand, not denied)
        case ir.Const():
            return
        case _:
            yield node, denied


def singles(evaluation: Evaluation, node: Node, denied: bool = False) -> Iterator[tuple[Node, bool]]:
    """The single comparisons that decide a condition for this firm.

    Of a case only the branch taken counts; while its condition is unknown, the condition does.
    """
    for part, reverse in _spread(node, denied):
        if isinstance(part, ir.Case):
            yield from _case_singles(evaluation, part, reverse)
        else:
            yield part, reverse


def _case_singles(evaluation: Evaluation, node: ir.Case, denied: bool) -> Iterator[tuple[Node, bool]]:
    for condition, result in node.branches:
        truth = evaluation.truth(condition)
        if truth is None:
            yield from singles(evaluation, condition)
            return
        if truth:
            yield from singles(evaluation, result, denied)
            return
    if node.otherwise is not None:
        yield from singles(evaluation, node.otherwise, denied)


def compared(
    evaluation: Evaluation, phrases: Phrases, node: Node, result: bool | None, line: Callable[[str], str]
) -> tuple[Comparison, ...]:
    """The comparisons of a condition with its result; `line` gives a fact with its value in words."""
    parts = phrases.singles(node)
    if parts is None:
        parts = tuple(phrases.single(part, denied) for part, denied in singles(evaluation, node))
    if len(parts) == 1 and parts[0].other is None and not isinstance(node, ir.Case):
        (single,) = parts
        text = line(single.fact) if single.fact else _subject_text(evaluation, phrases, single)
        return (Comparison(single.facts, text, single.requirement, result),)
    return tuple(_comparison(evaluation, phrases, single, line) for single in parts)


def _comparison(
    evaluation: Evaluation, phrases: Phrases, single: Single, line: Callable[[str], str]
) -> Comparison:
    value = evaluation.truth(single.node)
    requirement = single.requirement
    text = line(single.fact) if single.fact else _subject_text(evaluation, phrases, single)
    if single.other is not None:
        computed = phrases.value(evaluation.value(single.other), single.other.type, single.subject)
        requirement = f"{requirement}（{computed}）"
    result = None if value is None else value is not single.denied
    return Comparison(single.facts, text, requirement, result)


def _subject_text(evaluation: Evaluation, phrases: Phrases, single: Single) -> str:
    subject = single.subject
    if isinstance(subject, ir.ParamRef):
        return single.label
    return f"{single.label} {phrases.value(evaluation.value(subject), subject.type, subject)}"
