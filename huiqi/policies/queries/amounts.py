"""A benefit's amount in words: the formula as a person would write it, and the same with a firm's figures.

Reads the engine's typed expressions; decides nothing. Amounts shown here for a worked example come from
the engine, and a test holds the two together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.language import day_words, is_chinese, listed, series
from huiqi.policies.queries.fact_words import value_words
from huiqi.policies.queries.wording import Text
from huiqi.rules import ir
from huiqi.rules.ir import Kind, Node

SIGNS = {"+": "＋", "-": "－", "*": "×", "/": "÷"}
COMPARISONS: dict[str, Text] = {
    "=": gettext_lazy("%(left)s是%(right)s"),
    "<>": gettext_lazy("%(left)s不是%(right)s"),
    "<": gettext_lazy("%(left)s小于%(right)s"),
    "<=": gettext_lazy("%(left)s不超过%(right)s"),
    ">": gettext_lazy("%(left)s大于%(right)s"),
    ">=": gettext_lazy("%(left)s不低于%(right)s"),
}
# Full-width signs stand between Chinese words only.
NARROW = {"+": "+", "-": "−"}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True)
class Reader:
    """How to spell facts and parameters: their names, or a firm's values where there are some."""

    fact: Callable[[str], str]
    param: Callable[[str], str]


def words(node: Node, reader: Reader) -> str:
    """The expression as a Chinese formula, e.g. `上年度实缴失业保险费 × 50%`."""
    match node:
        case ir.Const():
            text = _constant(node)
        case ir.FactRef(name=name):
            text = reader.fact(name)
        case ir.ParamRef(name=name):
            text = reader.param(name)
        case ir.Arithmetic() | ir.Negate():
            text = _arithmetic(node, reader)
        case ir.Extreme(greatest=greatest, operands=operands):
            which = _("%(list)s中较大的") if greatest else _("%(list)s中较小的")
            text = which % {"list": listed(words(part, reader) for part in operands)}
        case ir.Case():
            text = _case(node, reader)
        case _:
            text = _condition(node, reader)
    return text


def _arithmetic(node: ir.Arithmetic | ir.Negate, reader: Reader) -> str:
    if isinstance(node, ir.Negate):
        return f"{_sign('-')}{words(node.operand, reader)}"
    left = _operand(node.left, node.op, reader, is_right=False)
    return f"{left} {_sign(node.op)} {_operand(node.right, node.op, reader, is_right=True)}"


def _sign(op: str) -> str:
    return SIGNS[op] if is_chinese() or op not in NARROW else NARROW[op]


def _bracketed(text: str) -> str:
    return f"（{text}）" if is_chinese() else f"({text})"


def _operand(part: Node, op: str, reader: Reader, *, is_right: bool) -> str:
    text = words(part, reader)
    if isinstance(part, ir.Arithmetic):
        weaker = _STRENGTH[part.op] < _STRENGTH[op]
        same_on_right = is_right and _STRENGTH[part.op] == _STRENGTH[op] and op in "-/"
        return _bracketed(text) if weaker or same_on_right else text
    return _bracketed(text) if isinstance(part, ir.Extreme | ir.Case) else text


def _case(node: ir.Case, reader: Reader) -> str:
    parts = [
        _("%(condition)s的，为%(value)s") % {"condition": words(when, reader), "value": words(then, reader)}
        for when, then in node.branches
    ]
    if node.otherwise is not None:
        parts.append(_("其他情况，为%(value)s") % {"value": words(node.otherwise, reader)})
    return series(parts)


def _condition(node: Node, reader: Reader) -> str:
    match node:
        case ir.Compare(op=op, left=left, right=right):
            return str(COMPARISONS[op]) % {"left": words(left, reader), "right": words(right, reader)}
        case ir.Between(operand=operand, low=low, high=high):
            ends = {"low": words(low, reader), "high": words(high, reader)}
            return _("%(value)s在%(low)s至%(high)s之间") % {"value": words(operand, reader), **ends}
        case ir.Membership(operand=operand, values=values):
            members = listed(words(value, reader) for value in values)
            return _("%(value)s属于%(members)s") % {"value": words(operand, reader), "members": members}
        case ir.IsNull(operand=operand):
            return _("%(value)s未填") % {"value": words(operand, reader)}
        case ir.Not(operand=operand):
            return _("不符合“%(condition)s”") % {"condition": words(operand, reader)}
        case ir.Logic(every=every, operands=operands):
            return (_("并且") if every else _("或者")).join(words(part, reader) for part in operands)
    raise TypeError(f"not an expression: {type(node).__name__}")


def _constant(const: ir.Const) -> str:
    """A literal of the expression: positions of an enumeration are its ids, dates are day numbers."""
    kind, value = const.type.kind, const.value
    if kind is Kind.ENUM:
        return const.type.values[int(value)]
    if kind is Kind.DATE:
        return day_words(date.fromordinal(int(value)))
    if isinstance(value, str):
        return value
    return value_words(value, const.type.unit)


def named(fact_labels: Mapping[str, str], params: Mapping[str, str]) -> Reader:
    """Spell facts by their labels and parameters by the texts given (their values, or their names)."""
    return Reader(lambda name: fact_labels.get(name, name), lambda name: params.get(name, name))


def with_values(
    values: Mapping[str, str], params: Mapping[str, str], fact_labels: Mapping[str, str]
) -> Reader:
    """Spell facts by a firm's values, and by their labels in brackets where there is none."""

    def fact(name: str) -> str:
        return values.get(name) or _("［%(fact)s］") % {"fact": fact_labels.get(name, name)}

    return Reader(fact, lambda name: params.get(name, name))
