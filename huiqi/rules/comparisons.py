"""A condition taken apart into single comparisons: the firm's value against what is required, in Chinese."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from huiqi.rules import ir, wording
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.emit_python import Binding
from huiqi.rules.evaluate import Evaluation, Result
from huiqi.rules.ir import NUMBER, Kind, Node, Type

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


class Comparison(NamedTuple):
    """One figure of the firm (`value_text`, e.g. 裁员率 6.1%) against one requirement (不高于 5.5%)."""

    facts: tuple[str, ...]
    value_text: str
    requirement_text: str
    result: bool | None


class Phrases:
    """Chinese for the expressions of one edition, whose figures are bound."""

    def __init__(self, catalogue: Catalogue, binding: Binding) -> None:
        self.catalogue = catalogue
        self.binding = binding
        self._requirements: dict[int, tuple[Node, str]] = {}

    def value(self, value: Result, type_: Type, like: Node | None = None) -> str:
        """A computed value in the unit of `type_`, or of `like` for a bare number or an option."""
        if value is None:
            return wording.UNKNOWN
        if type_.kind is Kind.ENUM:
            return self._option(int(value), type_, like)
        if type_.kind is Kind.DATE and isinstance(value, int):
            return wording.day(date.fromordinal(value))
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

    def requirement(self, node: Node, denied: bool) -> str:
        """What a single comparison requires, e.g. 不高于 5.5%; cached, since figures are fixed."""
        key = id(node) * 2 + denied
        cached = self._requirements.get(key)
        if cached is None:
            cached = self._requirements[key] = (node, self._requirement(node, denied))
        return cached[1]

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
    return NUMBER_WORDS if subject.type.is_number or subject.type.kind is Kind.CODE else CHOICE_WORDS


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


def singles(evaluation: Evaluation, node: Node, denied: bool = False) -> Iterator[tuple[Node, bool]]:
    """The single comparisons that decide a condition for this firm, with whether they are denied.

    Of a case only the branch taken counts; while its condition is unknown, the condition does.
    """
    match node:
        case ir.Logic(operands=operands):
            for operand in operands:
                yield from singles(evaluation, operand, denied)
        case ir.Not(operand=operand):
            yield from singles(evaluation, operand, not denied)
        case ir.Case():
            yield from _case_singles(evaluation, node, denied)
        case ir.Const() | ir.ParamRef():
            return
        case _:
            yield node, denied


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
    evaluation: Evaluation, phrases: Phrases, node: Node, told: Callable[[str], str]
) -> tuple[Comparison, ...]:
    """The comparisons of a condition; `told` gives a fact's value in words."""
    return tuple(
        _comparison(evaluation, phrases, single, denied, told) for single, denied in singles(evaluation, node)
    )


def _comparison(
    evaluation: Evaluation, phrases: Phrases, node: Node, denied: bool, told: Callable[[str], str]
) -> Comparison:
    value = evaluation.truth(node)
    result = None if value is None else value is not denied
    subject = subject_of(node)
    requirement = phrases.requirement(node, denied)
    if isinstance(subject, ir.FactRef):
        text = f"{evaluation.catalogue.facts[subject.name].label} {told(subject.name)}"
    else:
        text = f"{phrases.phrase(subject)} {phrases.value(evaluation.value(subject), subject.type, subject)}"
    if isinstance(node, ir.Compare):
        other = oriented(node)[2]
        if not isinstance(other, ir.Const | ir.ParamRef):
            requirement = f"{requirement}（{phrases.value(evaluation.value(other), other.type, subject)}）"
    return Comparison(ir.fact_names(node), text, requirement, result)
